/*
 * A debugger: traces its child, which plays the application, and lets it run. The child's pid is in
 * the file `traced`. When it is judged, the child ends, and the tracer with it.
 */
#include "application.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(void)
{
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        application_wait();
        return 0;
    }
    must("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, child, NULL, NULL));
    char line[32];
    snprintf(line, sizeof line, "%d\n", child);
    application_note("traced", line);
    application_ready();

    int status;
    while (waitpid(child, &status, __WALL) == child && WIFSTOPPED(status)) {
        int signal = status >> 16 ? 0 : WSTOPSIG(status);
        must("PTRACE_CONT", ptrace(PTRACE_CONT, child, NULL, (long)signal));
    }
    expect_equal("the child's status", 0, status);
    return application_verdict();
}
