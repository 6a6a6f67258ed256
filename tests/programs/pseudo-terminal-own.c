/*
 * `pseudo-terminal-own`: a terminal of the program's own making that controls its own session, held
 * as /dev/tty too. `pseudo-terminal-own PATH`: a child leads a session with that terminal.
 */
#include "application.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

static void child_with(const char *path)
{
    int joined[2];
    must("pipe", pipe(joined));
    if (must("fork", fork()) == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setsid();
        must(path, open(path, O_RDWR));
        must("/dev/tty", open("/dev/tty", O_RDWR));
        must("write", write(joined[1], "x", 1));
        for (;;) {
            pause();
        }
    }
    char byte;
    must("read", read(joined[0], &byte, 1));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        child_with(argv[1]);
        application_ready();
        application_wait();
        return application_verdict();
    }

    setsid(); /* a leader already, or not the first of its group */
    bool leads = getsid(0) == getpid();
    int master = (int)must("posix_openpt", posix_openpt(O_RDWR | O_NOCTTY));
    must("unlockpt", unlockpt(master));
    must("slave", open(ptsname(master), O_RDWR));
    int controlling = leads ? (int)must("/dev/tty", open("/dev/tty", O_RDWR)) : -1;

    application_ready();
    application_wait();

    if (leads) {
        expect_equal("the terminal's session", getpid(), tcgetsid(master));
        expect_equal("the foreground group", getpgrp(), tcgetpgrp(controlling));
        must("write", write(controlling, "x", 1));
        char byte = 0;
        must("read", read(master, &byte, 1));
        expect_equal("what was written to /dev/tty", 'x', byte);
        int again = open("/dev/tty", O_RDWR);
        expect(again >= 0, "/dev/tty cannot be opened");
    }
    return application_verdict();
}
