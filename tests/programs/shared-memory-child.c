/* A child that shares its parent's memory without being its thread (CLONE_VM): refused. */
#include "application.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* Without CLONE_SETTLS the child has its parent's thread-local variables as well, the buffer of
 * application_path() among them: it stays out of it until its parent has told that all is ready. */
static atomic_bool told;

static int child(void *unused)
{
    (void)unused;
    while (!atomic_load(&told)) {
        application_sleep(10);
    }
    application_wait();
    return 0;
}

int main(void)
{
    static char stack[64 << 10] __attribute__((aligned(16)));
    pid_t pid = (pid_t)must("clone", clone(child, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL));
    application_ready();
    atomic_store(&told, true);
    int status = -1;
    expect_equal("waitpid", pid, waitpid(pid, &status, 0));
    expect_equal("the status of the child", 0, status);
    return application_verdict();
}
