/*
 * Who is told about Unix sockets: an epoll set with a listener at which a client waits, and with an end of a pair; a signal
 * with its descriptor (F_SETOWN, F_SETSIG, O_ASYNC).
 */
#include "application.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

static volatile sig_atomic_t told_of = -1;

static void told(int signal, siginfo_t *info, void *unused)
{
    (void)signal;
    (void)unused;
    told_of = info->si_fd;
}

static void add(int set, int socket, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = socket};
    must("epoll_ctl", epoll_ctl(set, EPOLL_CTL_ADD, socket, &event));
}

static int next_event(int set)
{
    struct epoll_event event = {0};
    return epoll_wait(set, &event, 1, 0) == 1 ? event.data.fd : -1;
}

int main(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", application_path("server"));
    unlink(address.sun_path);
    int listener = (int)must("socket", socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0));
    must("bind", bind(listener, (struct sockaddr *)&address, sizeof address));
    must("listen", listen(listener, 5));
    int client = (int)must("socket", socket(AF_UNIX, SOCK_SEQPACKET, 0));
    must("connect", connect(client, (struct sockaddr *)&address, sizeof address));
    int watched[2], signalled[2];
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, watched));
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, signalled));
    int set = (int)must("epoll_create1", epoll_create1(0));
    add(set, listener, EPOLLIN);
    add(set, watched[0], EPOLLIN | EPOLLET);
    struct sigaction action = {.sa_sigaction = told, .sa_flags = SA_SIGINFO | SA_RESTART};
    must("sigaction", sigaction(SIGRTMIN, &action, NULL));
    must("write", write(signalled[1], "before", 6));
    must("F_SETOWN", fcntl(signalled[0], F_SETOWN, getpid()));
    must("F_SETSIG", fcntl(signalled[0], F_SETSIG, SIGRTMIN));
    must("O_ASYNC", fcntl(signalled[0], F_SETFL, O_ASYNC | O_NONBLOCK));

    application_ready();
    application_wait();

    expect_equal("nobody was told for nothing", -1, told_of);
    expect_equal("a client waits", listener, next_event(set));
    int accepted = (int)must("accept", accept(listener, NULL, NULL));
    expect_equal("to the client", 2, send(accepted, "hi", 2, MSG_NOSIGNAL));
    char seen[10];
    expect_equal("at the client", 2, recv(client, seen, sizeof seen, MSG_DONTWAIT));
    expect_equal("no more events", -1, next_event(set));
    must("write", write(watched[1], "x", 1));
    expect_equal("something to read", watched[0], next_event(set));
    expect_equal("told once", -1, next_event(set));
    expect_equal("what was unread", 6, read(signalled[0], seen, sizeof seen));
    must("write", write(signalled[1], "after", 5));
    for (int i = 0; told_of < 0 && i < 1000; i++) {
        application_sleep(1);
    }
    expect_equal("the descriptor of the signal", signalled[0], told_of);
    expect_equal("O_ASYNC", O_ASYNC | O_NONBLOCK, fcntl(signalled[0], F_GETFL) & (O_ASYNC | O_NONBLOCK));
    return application_verdict();
}
