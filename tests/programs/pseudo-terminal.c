/*
 * Pseudo-terminals inside one process, each in another state: settings, size, modes, what waits on
 * either side, and whether the slave is open, was open, was never open, or is hung up.
 */
#include "application.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

static char name[6][64];

static int pair(int which, int *slave)
{
    int master = (int)must("posix_openpt", posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
    must("unlockpt", unlockpt(master));
    must("ptsname", -ptsname_r(master, name[which], sizeof name[which]));
    if (slave) {
        *slave = (int)must(name[which], open(name[which], O_RDWR | O_NOCTTY | O_NONBLOCK));
    }
    return master;
}

static void settle(int terminal, short events)
{
    struct pollfd entry = {terminal, events, 0};
    must("poll", poll(&entry, 1, 60000));
    if (!(entry.revents & events)) {
        expect(false, "the terminal does not get ready: %x", entry.revents);
    }
}

static void expect_read(const char *what, const char *expected, int from)
{
    char seen[200];
    ssize_t got = read(from, seen, sizeof seen - 1);
    seen[got > 0 ? got : 0] = 0;
    if (got < 0) {
        snprintf(seen, sizeof seen, "error %d", errno);
    }
    expect_text(what, expected, seen);
}

static int events(int terminal, short wanted)
{
    struct pollfd entry = {terminal, wanted, 0};
    must("poll", poll(&entry, 1, 0));
    return entry.revents;
}

static int ask(int terminal, unsigned long request)
{
    int value = -1;
    must("ioctl", ioctl(terminal, request, &value));
    return value;
}

/* Until so many bytes are there: a worker of the kernel carries them from one end to the other. */
static void await_bytes(int terminal, int count)
{
    for (int i = 0; i < 60000 && ask(terminal, FIONREAD) < count; i++) {
        application_sleep(1);
    }
}

int main(void)
{
    static struct termios set, raw_set, seen; /* zeroed, padding and all */
    int on = 1;

    /* Canonical, with a custom character and speed, in packet mode; lines, an end of file and a
     * line begun wait at the slave, their echo and some output at the master. */
    int cooked_slave, cooked = pair(0, &cooked_slave);
    must("tcgetattr", tcgetattr(cooked_slave, &set));
    set.c_cc[VINTR] = 'q' & 31;
    set.c_cflag |= CSTOPB;
    cfsetspeed(&set, B9600);
    must("tcsetattr", tcsetattr(cooked_slave, TCSANOW, &set));
    must("tcgetattr", tcgetattr(cooked_slave, &set)); /* as the kernel has it */
    struct winsize size = {33, 111, 5, 7}, seen_size;
    must("TIOCSWINSZ", ioctl(cooked, TIOCSWINSZ, &size));
    must("write", write(cooked, "one\ntwo\n\004three\004beg", 18));
    settle(cooked_slave, POLLIN);
    await_bytes(cooked, (int)strlen("one\r\ntwo\r\nthreebeg"));
    must("write", write(cooked_slave, "out\n", 4));
    await_bytes(cooked, (int)strlen("one\r\ntwo\r\nthreebegout\r\n"));
    must("fchmod", fchmod(cooked_slave, 0640));

    /* Raw and had alone; bytes wait that other modes would swallow. */
    int raw_slave, raw = pair(1, &raw_slave);
    must("tcgetattr", tcgetattr(raw_slave, &seen));
    raw_set = seen;
    cfmakeraw(&raw_set);
    must("tcsetattr", tcsetattr(raw_slave, TCSANOW, &raw_set));
    must("tcgetattr", tcgetattr(raw_slave, &raw_set));
    must("TIOCPKT", ioctl(raw, TIOCPKT, &on));
    must("write", write(raw, "\003\023\004\021\0x\177\r", 8));
    await_bytes(raw_slave, 8);
    must("TIOCEXCL", ioctl(raw_slave, TIOCEXCL));

    /* Output stopped by ^S; a second description of the slave, for reading only. */
    int stopped_slave, stopped = pair(2, &stopped_slave);
    must("write", write(stopped, "\023", 1));
    while (events(stopped_slave, POLLOUT) & POLLOUT) {
        application_sleep(1);
    }
    int reader = (int)must(name[2], open(name[2], O_RDONLY | O_NOCTTY));

    /* Never opened, and locked again. */
    int locked = pair(3, NULL);
    must("TIOCSPTLCK", ioctl(locked, TIOCSPTLCK, &on));

    /* Its slave is closed; the last words are still to be read. */
    int left_slave, left = pair(4, &left_slave);
    must("write", write(left_slave, "last words\n", 11));
    settle(left, POLLIN);
    must("close", close(left_slave));

    /* Its master is closed. */
    int hung_slave, hung = pair(5, &hung_slave);
    must("close", close(hung));

    application_ready();
    application_wait();

    char now[64];
    for (int i = 0; i < 5; i++) {
        int masters[] = {cooked, raw, stopped, locked, left};
        must("ptsname", -ptsname_r(masters[i], now, sizeof now));
        expect_text("the slave's name", name[i], now);
        expect_equal("the master's flags", O_RDWR | O_NONBLOCK,
                     fcntl(masters[i], F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    }

    must("tcgetattr", tcgetattr(cooked_slave, &seen));
    expect(memcmp(&set, &seen, sizeof set) == 0, "the settings differ");
    must("TIOCGWINSZ", ioctl(cooked_slave, TIOCGWINSZ, &seen_size));
    expect(memcmp(&size, &seen_size, sizeof size) == 0, "the size is %d by %d", seen_size.ws_row,
           seen_size.ws_col);
    struct stat file;
    must("fstat", fstat(cooked_slave, &file));
    expect_equal("the permissions", 0640, file.st_mode & 0777);
    expect_equal("the owner", getuid(), file.st_uid);
    expect_equal("complete input", 13, ask(cooked_slave, FIONREAD));
    expect_read("the first line", "one\n", cooked_slave);
    expect_read("the second line", "two\n", cooked_slave);
    expect_read("an end of file", "", cooked_slave);
    expect_read("a line ended by end of file", "three", cooked_slave);
    expect_read("a line begun", "error 11", cooked_slave);
    must("write", write(cooked, "un\n", 3));
    settle(cooked_slave, POLLIN);
    expect_read("the line, ended", "begun\n", cooked_slave);
    await_bytes(cooked, (int)strlen("one\r\ntwo\r\nthreebegout\r\nun\r\n"));
    expect_read("echo and output", "one\r\ntwo\r\nthreebegout\r\nun\r\n", cooked);

    must("tcgetattr", tcgetattr(raw_slave, &seen));
    expect(memcmp(&raw_set, &seen, sizeof seen) == 0, "the raw settings differ");
    char bytes[20];
    expect_equal("raw input", 8, read(raw_slave, bytes, sizeof bytes));
    expect(memcmp(bytes, "\003\023\004\021\0x\177\r", 8) == 0, "the raw input differs");
    expect_equal("packet mode", 1, ask(raw, TIOCGPKT));
    expect_equal("packet mode of the other", 0, ask(cooked, TIOCGPKT));
    expect_equal("had alone", 1, ask(raw_slave, TIOCGEXCL));
    expect_equal("no packet status", 0, events(raw, POLLPRI));

    expect_equal("writable while stopped", 0, events(stopped_slave, POLLOUT) & POLLOUT);
    must("write", write(stopped, "\021", 1));
    settle(stopped_slave, POLLOUT);
    expect_equal("access of the reader", O_RDONLY, fcntl(reader, F_GETFL) & O_ACCMODE);

    expect_equal("lock", 1, ask(locked, TIOCGPTLCK));
    expect_equal("no lock", 0, ask(cooked, TIOCGPTLCK));
    expect(open(name[3], O_RDWR | O_NOCTTY) < 0 && errno == EIO, "the locked slave can be opened");
    expect_equal("events of a master never opened", 0, events(locked, POLLIN));

    expect_read("the last words", "last words\r\n", left);
    expect(read(left, bytes, 1) < 0 && errno == EIO, "after the last words: errno %d", errno);

    expect_equal("a read of the one hung up", 0, read(hung_slave, bytes, 1));
    expect(write(hung_slave, "x", 1) < 0 && errno == EIO, "a write to the one hung up succeeds");
    expect(fstat(hung_slave, &file) == 0 && S_ISCHR(file.st_mode), "what is hung up is no device");
    return application_verdict();
}
