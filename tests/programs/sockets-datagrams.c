/*
 * Datagram sockets inside one process: several senders at one receiver, with and without names, one
 * of them closed; one-sided connections, to one with a name and from a pair; a peer that is gone.
 */
#include "application.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un path_name(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, application_path(name), sizeof address.sun_path - 1);
    return address;
}

static int bound(const char *name)
{
    struct sockaddr_un address = path_name(name);
    unlink(address.sun_path);
    int made = (int)must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
    must("bind", bind(made, (struct sockaddr *)&address, sizeof address));
    return made;
}

static void send_to(int from, const char *name, const char *text)
{
    struct sockaddr_un address = path_name(name);
    must("sendto",
         sendto(from, text, strlen(text), 0, (struct sockaddr *)&address, sizeof address));
}

static void expect_next(int socket, const char *sender, const char *expected)
{
    char seen[100] = "";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = sizeof address;
    ssize_t got = recvfrom(socket, seen, sizeof seen - 1, MSG_DONTWAIT,
                           (struct sockaddr *)&address, &length);
    expect(got >= 0, "%s: %s", expected, strerror(errno));
    expect_text("a datagram", expected, seen);
    expect_text("its sender", sender ? application_path(sender) : "",
                length > offsetof(struct sockaddr_un, sun_path) ? address.sun_path : "");
}

int main(void)
{
    int receiver = bound("receiver"), alice = bound("alice"), bob = bound("bob");
    int nobody = (int)must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
    send_to(alice, "receiver", "from alice");
    send_to(bob, "receiver", "from bob");
    send_to(nobody, "receiver", "from nobody");
    send_to(alice, "receiver", "alice again");
    must("close", close(bob));
    must("unlink", unlink(application_path("bob")));
    struct sockaddr_un address = path_name("receiver");
    must("connect", connect(nobody, (struct sockaddr *)&address, sizeof address));
    must("send", send(nobody, "connected", 9, 0));

    int pair[2];
    must("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    must("send", send(pair[0], "kept", 4, 0));
    address = path_name("alice");
    must("connect", connect(pair[0], (struct sockaddr *)&address, sizeof address));

    int widow = (int)must("socket", socket(AF_UNIX, SOCK_DGRAM, 0)), gone = bound("gone");
    address = path_name("gone");
    must("connect", connect(widow, (struct sockaddr *)&address, sizeof address));
    must("close", close(gone));

    int big = (int)must("socket", socket(AF_UNIX, SOCK_DGRAM, 0)), shelf = bound("shelf");
    static char large[100000], seen[100001];
    memset(large, 'x', sizeof large);
    address = path_name("shelf");
    must("sendto",
         sendto(big, large, sizeof large, 0, (struct sockaddr *)&address, sizeof address));
    must("sendto", sendto(big, "small", 5, 0, (struct sockaddr *)&address, sizeof address));

    application_ready();
    application_wait();

    expect_next(receiver, "alice", "from alice");
    expect_next(receiver, "bob", "from bob");
    expect_next(receiver, NULL, "from nobody");
    expect_next(receiver, "alice", "alice again");
    expect_next(receiver, NULL, "connected");
    expect(access(application_path("bob"), F_OK) < 0, "the path of a closed sender is there");
    expect(recv(receiver, large, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN, "there is one more");
    must("send", send(nobody, "still", 5, 0));
    expect_next(receiver, NULL, "still");
    expect_next(pair[1], NULL, "kept");
    must("send", send(pair[0], "to alice", 8, 0));
    expect_next(alice, NULL, "to alice");
    expect_equal("the other end of the pair", 4, send(pair[1], "lost", 4, MSG_DONTWAIT) < 0 ? 4 : 0);
    expect(send(widow, "x", 1, 0) < 0 && errno == ECONNREFUSED, "the closed peer: %s",
           strerror(errno));
    expect_equal("a large datagram", sizeof large, recv(shelf, seen, sizeof seen, MSG_DONTWAIT));
    expect(memcmp(large, seen, sizeof large) == 0 || seen[5] == 'x', "the large datagram differs");
    expect_next(shelf, NULL, "small");
    return application_verdict();
}
