/*
 * Unix sockets between processes of a tree: a listener that was made by the first process, served by a
 * child, with a client that is served and one that waits; pairs between parent and children; a pipe
 * and credentials in flight. Each looks who is at the other end.
 */
#include "application.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { Clients = 2 };

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static pid_t first, server, clients[Clients];
static int complete[2], turn[2], listener, to_server[2], to_client[2], in_flight[2];

static void expect_next(const char *what, int socket, const char *expected)
{
    char seen[100] = "";
    ssize_t got = recv(socket, seen, sizeof seen - 1, 0);
    expect(got >= 0, "%s: %s", what, strerror(errno));
    expect_text(what, expected, seen);
}

static void expect_peer(const char *what, int socket, pid_t expected)
{
    struct ucred peer = {0};
    socklen_t length = sizeof peer;
    must("SO_PEERCRED", getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length));
    expect_equal(what, expected, peer.pid);
    expect_equal("its user", geteuid(), peer.uid);
}

static void send_descriptor(int socket, const char *text, int descriptor)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec vector = {(char *)(size_t)text, strlen(text)};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
    must("sendmsg", sendmsg(socket, &message, 0));
}

/* Gives the sender's pid, or the descriptor; -1: neither. */
static int receive_control(int socket, const char *expected, int type)
{
    char seen[100] = "";
    union {
        struct cmsghdr header;
        char room[500];
    } control;
    struct iovec vector = {seen, sizeof seen - 1};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(socket, &message, 0);
    expect_text("a message", expected, seen);
    int value = -1;
    for (struct cmsghdr *one = got >= 0 ? CMSG_FIRSTHDR(&message) : NULL; one;
         one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_type == type) {
            memcpy(&value, CMSG_DATA(one), sizeof value); /* pid is the first of struct ucred */
        }
    }
    return value;
}

static void is_complete(void)
{
    close(complete[0]);
    close(complete[1]);
    close(turn[0]);
    close(turn[1]);
    application_wait();
}

static int serve(void)
{
    int client = (int)must("accept", accept(listener, NULL, NULL));
    is_complete();
    expect_peer("the client", client, clients[0]);
    expect_next("the request", client, "request");
    must("send", send(client, "reply", 5, MSG_NOSIGNAL));
    int late = (int)must("accept", accept(listener, NULL, NULL));
    expect_peer("the client that waited", late, clients[1]);
    expect_next("the late request", late, "late");
    must("send", send(late, "welcome", 7, MSG_NOSIGNAL));
    expect_peer("the first process", to_server[1], first);
    expect_next("from the first process", to_server[1], "work");
    return application_verdict();
}

static int connect_to_server(void)
{
    int client = (int)must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    must("connect", connect(client, (struct sockaddr *)&address, sizeof address));
    return client;
}

static int ask(void)
{
    int client = connect_to_server();
    must("send", send(client, "request", 7, MSG_NOSIGNAL));
    must("send", send(to_client[1], "it is me", 8, MSG_NOSIGNAL));
    is_complete();
    expect_peer("who listens", client, first);
    expect_next("the reply", client, "reply");
    int pipe_end = receive_control(to_client[1], "a pipe", SCM_RIGHTS);
    expect_equal("the pipe in flight", 5, write(pipe_end, "hello", 5));
    return application_verdict();
}

static int wait_for_service(void)
{
    char nothing;
    close(turn[1]);
    must("read", read(turn[0], &nothing, 1)); /* until the server has accepted the other */
    int client = connect_to_server();
    is_complete();
    expect_peer("who listens", client, first);
    must("send", send(client, "late", 4, MSG_NOSIGNAL));
    expect_next("the welcome", client, "welcome");
    return application_verdict();
}

/* The children of a pid that is told beforehand: they look at it only after the restart. */
static void learn(pid_t *pid)
{
    char line[20];
    int fd = (int)must("open", open(application_path("pids"), O_RDONLY | O_CLOEXEC));
    ssize_t length = pread(fd, line, sizeof line - 1, (pid - clients) * 11);
    close(fd);
    line[length > 0 ? length : 0] = 0;
    *pid = atoi(line);
}

int main(void)
{
    first = getpid();
    snprintf(address.sun_path, sizeof address.sun_path, "%s", application_path("server"));
    unlink(address.sun_path);
    unlink(application_path("pids"));
    listener = (int)must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    must("bind", bind(listener, (struct sockaddr *)&address, sizeof address));
    must("listen", listen(listener, 5));
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, to_server));
    must("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, to_client));
    must("SO_PASSCRED", setsockopt(to_client[0], SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int)));
    must("pipe", pipe(complete));
    must("pipe", pipe(turn));
    must("pipe", pipe(in_flight));
    send_descriptor(to_client[0], "a pipe", in_flight[1]);
    close(in_flight[1]);
    must("send", send(to_server[0], "work", 4, 0));

    for (int i = 0; i < Clients; i++) {
        clients[i] = (pid_t)must("fork", fork());
        if (clients[i] == 0) {
            close(listener);
            return i == 0 ? (close(turn[1]), ask()) : wait_for_service();
        }
        char line[20];
        snprintf(line, sizeof line, "%10d\n", clients[i]);
        application_note("pids", line);
    }
    server = (pid_t)must("fork", fork());
    if (server == 0) {
        learn(&clients[0]);
        learn(&clients[1]);
        return serve();
    }
    char nothing, heard[10] = "";
    close(turn[0]);
    close(turn[1]);
    close(complete[1]);
    must("read", read(complete[0], &nothing, 1));
    application_ready();
    application_wait();
    expect_equal("pid of the sender", clients[0],
                 receive_control(to_client[0], "it is me", SCM_CREDENTIALS));
    expect_equal("through the pipe in flight", 5, read(in_flight[0], heard, 5));
    for (int i = 0; i < Clients + 1; i++) {
        int status = -1;
        must("wait", wait(&status));
        expect_equal("the status of a child", 0, status);
    }
    return application_verdict();
}
