/*
 * A socket whose other end is outside: sockets-outside stream|datagram|abstract PATH. The datagram one
 * is a log: it sends a line before and one after.
 */
#include "application.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int count, char **arguments)
{
    const char *how = count > 1 ? arguments[1] : "datagram";
    bool is_stream = strcmp(how, "stream") == 0;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s",
             count > 2 ? arguments[2] : application_path("log"));
    int alone = -1;
    if (count <= 2) { /* by itself it is its own log */
        unlink(address.sun_path);
        alone = (int)must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
        must("bind", bind(alone, (struct sockaddr *)&address, sizeof address));
    }
    int made = (int)must("socket", socket(AF_UNIX, is_stream ? SOCK_STREAM : SOCK_DGRAM, 0));
    must("connect", connect(made, (struct sockaddr *)&address, sizeof address));
    char line[16];
    snprintf(line, sizeof line, "%d\n", made);
    application_note("descriptor", line);
    must("send", send(made, "before", 6, MSG_NOSIGNAL));
    application_ready();
    application_wait();
    expect_equal("the line after", 5, send(made, "after", 5, MSG_NOSIGNAL));
    return application_verdict();
}
