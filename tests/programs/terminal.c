/*
 * A terminal as standard input, and as descriptor 9 by way of /dev/tty. `terminal` keeps both;
 * `terminal redirected` is restarted without one: its input is then cr_restart's, at its end, and
 * descriptor 9 is closed. Without a terminal (`make check`) there is nothing to lose.
 */
#include "application.h"

int main(int argc, char **argv)
{
    bool redirected = argc > 1 && strcmp(argv[1], "redirected") == 0;
    bool terminal = isatty(0);
    if (argc > 1 && !terminal) {
        expect(false, "standard input is no terminal");
    }
    int controlling = terminal ? (int)must("/dev/tty", open("/dev/tty", O_RDWR | O_NOCTTY)) : -1;
    if (terminal) {
        must("dup2", dup2(controlling, 9));
        close(controlling);
    }

    application_ready();
    application_wait();

    char byte;
    if (redirected) {
        expect_equal("standard input", 0, read(0, &byte, 1));
        expect_equal("descriptor 9", -1, fcntl(9, F_GETFD));
    } else if (terminal) {
        expect(isatty(0), "standard input is no terminal any more");
        expect(isatty(9), "descriptor 9 is no terminal any more");
    }
    return application_verdict();
}
