/*
 * Unix sockets with names inside one process: paths (relative too, renamed, removed, with mode),
 * abstract ones, one that the kernel chose; listeners with a client that waits, connections through
 * them, also through one that is closed by now and whose path another has.
 */
#include "application.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

struct name {
    struct sockaddr_un address;
    socklen_t length;
};

static struct name path_name(const char *path)
{
    struct name name = {.address.sun_family = AF_UNIX};
    strncpy(name.address.sun_path, path, sizeof name.address.sun_path - 1);
    name.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
    return name;
}

static struct name abstract_name(const char *text)
{
    struct name name = {.address.sun_family = AF_UNIX};
    int length = snprintf(name.address.sun_path + 1, sizeof name.address.sun_path - 1, "%s-%d", text,
                          (int)getpid());
    name.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    return name;
}

static int bound(int type, struct name name)
{
    int made = (int)must("socket", socket(AF_UNIX, type, 0));
    must("bind", bind(made, (struct sockaddr *)&name.address, name.length));
    return made;
}

static int listening(struct name name)
{
    int made = bound(SOCK_STREAM, name);
    must("listen", listen(made, 3));
    return made;
}

static int connected(struct name name)
{
    int made = (int)must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    must("connect", connect(made, (struct sockaddr *)&name.address, name.length));
    return made;
}

static void expect_name(const char *what, struct name expected, int socket, bool peers)
{
    struct name seen = {.length = sizeof seen.address};
    int got = peers ? getpeername(socket, (struct sockaddr *)&seen.address, &seen.length)
                    : getsockname(socket, (struct sockaddr *)&seen.address, &seen.length);
    expect(got == 0 && seen.length == expected.length &&
               memcmp(&seen.address, &expected.address, seen.length) == 0,
           "%s: expected \"%s\", %u bytes, seen \"%s\", %u", what,
           expected.address.sun_path + !expected.address.sun_path[0], expected.length,
           seen.address.sun_path + !seen.address.sun_path[0], seen.length);
}

static void expect_talk(const char *what, int from, int to)
{
    char seen[10] = "";
    expect_equal(what, 4, send(from, "talk", 4, MSG_NOSIGNAL));
    expect_equal(what, 4, recv(to, seen, sizeof seen, MSG_DONTWAIT));
    expect_text(what, "talk", seen);
}

int main(void)
{
    must("chdir", chdir(application_folder()));
    struct name plain = path_name(application_path("plain"));
    struct name relative = path_name("relative");
    struct name moved = path_name(application_path("old-name"));
    struct name abstract = abstract_name("blcr-test");
    struct name abstract_gone = abstract_name("blcr-gone");
    umask(0);
    unlink("plain");
    int first = listening(plain); /* its path is another's by now */
    int old_client = connected(plain);
    int old_server = (int)must("accept", accept(first, NULL, NULL));
    must("unlink", unlink(plain.address.sun_path));
    int server = listening(plain);
    must("chmod", chmod(plain.address.sun_path, 0640));
    int client = connected(plain);
    int accepted = (int)must("accept", accept(server, NULL, NULL));
    int waiting_first = connected(plain), waiting_second = connected(plain);
    int gone = listening(abstract_gone);
    int gone_client = connected(abstract_gone);
    int gone_server = (int)must("accept", accept(gone, NULL, NULL));
    must("close", close(gone));
    int widow = connected(plain);
    unlink("relative");
    int datagrams = bound(SOCK_DGRAM, relative);
    unlink("new-name");
    unlink("old-name");
    int renamed = bound(SOCK_DGRAM, moved);
    must("rename", rename("old-name", "new-name"));
    int secret = listening(abstract);
    struct name chosen = {.address.sun_family = AF_UNIX, .length = sizeof(sa_family_t)};
    int autobound = bound(SOCK_DGRAM, chosen);
    chosen.length = sizeof chosen.address;
    must("getsockname", getsockname(autobound, (struct sockaddr *)&chosen.address, &chosen.length));

    application_ready();
    application_wait();

    expect_name("a path", plain, server, false);
    expect_name("the client's peer", plain, client, true);
    expect_name("an accepted one's name", plain, accepted, false);
    expect_talk("to the server", client, accepted);
    expect_talk("to the client", accepted, client);
    expect_talk("through the removed listener", old_client, old_server);
    expect_name("the removed listener", plain, first, false);
    struct stat status;
    must("stat", stat(plain.address.sun_path, &status));
    expect_equal("the mode of the file", S_IFSOCK | 0640, status.st_mode);
    expect_talk("through the closed listener", gone_client, gone_server);
    expect_name("the closed listener's name", abstract_gone, gone_client, true);
    int again = listening(abstract_gone);
    expect(again >= 0, "the abstract name is not free");
    expect_equal("to a client before it is accepted", 5, send(waiting_first, "early", 5, 0));
    int one = (int)must("accept", accept(server, NULL, NULL));
    char seen[10] = "";
    expect_equal("the first that waited", 5, recv(one, seen, sizeof seen, MSG_DONTWAIT));
    expect_talk("the second that waited", (int)must("accept", accept(server, NULL, NULL)), waiting_second);
    expect_talk("the third that waited", (int)must("accept", accept(server, NULL, NULL)), widow);
    must("O_NONBLOCK", fcntl(server, F_SETFL, O_NONBLOCK));
    expect(accept(server, NULL, NULL) < 0 && errno == EAGAIN, "one more waits");
    int late = connected(plain);
    expect_talk("a new client", late, (int)must("accept", accept(server, NULL, NULL)));
    expect_name("a relative path", relative, datagrams, false);
    int sender = (int)must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
    expect_equal("to the relative path", 2,
                 sendto(sender, "hi", 2, 0, (struct sockaddr *)&relative.address, relative.length));
    expect_equal("from the relative path", 2, recv(datagrams, seen, sizeof seen, MSG_DONTWAIT));
    expect_name("a renamed path", moved, renamed, false);
    struct name now = path_name("new-name");
    expect_equal("to the new name", 3,
                 sendto(sender, "new", 3, 0, (struct sockaddr *)&now.address, now.length));
    expect_equal("from the new name", 3, recv(renamed, seen, sizeof seen, MSG_DONTWAIT));
    expect(access("old-name", F_OK) < 0, "the old name is there");
    expect_name("an abstract name", abstract, secret, false);
    int secret_client = connected(abstract);
    expect_talk("the abstract listener", secret_client, (int)must("accept", accept(secret, NULL, NULL)));
    expect_name("the kernel's choice", chosen, autobound, false);
    return application_verdict();
}
