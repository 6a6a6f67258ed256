/*
 * Pseudo-terminals that hold input nobody has read, each in another mode: lines with every sort of
 * end and every sort of byte inside, end-of-file characters, a line begun, bytes in raw mode. All
 * of them must be read as they were typed, line by line; nothing of it may be echoed again or have
 * an effect.
 */
#include "application.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { Terminals = 8 };

static const struct terminal {
    const char *name;
    bool raw;
    const char *typed;
    int bytes; /* in complete lines */
    const char *lines[12];
    const char *begun; /* read when "!\n" was typed behind it */
} terminals[Terminals] = {
    {"nothing", false, "", 0, {NULL}, "!\n"},
    {"a line begun", false, "beg\026\003un", 0, {NULL}, "beg\003un!\n"},
    {"one line", false, "one\n", 4, {"one\n"}, "!\n"},
    {"lines", false, "one\n\ntwo\nthree\n", 15, {"one\n", "\n", "two\n", "three\n"}, "!\n"},
    {"ends of file",
     false,
     "one\ntwo\004\004\004three\n\004beg",
     13,
     {"one\n", "two", "", "", "three\n", ""},
     "beg!\n"},
    {"other ends and quoted bytes",
     false,
     "a;b%c\026;d\026\nd\026\004\026\026\026\001\nbe\026;gun",
     13,
     {"a;", "b%", "c;d\nd\004\026\001\n"},
     "be;gun!\n"},
    {"the end of the alphabet",
     false,
     "\001\002\005\006\007\010\n\xff\xfe\x80\n\x1b[A\n",
     15,
     {"\001\002\005\006\007\010\n", "\xff\xfe\x80\n", "\x1b[A\n"},
     "!\n"},
    {"raw", true, "one\ntwo\003\004\026\021\023\r", 13, {"one\ntwo\003\004\026\021\023\r"}, NULL},
};

static int masters[Terminals], slaves[Terminals];
static volatile sig_atomic_t signals;

static void count(int signal)
{
    (void)signal;
    signals++;
}

static int waiting(int terminal)
{
    int bytes = -1;
    must("FIONREAD", ioctl(terminal, FIONREAD, &bytes));
    return bytes;
}

static void set_up(int which)
{
    const struct terminal *wanted = &terminals[which];
    int master = (int)must("posix_openpt", posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
    must("unlockpt", unlockpt(master));
    int slave = (int)must("slave", open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK));
    masters[which] = master;
    slaves[which] = slave;
    struct termios set;
    must("tcgetattr", tcgetattr(slave, &set));
    if (wanted->raw) {
        cfmakeraw(&set);
    } else {
        /* Echo stays on: putting a line back must not be seen. */
        set.c_cc[VEOL] = ';';
        set.c_cc[VEOL2] = '%';
        set.c_cc[VERASE] = set.c_cc[VWERASE] = set.c_cc[VKILL] = set.c_cc[VREPRINT] = 0;
    }
    must("tcsetattr", tcsetattr(slave, TCSANOW, &set));
    size_t length = strlen(wanted->typed);
    must("write", write(master, wanted->typed, length));
    /* It has arrived when as much can be read, and the rest of it when settings get in. poll(2)
     * waits for what is no line. */
    for (int i = 0; i < 60000 && waiting(slave) < wanted->bytes; i++) {
        application_sleep(1);
    }
    must("tcsetattr", tcsetattr(slave, TCSANOW, &set));
    struct pollfd entry = {slave, POLLIN, 0};
    must("poll", poll(&entry, 1, 0));
    expect_equal(wanted->name, wanted->bytes, waiting(slave));
    char echo[500];
    while (read(master, echo, sizeof echo) > 0) {
    }
}

static void expect_line(int which, const char *expected)
{
    char seen[200];
    ssize_t got = read(slaves[which], seen, sizeof seen - 1);
    seen[got > 0 ? got : 0] = 0;
    if (got < 0) {
        snprintf(seen, sizeof seen, "error %d", errno);
    }
    char what[100];
    snprintf(what, sizeof what, "%s: a line", terminals[which].name);
    expect_text(what, expected, seen);
}

static void judge(int which)
{
    const struct terminal *wanted = &terminals[which];
    char byte, seen[200];
    struct termios set;
    must("tcgetattr", tcgetattr(slaves[which], &set));
    expect_equal(wanted->name, !wanted->raw, (set.c_lflag & ICANON) != 0);
    ssize_t echoed = read(masters[which], seen, sizeof seen - 1);
    seen[echoed > 0 ? echoed : 0] = 0;
    expect(echoed < 0 && errno == EAGAIN, "%s: echoed again: \"%s\"", wanted->name, seen);
    expect_equal(wanted->name, wanted->bytes, waiting(slaves[which]));
    for (int i = 0; wanted->lines[i]; i++) {
        expect_line(which, wanted->lines[i]);
    }
    expect(read(slaves[which], &byte, 1) < 0 && errno == EAGAIN, "%s: there is more", wanted->name);
    if (wanted->begun) {
        must("write", write(masters[which], "!\n", 2));
        struct pollfd entry = {slaves[which], POLLIN, 0};
        must("poll", poll(&entry, 1, 30000));
        expect_line(which, wanted->begun);
    }
}

int main(void)
{
    signal(SIGINT, count);
    for (int i = 0; i < Terminals; i++) {
        set_up(i);
    }

    application_ready();
    application_wait();

    for (int i = 0; i < Terminals; i++) {
        judge(i);
    }
    expect_equal("signals", 0, signals);
    return application_verdict();
}
