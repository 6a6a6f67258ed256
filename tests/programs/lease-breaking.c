/*
 * A lease that somebody else wants to have broken, and which its holder gives back only when it is
 * judged: `lease-breaking slowly`. Otherwise it does so after a while, and takes it again later.
 */
#include "application.h"

#include <signal.h>
#include <sys/wait.h>

int main(int count, char **arguments)
{
    bool slowly = count > 1 && strcmp(arguments[1], "slowly") == 0;
    signal(SIGIO, SIG_IGN);
    int file = (int)must("open", open(application_path("file"), O_RDONLY | O_CREAT, 0600));
    must("F_SETLEASE", fcntl(file, F_SETLEASE, F_RDLCK));
    pid_t other = fork(); /* double: it is no part of the tree */
    if (other == 0) {
        pid_t breaker = fork();
        if (breaker == 0) {
            close(file);
            setsid();
            _exit(open(application_path("file"), O_WRONLY) < 0);
        }
        _exit(breaker < 0);
    }
    int status = -1;
    waitpid(other, &status, 0);
    while (fcntl(file, F_GETLEASE) != F_UNLCK) {
        application_sleep(5);
    }
    application_ready();
    if (!slowly) {
        application_sleep(300);
        must("F_SETLEASE", fcntl(file, F_SETLEASE, F_UNLCK));
    }
    application_wait();
    expect_equal("the lease", F_UNLCK, fcntl(file, F_GETLEASE));
    if (slowly) {
        must("F_SETLEASE", fcntl(file, F_SETLEASE, F_UNLCK));
    }
    return application_verdict();
}
