/*
 * Pipes to somebody who is not in the checkpoint: descriptor 5 writes to it, 6 reads from it. It
 * has said "hello"; after a restart that is lost (`outside-pipe restarted`), and the two lead to
 * cr_restart's standard streams.
 */
#include "application.h"

#include <poll.h>
#include <sys/wait.h>

/* Not a descendant any more: its parent ends at once. It goes when our end of the pipe is closed.
 */
static void somebody_outside(int from_us, int to_us)
{
    pid_t go_between = (pid_t)must("fork", fork());
    if (go_between == 0) {
        setsid(); /* an id that outlives us must not be ours */
        if (fork() == 0) {
            close(5);
            close(6);
            char byte;
            must("write", write(to_us, "hello", 5));
            while (read(from_us, &byte, 1) > 0) {
            }
        }
        _exit(0);
    }
    must("waitpid", waitpid(go_between, NULL, 0));
    struct pollfd heard = {.fd = 6, .events = POLLIN};
    must("poll", poll(&heard, 1, 60000));
}

int main(int argc, char **argv)
{
    int there[2], back[2];
    must("pipe", pipe(there));
    must("pipe", pipe(back));
    int from_us = (int)must("dup", fcntl(there[0], F_DUPFD, 20));
    int to_us = (int)must("dup", fcntl(back[1], F_DUPFD, 20));
    int out = (int)must("dup", fcntl(there[1], F_DUPFD, 20));
    int in = (int)must("dup", fcntl(back[0], F_DUPFD, 20));
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
    must("dup2", dup2(out, 5));
    must("dup2", dup2(in, 6));
    close(out);
    close(in);
    somebody_outside(from_us, to_us);
    close(from_us);
    close(to_us);

    application_ready();
    application_wait();

    char heard[16] = "";
    ssize_t got = read(6, heard, sizeof heard - 1);
    expect_text("what came from outside",
                argc > 1 && strcmp(argv[1], "restarted") == 0 ? "" : "hello", heard);
    expect(got >= 0, "read from outside: %s", strerror(errno));
    expect_equal("bytes written to the outside", 15, write(5, "to the outside\n", 15));
    return application_verdict();
}
