/*
 * A slow server and clients who connect, ask at once, and connect again when they have the answer:
 * at any time some of them have sent something on a connection that is not accepted yet.
 */
#include "application.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { Clients = 4, Slowness = 10 /* milliseconds */ };

static int ask(const struct sockaddr_un *server, int question)
{
    int fd = (int)must("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), answer = -1;
    must("connect", connect(fd, (const struct sockaddr *)server, sizeof *server));
    must("write", write(fd, &question, sizeof question));
    expect_equal("bytes of the answer", sizeof answer, read(fd, &answer, sizeof answer));
    close(fd);
    return answer;
}

static int client(const struct sockaddr_un *server, int first)
{
    for (int number = first; !application_judged(); number++) {
        if (!expect_equal("the answer", number + 1, ask(server, number))) {
            break;
        }
    }
    return atomic_load(&application_failures) != 0;
}

static void serve_one(int listener)
{
    application_sleep(Slowness);
    int question = -2, fd = (int)must("accept", accept(listener, NULL, NULL));
    expect_equal("bytes of the question", sizeof question, read(fd, &question, sizeof question));
    question++;
    must("write", write(fd, &question, sizeof question));
    close(fd);
}

int main(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    /* Relative, in the working directory: a name has 107 bytes at most. */
    snprintf(name.sun_path, sizeof name.sun_path, "crowd.%d", getpid());
    int listener = (int)must("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    must("bind", bind(listener, (struct sockaddr *)&name, sizeof name));
    must("listen", listen(listener, Clients));
    for (int i = 0; i < Clients; i++) {
        if (must("fork", fork()) == 0) {
            close(listener);
            _exit(client(&name, i * 1000000));
        }
    }

    int left = Clients, status;
    for (int served = 0; left > 0;) {
        struct pollfd waiting = {.fd = listener, .events = POLLIN};
        if (must("poll", poll(&waiting, 1, Slowness)) > 0) {
            serve_one(listener);
            if (++served == 2 * Clients) {
                application_ready();
            }
        }
        while (left > 0 && waitpid(-1, &status, WNOHANG) > 0) {
            expect_equal("the status of a client", 0, status);
            left--;
        }
    }
    unlink(name.sun_path);
    return application_verdict();
}
