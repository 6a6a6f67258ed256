/*
 * Unix sockets whose receiver is told about the sender: SO_PASSCRED, SO_PASSSEC, SO_PASSPIDFD, in
 * one process and between a parent and its child, with a datagram under way.
 */
#include "application.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif

/* Set; whether this kernel knows it. */
static bool set(int fd, int option)
{
    int one = 1;
    if (setsockopt(fd, SOL_SOCKET, option, &one, sizeof one) == 0) {
        return true;
    }
    must("setsockopt", errno == ENOPROTOOPT || errno == EOPNOTSUPP ? 0 : -1);
    return false;
}

static int option(int fd, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    getsockopt(fd, SOL_SOCKET, name, &value, &length);
    return value;
}

/* The process that a pidfd is of. */
static int process_of(int fd)
{
    char path[64], line[100];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *info = fopen(path, "re");
    must("open fdinfo", info ? 0 : -1);
    int pid = 0;
    while (fgets(line, sizeof line, info) && sscanf(line, "Pid: %d", &pid) != 1) {
    }
    fclose(info);
    return pid;
}

/* Receives a message from this sender, with its credentials and a pidfd of it if asked for. */
static void expect_message(int fd, const char *text, pid_t sender, bool pidfd)
{
    char bytes[32] = "", control[256];
    struct iovec vector = {bytes, sizeof bytes - 1};
    struct msghdr header = {.msg_iov = &vector,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof control};
    expect_equal(text, (long long)strlen(text), recvmsg(fd, &header, 0));
    expect_text("a message", text, bytes);
    int credentials = 0, seen_pidfd = 0;
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&header); one; one = CMSG_NXTHDR(&header, one)) {
        if (one->cmsg_type == SCM_CREDENTIALS) {
            struct ucred who;
            memcpy(&who, CMSG_DATA(one), sizeof who);
            expect_equal("the sender", sender, who.pid);
            credentials++;
        } else if (one->cmsg_type == SCM_PIDFD) {
            int got;
            memcpy(&got, CMSG_DATA(one), sizeof got);
            expect_equal("the sender, by its pidfd", sender, process_of(got));
            close(got);
            seen_pidfd++;
        }
    }
    expect_equal("credentials", 1, credentials);
    expect_equal("pidfds", pidfd, seen_pidfd);
}

int main(void)
{
    int own[2], family[2];
    must("socketpair", socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, own));
    must("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, family));
    bool security = set(own[1], SO_PASSSEC), pidfds = set(own[1], SO_PASSPIDFD);
    set(own[1], SO_PASSCRED);
    set(family[0], SO_PASSCRED);
    set(family[0], SO_PASSPIDFD);
    must("send", send(own[0], "under way", 9, 0));
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        must("send", send(family[1], "from the child", 14, 0));
        application_note("sent", "");
        application_wait();
        must("send", send(family[1], "and again", 9, 0));
        _exit(0);
    }
    while (access(application_path("sent"), F_OK) != 0) {
        application_sleep(1);
    }
    unlink(application_path("sent"));

    application_ready();
    application_wait();

    int status = -1;
    siginfo_t info;
    must("waitid", waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    expect_equal("SO_PASSCRED", 1, option(own[1], SO_PASSCRED));
    expect_equal("SO_PASSCRED of the other side", 0, option(own[0], SO_PASSCRED));
    expect_equal("SO_PASSSEC", security ? 1 : -1, option(own[1], SO_PASSSEC));
    expect_equal("SO_PASSPIDFD", pidfds ? 1 : -1, option(own[1], SO_PASSPIDFD));
    expect_equal("SO_PASSPIDFD of the family", pidfds ? 1 : -1, option(family[0], SO_PASSPIDFD));
    expect_message(own[1], "under way", getpid(), pidfds);
    expect_message(family[0], "from the child", child, pidfds);
    expect_message(family[0], "and again", child, pidfds);
    must("send", send(own[0], "later", 5, 0));
    expect_message(own[1], "later", getpid(), pidfds);
    expect_equal("waitpid", child, waitpid(child, &status, 0));
    expect_equal("the status of the child", 0, status);
    return application_verdict();
}
