/*
 * Leases: a read lease with a signal of its own, a write lease with SIGIO; each is broken in the
 * end by a child that opens the file.
 */
#include "application.h"

#include <signal.h>
#include <sys/wait.h>

static volatile sig_atomic_t signalled_fd = -1, signals_io;

static void broken(int signal, siginfo_t *information, void *context)
{
    (void)signal, (void)context;
    signalled_fd = information->si_fd;
}

static void io(int signal)
{
    (void)signal;
    signals_io++;
}

static int file(const char *name, int flags)
{
    return (int)must(name, open(application_path(name), flags | O_CREAT | O_CLOEXEC, 0600));
}

static int open_without_waiting(const char *name, int flags)
{
    pid_t child = fork();
    if (child == 0) {
        int fd = open(application_path(name), flags | O_NONBLOCK);
        _exit(fd < 0 ? errno : 0);
    }
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WEXITSTATUS(status);
}

int main(void)
{
    sigaction(SIGRTMIN + 3, &(struct sigaction){.sa_sigaction = broken, .sa_flags = SA_SIGINFO},
              NULL);
    signal(SIGIO, io);
    int first = file("read", O_RDONLY), writing = file("write", O_RDWR);
    int reading = (int)must("F_DUPFD", fcntl(first, F_DUPFD, 40));
    close(first);
    must("F_SETSIG", fcntl(reading, F_SETSIG, SIGRTMIN + 3));
    must("F_SETLEASE", fcntl(reading, F_SETLEASE, F_RDLCK));
    must("F_SETLEASE", fcntl(writing, F_SETLEASE, F_WRLCK));

    application_ready();
    application_wait();

    expect_equal("read lease", F_RDLCK, fcntl(reading, F_GETLEASE));
    expect_equal("write lease", F_WRLCK, fcntl(writing, F_GETLEASE));
    expect_equal("owner of the read lease", getpid(), fcntl(reading, F_GETOWN));
    expect_equal("owner of the write lease", getpid(), fcntl(writing, F_GETOWN));
    expect_equal("opening for reading", 0, open_without_waiting("read", O_RDONLY));
    expect_equal("signals so far", -1, signalled_fd);
    expect_equal("opening for writing", EWOULDBLOCK, open_without_waiting("read", O_WRONLY));
    expect_equal("the descriptor that the signal tells", reading, signalled_fd);
    expect_equal("SIGIO so far", 0, signals_io);
    expect_equal("opening for reading", EWOULDBLOCK, open_without_waiting("write", O_RDONLY));
    expect_equal("SIGIO", 1, signals_io);
    return application_verdict();
}
