/*
 * A pseudo-terminal whose output nobody reads until the kernel takes no more, and with a long input
 * in lines.
 */
#include "application.h"

#include <sys/ioctl.h>
#include <termios.h>

enum { Lines = 300 };

int main(void)
{
    int master = (int)must("posix_openpt", posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
    must("unlockpt", unlockpt(master));
    int slave = (int)must("slave", open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK));
    struct termios set;
    must("tcgetattr", tcgetattr(slave, &set));
    set.c_lflag &= ~(tcflag_t)ECHO;
    must("tcsetattr", tcsetattr(slave, TCSANOW, &set));

    long written = 0;
    for (int quiet = 0; quiet < 20;) {
        char line[20];
        int length = snprintf(line, sizeof line, "%ld.", written);
        ssize_t got = write(slave, line, (size_t)length);
        if (got < 0) {
            quiet++;
            application_sleep(5); /* room is made as bytes move towards the reader */
            continue;
        }
        quiet = 0;
        written += got;
    }
    int input = 0;
    for (int i = 0; i < Lines; i++) {
        char line[20];
        int length = snprintf(line, sizeof line, "line %d\n", i);
        input += length;
        must("write", write(master, line, (size_t)length));
    }
    for (int i = 0, there = 0; i < 60000 && there < input; i++) {
        application_sleep(1);
        must("FIONREAD", ioctl(slave, FIONREAD, &there));
    }

    application_ready();
    application_wait();

    for (int i = 0; i < Lines; i++) {
        char line[20], seen[100];
        snprintf(line, sizeof line, "line %d\n", i);
        ssize_t got = read(slave, seen, sizeof seen - 1);
        seen[got > 0 ? got : 0] = 0;
        if (!expect_text("a line of input", line, seen)) {
            break;
        }
    }
    static char out[1 << 17];
    long read_back = 0;
    /* Until all of it has come, and then for a while: there must not be more. */
    for (int quiet = 0; quiet < (read_back < written ? 12000 : 20);) {
        ssize_t got = read(master, out + read_back, 1000);
        if (got > 0) {
            read_back += got;
            quiet = 0;
        } else {
            quiet++;
            application_sleep(5);
        }
    }
    expect_equal("bytes of output", written, read_back);
    for (long at = 0; at < read_back;) {
        char line[20];
        int length = snprintf(line, sizeof line, "%ld.", at);
        long rest = read_back - at < length ? read_back - at : length;
        if (!expect(memcmp(line, out + at, (size_t)rest) == 0, "the output differs at %ld", at)) {
            break;
        }
        at += length;
    }
    return application_verdict();
}
