/*
 * A daemon: what started it has ended, and it is a child of init (or of a subreaper), in a session
 * of its own; it has a child itself. Its first process ends as soon as all of that is so.
 *
 *     daemon [twice]     two daemons in one process group
 */
#include "application.h"

#include <sys/wait.h>

static void become_orphan(pid_t parent)
{
    while (getppid() == parent) {
        application_sleep(1);
    }
}

static int live(int daemons)
{
    pid_t parent = getppid();
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        application_wait();
        _exit(7);
    }
    char name[32];
    snprintf(name, sizeof name, "daemon-%d", daemons);
    char line[32];
    snprintf(line, sizeof line, "%d\n", getpid());
    application_note(name, line);

    application_wait();

    int status = -1;
    expect_equal("waitpid", child, waitpid(child, &status, 0));
    expect_equal("the status of the child", 7 << 8, status);
    expect_equal("the parent", parent, getppid());
    return application_verdict();
}

int main(int count, char **arguments)
{
    (void)arguments;
    pid_t first = (pid_t)must("fork", fork());
    if (first > 0) {
        waitpid(first, NULL, 0);
        while (access(application_path("ready"), F_OK) != 0) {
            application_sleep(1);
        }
        return 0;
    }
    must("setsid", setsid());
    pid_t starter = getpid();
    for (int i = 1; i <= (count > 1 ? 2 : 1); i++) {
        if (must("fork", fork()) == 0) {
            become_orphan(starter);
            _exit(live(i));
        }
    }
    if (must("fork", fork()) == 0) {
        become_orphan(starter);
        while (access(application_path("daemon-1"), F_OK) != 0 ||
               (count > 1 && access(application_path("daemon-2"), F_OK) != 0)) {
            application_sleep(1);
        }
        application_ready();
        _exit(0);
    }
    _exit(0);
}
