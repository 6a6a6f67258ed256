/* A process that does not wait for its child; the zombie's pid is in the file `zombie`. */
#include "application.h"

#include <sys/wait.h>

int main(void)
{
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        _exit(7);
    }
    siginfo_t info;
    must("waitid", waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    char line[32];
    snprintf(line, sizeof line, "%d\n", child);
    application_note("zombie", line);
    application_ready();
    application_wait();

    int status = 0;
    expect_equal("waitpid", child, waitpid(child, &status, 0));
    expect_equal("the child's exit status", 7, WEXITSTATUS(status));
    return application_verdict();
}
