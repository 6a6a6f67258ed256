/*
 * What travels in messages of Unix sockets inside one process: descriptors (of a pipe that nobody has
 * open otherwise, of a file that somebody has, of a socket with a socket in flight in it), at the
 * right place in a stream, and credentials.
 */
#include "application.h"

#include <sys/socket.h>
#include <sys/stat.h>

static void send_with(int socket, const char *text, const int *descriptors, size_t count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(8 * sizeof(int))];
    } control = {0};
    struct iovec vector = {(char *)(size_t)text, strlen(text)};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof(int));
    must("sendmsg", sendmsg(socket, &message, 0));
}

/* Descriptors received, and whether the text is right; pid of the sender, -1 without. */
static int receive(int socket, size_t room, const char *expected, int *descriptors, int *pid)
{
    char seen[100] = "";
    union {
        struct cmsghdr header;
        char room[500];
    } control;
    struct iovec vector = {seen, room};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT);
    expect(got >= 0, "%s: %s", expected, strerror(errno));
    expect_text("a message", expected, seen);
    int count = 0;
    for (struct cmsghdr *one = got >= 0 ? CMSG_FIRSTHDR(&message) : NULL; one;
         one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_type == SCM_RIGHTS) {
            count = (int)((one->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            memcpy(descriptors, CMSG_DATA(one), (size_t)count * sizeof(int));
        } else if (one->cmsg_type == SCM_CREDENTIALS && pid) {
            struct ucred sender;
            memcpy(&sender, CMSG_DATA(one), sizeof sender);
            expect_equal("uid of the sender", sender.pid ? (long long)geteuid() : 65534, sender.uid);
            *pid = sender.pid;
        }
    }
    return count;
}

int main(void)
{
    int stream[2], outer[2], inner[2], talk[2], pipe_ends[2];
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, stream));
    must("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, outer));
    must("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, inner));
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, talk));
    must("pipe", pipe(pipe_ends));
    must("write", write(pipe_ends[1], "in the pipe", 11));
    int file = (int)must("open", open(application_path("data"), O_RDWR | O_CREAT | O_TRUNC, 0600));
    must("write", write(file, "0123456789", 10));
    must("write", write(stream[1], "plain ", 6));
    send_with(stream[1], "two", (int[]){pipe_ends[0], file}, 2);
    must("write", write(stream[1], " more", 5));
    send_with(stream[1], "third", (int[]){pipe_ends[1]}, 1);
    must("close", close(pipe_ends[0]));
    must("close", close(pipe_ends[1]));
    send_with(inner[1], "deep", (int[]){talk[1]}, 1);
    send_with(outer[1], "nested", (int[]){inner[0]}, 1);
    send_with(outer[1], "itself", (int[]){outer[0]}, 1);
    must("close", close(inner[0]));
    must("close", close(talk[1]));
    int named[2], one = 1;
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, named));
    must("write", write(named[1], "no name", 7));
    must("SO_PASSCRED", setsockopt(named[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    must("write", write(named[1], "mine", 4));
    must("SO_PASSCRED", setsockopt(named[0], SOL_SOCKET, SO_PASSCRED, &(int){0}, sizeof one));

    application_ready();
    application_wait();

    int got[8] = {-1, -1, -1, -1, -1, -1, -1, -1}, pid = -1;
    char seen[100] = "";
    expect_equal("descriptors with plain bytes", 0, receive(stream[0], 6, "plain ", got, NULL));
    expect_equal("two descriptors", 2, receive(stream[0], 50, "two", got, NULL));
    expect_equal("one descriptor", 1, receive(stream[0], 50, " morethird", got + 2, NULL));
    expect_equal("the pipe", 11, read(got[0], seen, sizeof seen));
    expect_text("the pipe", "in the pipe", seen);
    expect_equal("the pipe's other end", 2, write(got[2], "ok", 2));
    expect_equal("through the pipe", 2, read(got[0], seen, sizeof seen));
    expect_equal("the shared offset", 10, lseek(got[1], 0, SEEK_CUR));
    must("lseek", lseek(file, 3, SEEK_SET));
    expect_equal("the shared offset, moved", 3, lseek(got[1], 0, SEEK_CUR));
    expect_equal("a socket in a message", 1, receive(outer[0], 50, "nested", got + 3, NULL));
    expect_equal("a socket in that", 1, receive(got[3], 50, "deep", got + 4, NULL));
    expect_equal("to the innermost", 5, write(talk[0], "hello", 5));
    expect_equal("at the innermost", 5, read(got[4], seen, 5));
    expect_equal("a socket in itself", 1, receive(outer[0], 50, "itself", got + 5, NULL));
    struct stat own, copy;
    fstat(outer[0], &own);
    fstat(got[5], &copy);
    expect_equal("a socket in itself", (long long)own.st_ino, (long long)copy.st_ino);
    must("SO_PASSCRED", setsockopt(named[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    receive(named[0], 50, "no name", got + 6, &pid);
    expect_equal("pid of nobody", 0, pid);
    receive(named[0], 50, "mine", got + 6, &pid);
    expect_equal("pid of the sender", getpid(), pid);
    return application_verdict();
}
