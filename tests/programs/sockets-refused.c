/*
 * Unix sockets that cannot be saved as they are: sockets-refused early|closed|urgent|filter|error.
 */
#include "application.h"

#include <linux/filter.h>
#include <sys/socket.h>
#include <sys/un.h>

static int listening(struct sockaddr_un *address)
{
    snprintf(address->sun_path, sizeof address->sun_path, "%s", application_path("server"));
    unlink(address->sun_path);
    int made = (int)must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    must("bind", bind(made, (struct sockaddr *)address, sizeof *address));
    must("listen", listen(made, 5));
    return made;
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "early";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int ends[2] = {-1, -1};
    if (strcmp(what, "early") == 0 || strcmp(what, "closed") == 0) {
        ends[0] = listening(&address);
        ends[1] = (int)must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
        must("connect", connect(ends[1], (struct sockaddr *)&address, sizeof address));
        must("send", send(ends[1], "early", 5, 0));
        if (strcmp(what, "closed") == 0) {
            must("close", close(ends[1]));
        }
    } else if (strcmp(what, "urgent") == 0) {
        must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
        must("send", send(ends[1], "!", 1, MSG_OOB));
    } else if (strcmp(what, "filter") == 0) {
        must("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
        struct sock_filter accept_all = BPF_STMT(BPF_RET | BPF_K, 0xffff);
        struct sock_fprog program = {1, &accept_all};
        must("SO_ATTACH_FILTER",
             setsockopt(ends[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    } else {
        must("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
        must("send", send(ends[0], "never read", 10, 0));
        must("send", send(ends[1], "unread", 6, 0));
        must("close", close(ends[1]));
    }
    char line[16];
    snprintf(line, sizeof line, "%d\n", strcmp(what, "early") == 0 ? ends[1] : ends[0]);
    application_note("descriptor", line);
    application_ready();
    application_wait();
    if (strcmp(what, "error") == 0) {
        int error = 0;
        must("SO_ERROR", getsockopt(ends[0], SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error}));
        expect_equal("the error is still pending", ECONNRESET, error);
    }
    return application_verdict();
}
