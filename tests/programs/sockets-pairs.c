/*
 * Unix socketpairs inside one process: unread bytes and messages with their limits, shut-down
 * halves, closed peers, a pending reset, options, credentials of the peer; a thread blocks in a read
 * of an empty one all the while.
 */
#include "application.h"

#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { Large = 150000 };

static int waited_for[2];
static char heard[16];

static void *listener(void *unused)
{
    (void)unused;
    expect_equal("the blocked read", 5, read(waited_for[0], heard, sizeof heard - 1));
    return NULL;
}

static void pair(int type, int ends[2])
{
    must("socketpair", socketpair(AF_UNIX, type, 0, ends));
}

static void expect_next(const char *what, int socket, const char *expected)
{
    char seen[100];
    ssize_t got = recv(socket, seen, sizeof seen - 1, MSG_DONTWAIT);
    if (expect(got >= 0, "%s: %s", what, strerror(errno))) {
        seen[got] = 0;
        expect_text(what, expected, seen);
    }
}

static void expect_error(const char *what, int error, ssize_t result)
{
    expect(result < 0 && errno == error, "%s: expected %s, seen %zd, %s", what, strerror(error),
           result, strerror(errno));
}

static int option(int socket, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    must("getsockopt", getsockopt(socket, SOL_SOCKET, name, &value, &length));
    return value;
}

int main(void)
{
    static char written[Large], seen[Large];
    for (int i = 0; i < Large; i++) {
        written[i] = (char)(i * 31 + i / 251);
    }
    int stream[2], datagrams[2], packets[2], halves[2], closed[2], reset[2], both[2];
    pair(SOCK_STREAM | SOCK_CLOEXEC, stream);
    must("write", write(stream[1], written, Large));
    must("write", write(stream[0], "back", 4));
    must("O_NONBLOCK", fcntl(stream[0], F_SETFL, O_NONBLOCK));
    pair(SOCK_DGRAM, datagrams);
    must("send", send(datagrams[1], "", 0, 0));
    must("send", send(datagrams[1], "one", 3, 0));
    must("send", send(datagrams[1], "three", 5, 0));
    pair(SOCK_SEQPACKET, packets);
    must("send", send(packets[1], "left", 4, 0));
    must("send", send(packets[1], "right", 5, 0));
    must("shutdown", shutdown(packets[1], SHUT_WR));
    pair(SOCK_STREAM, halves);
    must("write", write(halves[0], "before", 6));
    must("shutdown", shutdown(halves[0], SHUT_WR));
    pair(SOCK_STREAM, both);
    must("shutdown", shutdown(both[0], SHUT_RDWR));
    pair(SOCK_STREAM, closed);
    must("write", write(closed[1], "last words", 10));
    must("close", close(closed[1]));
    pair(SOCK_STREAM, reset);
    must("write", write(reset[0], "never read", 10));
    must("write", write(reset[1], "bye", 3));
    must("close", close(reset[1]));
    pair(SOCK_STREAM, waited_for);
    int small = 20000, one = 1;
    struct timeval patience = {3, 252000}; /* whole ticks at 250 and 1000 Hz */
    struct linger linger = {1, 7};
    must("SO_SNDBUF", setsockopt(halves[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small));
    must("SO_PASSCRED", setsockopt(both[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    must("SO_RCVTIMEO", setsockopt(both[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
    must("SO_LINGER", setsockopt(both[1], SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    must("SO_PRIORITY", setsockopt(both[1], SOL_SOCKET, SO_PRIORITY, &(int){4}, sizeof(int)));
    must("SO_PEEK_OFF", setsockopt(stream[0], SOL_SOCKET, SO_PEEK_OFF, &(int){100}, sizeof(int)));
    int default_size = option(both[0], SO_SNDBUF);
    pthread_t thread;
    must("pthread_create", -pthread_create(&thread, NULL, listener, NULL));
    application_sleep(50);

    application_ready();
    application_wait();

    expect_equal("SO_PEEK_OFF", 100, option(stream[0], SO_PEEK_OFF));
    expect_equal("SO_PEEK_OFF of datagrams", -1, option(datagrams[0], SO_PEEK_OFF));
    expect_equal("SO_PEEK_OFF of packets", -1, option(packets[0], SO_PEEK_OFF));
    expect_equal("SO_PASSCRED of datagrams", 0, option(datagrams[0], SO_PASSCRED));
    expect_equal("SO_PASSCRED of packets", 0, option(packets[0], SO_PASSCRED));
    expect_equal("a look at the offset", 10, recv(stream[0], seen, 10, MSG_PEEK));
    expect(memcmp(written + 100, seen, 10) == 0, "the bytes at the offset differ");
    expect_equal("unread bytes", Large, recv(stream[0], seen, Large, MSG_WAITALL));
    expect(memcmp(written, seen, Large) == 0, "the unread bytes differ");
    expect_error("the emptied socket", EAGAIN, read(stream[0], seen, 1));
    expect_equal("close-on-exec", FD_CLOEXEC, fcntl(stream[0], F_GETFD));
    expect_next("the other direction", stream[1], "back");
    expect_next("an empty datagram", datagrams[0], "");
    expect_next("the first datagram", datagrams[0], "one");
    expect_next("the second datagram", datagrams[0], "three");
    expect_error("no more datagrams", EAGAIN, recv(datagrams[0], seen, 1, MSG_DONTWAIT));
    expect_equal("a datagram back", 2, send(datagrams[0], "hi", 2, 0));
    expect_next("a datagram back", datagrams[1], "hi");
    expect_next("the first packet", packets[0], "left");
    expect_next("the second packet", packets[0], "right");
    expect_equal("the end of the packets", 0, recv(packets[0], seen, 10, 0));
    expect_error("a half shut down", EPIPE, send(halves[0], "x", 1, MSG_NOSIGNAL));
    expect_next("what went before", halves[1], "before");
    expect_equal("then the end", 0, read(halves[1], seen, 1));
    expect_equal("the half that is open", 3, write(halves[1], "yes", 3));
    expect_next("the half that is open", halves[0], "yes");
    expect_equal("SO_SNDBUF", 2 * small, option(halves[1], SO_SNDBUF));
    expect_equal("SO_SNDBUF of another", default_size, option(both[0], SO_SNDBUF));
    expect_error("both halves shut down", EPIPE, send(both[1], "x", 1, MSG_NOSIGNAL));
    expect_equal("both halves shut down", 0, read(both[1], seen, 1));
    expect_equal("SO_PASSCRED", 1, option(both[1], SO_PASSCRED));
    expect_equal("SO_PASSCRED of another", 0, option(both[0], SO_PASSCRED));
    expect_equal("SO_PRIORITY", 4, option(both[1], SO_PRIORITY));
    socklen_t length = sizeof patience;
    memset(&patience, 0, sizeof patience);
    getsockopt(both[1], SOL_SOCKET, SO_RCVTIMEO, &patience, &length);
    expect(patience.tv_sec == 3 && patience.tv_usec == 252000, "SO_RCVTIMEO: seen %ld.%06ld",
           (long)patience.tv_sec, (long)patience.tv_usec);
    length = sizeof linger;
    memset(&linger, 0, sizeof linger);
    getsockopt(both[1], SOL_SOCKET, SO_LINGER, &linger, &length);
    expect_equal("SO_LINGER", 7, linger.l_onoff ? linger.l_linger : -1);
    expect_next("what a closed peer left", closed[0], "last words");
    expect_equal("then the end", 0, read(closed[0], seen, 1));
    expect_error("a closed peer", EPIPE, send(closed[0], "x", 1, MSG_NOSIGNAL));
    struct pollfd ready = {reset[0], 0, 0};
    poll(&ready, 1, 0);
    expect_equal("the pending reset", POLLERR | POLLHUP, ready.revents);
    expect_equal("SO_ERROR", ECONNRESET, option(reset[0], SO_ERROR));
    expect_next("what the peer left before", reset[0], "bye");
    struct ucred peer;
    length = sizeof peer;
    must("SO_PEERCRED", getsockopt(stream[0], SOL_SOCKET, SO_PEERCRED, &peer, &length));
    expect_equal("pid of the peer", getpid(), peer.pid);
    expect_equal("uid of the peer", geteuid(), peer.uid);
    expect_equal("gid of the peer", getegid(), peer.gid);
    must("write", write(waited_for[1], "hello", 5));
    pthread_join(thread, NULL);
    expect_text("what the blocked reader heard", "hello", heard);
    return application_verdict();
}
