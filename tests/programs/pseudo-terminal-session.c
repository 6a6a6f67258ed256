/*
 * A session at a pseudo-terminal, as under script(1) or tmux(1): the program has the master; a
 * shell leads the session, one job of it is in the foreground, another was stopped for reading from
 * the background. In the end ^C, a new window size and the change of jobs must reach the right
 * ones.
 */
#include "application.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

/* In the children: what they say goes to the master. */
static void say(const char *format, ...)
{
    char line[200];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (write(1, line, (size_t)length) != length) {
        _exit(97);
    }
}

/* Said at once: a signal may come before the job sleeps in read(2) again, which then knows nothing
 * of it. */
static void tell(int signal)
{
    int error = errno;
    struct winsize size = {0};
    if (signal == SIGINT) {
        say("interrupted\n");
    } else {
        ioctl(0, TIOCGWINSZ, &size);
        say("%d by %d\n", size.ws_row, size.ws_col);
    }
    errno = error;
}

static _Noreturn void foreground_job(void)
{
    struct sigaction action = {.sa_handler = tell};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGWINCH, &action, NULL);
    signal(SIGTTOU, SIG_DFL);
    int terminal = open("/dev/tty", O_RDWR);
    for (;;) {
        char line[100];
        ssize_t got = read(terminal, line, sizeof line - 1);
        if (got > 0) {
            line[got] = 0;
            if (strcmp(line, "end\n") == 0) {
                _exit(0);
            }
            say("foreground %d session %d: %s", tcgetpgrp(terminal) == getpgrp(),
                tcgetsid(0) == getppid() && getsid(0) == getppid(), line);
        } else if (got == 0 || errno != EINTR) {
            _exit(96);
        }
    }
}

static _Noreturn void background_job(void)
{
    signal(SIGTTOU, SIG_DFL);
    char line[100];
    ssize_t got;
    while ((got = read(0, line, sizeof line - 1)) < 0 && errno == EINTR) {
    }
    line[got > 0 ? got : 0] = 0;
    say("background: %s", line);
    _exit(3);
}

static _Noreturn void shell(void)
{
    signal(SIGTTOU, SIG_IGN);
    pid_t background = fork();
    if (background == 0) {
        setpgid(0, 0);
        background_job();
    }
    setpgid(background, background);
    int status;
    must("waitpid", waitpid(background, &status, WUNTRACED));
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTTIN) {
        _exit(95);
    }
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(0, getpgrp());
        foreground_job();
    }
    setpgid(job, job);
    tcsetpgrp(0, job);
    say("ready\n");

    if (waitpid(job, &status, 0) != job || status != 0) {
        say("the job ended with %x\n", status);
    }
    tcsetpgrp(0, background);
    kill(-background, SIGCONT);
    if (waitpid(background, &status, 0) != background || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 3) {
        say("the background job ended with %x\n", status);
    }
    tcsetpgrp(0, getpgrp());
    _exit(7);
}

/* The next line from the terminal; "" if none comes. */
static const char *next_line(int master)
{
    static char line[200];
    size_t length = 0;
    struct pollfd entry = {master, POLLIN, 0};
    while (length < sizeof line - 1 && poll(&entry, 1, 60000) > 0 &&
           read(master, line + length, 1) == 1 && line[length] != '\n') {
        length++;
    }
    line[length] = 0;
    return line;
}

static void send(int master, const char *text)
{
    must("write", write(master, text, strlen(text)));
}

int main(void)
{
    struct winsize size = {24, 80, 0, 0}, larger = {50, 132, 0, 0};
    struct termios set;
    int master;
    pid_t child = (pid_t)must("forkpty", forkpty(&master, NULL, NULL, &size));
    if (child == 0) {
        must("tcgetattr", tcgetattr(0, &set));
        set.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        set.c_oflag &= ~(tcflag_t)OPOST;
        must("tcsetattr", tcsetattr(0, TCSANOW, &set));
        shell();
    }
    expect_text("the beginning", "ready", next_line(master));
    pid_t group = tcgetpgrp(master);

    application_ready();
    application_wait();

    expect_equal("the foreground group", group, tcgetpgrp(master));
    send(master, "hello\n");
    expect_text("the foreground job", "foreground 1 session 1: hello", next_line(master));
    send(master, "\003");
    expect_text("after ^C", "interrupted", next_line(master));
    must("TIOCSWINSZ", ioctl(master, TIOCSWINSZ, &larger));
    expect_text("after a new size", "50 by 132", next_line(master));
    send(master, "end\n");
    while (tcgetpgrp(master) == group && kill(child, 0) == 0) {
        application_sleep(1); /* until the shell has put the other job there */
    }
    send(master, "more\n");
    expect_text("the job from the background", "background: more", next_line(master));
    int status = 0;
    must("waitpid", waitpid(child, &status, 0));
    expect_equal("the shell's status", 7 << 8, status);
    char byte;
    expect(read(master, &byte, 1) < 0 && errno == EIO, "the master without a slave: errno %d",
           errno);
    return application_verdict();
}
