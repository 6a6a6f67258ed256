/* A child that shares its parent's memory without being its thread (CLONE_VM): refused. */
#include "application.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static int child(void *unused)
{
    (void)unused;
    application_wait();
    return 0;
}

int main(void)
{
    static char stack[64 << 10] __attribute__((aligned(16)));
    pid_t pid = (pid_t)must("clone", clone(child, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL));
    application_ready();
    int status = -1;
    expect_equal("waitpid", pid, waitpid(pid, &status, 0));
    expect_equal("the status of the child", 0, status);
    return application_verdict();
}
