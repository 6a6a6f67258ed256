/*
 * pidfds in a family: the parent has those of a child that lives and of one that has ended and not
 * been waited for, the child has its parent's and its brother's.
 */
#include "application.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static volatile sig_atomic_t signalled;

static void got(int signal)
{
    (void)signal;
    signalled++;
}

static int pidfd_of(pid_t pid)
{
    return (int)must("pidfd_open", syscall(SYS_pidfd_open, pid, 0));
}

static long send_signal(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

static int ready(int pidfd, int milliseconds)
{
    struct pollfd what = {.fd = pidfd, .events = POLLIN};
    return poll(&what, 1, milliseconds);
}

static void await_signal(void)
{
    for (int i = 0; i < 6000 && signalled == 0; i++) {
        application_sleep(10);
    }
    expect_equal("signals by pidfd", 1, signalled);
}

static int live(int ended, int meeting)
{
    int parent = pidfd_of(getppid());
    close(meeting);
    application_wait();
    await_signal();
    expect_equal("the parent has ended", 0, ready(parent, 0));
    expect_equal("the brother has ended", 1, ready(ended, 0));
    expect(send_signal(parent, SIGUSR1) == 0, "to the parent: %s", strerror(errno));
    return application_verdict();
}

int main(void)
{
    signal(SIGUSR1, got);
    int meeting[2];
    must("pipe", pipe(meeting));
    pid_t ended = (pid_t)must("fork", fork());
    if (ended == 0) {
        _exit(7);
    }
    int of_ended = pidfd_of(ended);
    ready(of_ended, -1);
    pid_t living = (pid_t)must("fork", fork());
    if (living == 0) {
        close(meeting[0]);
        return live(of_ended, meeting[1]);
    }
    int of_living = pidfd_of(living);
    close(meeting[1]);
    char nothing;
    must("read", read(meeting[0], &nothing, 1));
    close(meeting[0]);

    application_ready();
    application_wait();

    expect_equal("the child that lives", 0, ready(of_living, 0));
    expect_equal("the child that has ended", 1, ready(of_ended, 0));
    expect(send_signal(of_living, SIGUSR1) == 0, "to the child: %s", strerror(errno));
    await_signal();
    siginfo_t how = {0};
    expect(waitid((idtype_t)3 /* P_PIDFD */, (id_t)of_ended, &how, WEXITED) == 0, "waitid: %s",
           strerror(errno));
    expect_equal("status of the one that had ended", 7, how.si_status);
    memset(&how, 0, sizeof how);
    expect(waitid((idtype_t)3, (id_t)of_living, &how, WEXITED) == 0, "waitid: %s", strerror(errno));
    expect_equal("status of the one that lived", 0, how.si_status);
    return application_verdict();
}
