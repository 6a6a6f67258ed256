/*
 * Waits in vfork(2) most of the time: the kernel stops such a thread only when its child has ended.
 *
 * vforker MILLISECONDS     the child's life
 * vforker held             it lives until there is a file "release"
 */
#include "application.h"

#include <sys/wait.h>

enum { Held = -1 };

__attribute__((noinline)) static int status_of_child(long life)
{
    pid_t child = vfork();
    if (child == 0) {
        while (life == Held && access(application_path("release"), F_OK) != 0) {
            application_sleep(10);
        }
        application_sleep(life == Held ? 0 : life);
        _exit(42);
    }
    int status;
    must("vfork", child);
    must("waitpid", waitpid(child, &status, 0));
    return status;
}

int main(int count, char **arguments)
{
    long life = count < 2 ? 50 : strcmp(arguments[1], "held") == 0 ? Held : atol(arguments[1]);
    application_ready();
    do {
        expect_equal("the status of a child", 42 << 8, status_of_child(life));
    } while (!application_judged());
    return application_verdict();
}
