/*
 * Children that have ended and not been waited for: with an exit code, by a signal, as the leader
 * of a group that others are in, with another exit signal than SIGCHLD, below a child.
 */
#include "application.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static volatile sig_atomic_t unexpected_signals;

static pid_t other;

static void count(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    unexpected_signals += info->si_pid != other; /* which may end a little earlier than this one */
}

static pid_t zombie(int code, int signal, int exit_signal, bool leads)
{
    pid_t pid = (pid_t)must("clone", syscall(SYS_clone, exit_signal, NULL, NULL, NULL, NULL));
    if (pid == 0) {
        if (leads) {
            setpgid(0, 0);
        }
        if (signal != 0) {
            kill((pid_t)syscall(SYS_getpid), signal);
        }
        _exit(code);
    }
    siginfo_t info;
    must("waitid", waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | __WALL));
    return pid;
}

static void expect_status(pid_t pid, int expected)
{
    int status = -1;
    expect_equal("waitpid", pid, waitpid(pid, &status, WNOHANG | __WALL));
    expect_equal("the status", expected, status);
}

int main(void)
{
    struct sigaction counting = {.sa_sigaction = count, .sa_flags = SA_SIGINFO};
    int complete[2];
    must("pipe", pipe(complete));
    other = (pid_t)must("fork", fork());
    close(complete[other == 0 ? 0 : 1]);
    pid_t exited = zombie(7, 0, SIGCHLD, false);
    pid_t killed = zombie(0, SIGTERM, SIGCHLD, false);
    pid_t murdered = zombie(0, SIGKILL, SIGCHLD, false);
    pid_t leader = zombie(255, 0, SIGCHLD, true);
    pid_t silent = zombie(1, 0, 0, false);
    sigaction(SIGUSR2, &counting, NULL);
    pid_t loud = zombie(2, 0, SIGUSR2, false);
    unexpected_signals = 0;
    sigaction(SIGCHLD, &counting, NULL);
    char nothing;
    if (other != 0) {
        must("read", read(complete[0], &nothing, 1)); /* nobody holds the other end any more */
        application_ready();
    } else {
        close(complete[1]);
    }
    application_wait();

    expect_equal("signals that nobody sent", 0, unexpected_signals);
    expect_equal("the group of a zombie", leader, getpgid(leader));
    siginfo_t info = {0};
    must("waitid", waitid(P_PID, (id_t)killed, &info, WEXITED | WNOHANG | WNOWAIT));
    expect_equal("the zombie waitid tells of", killed, info.si_pid);
    expect_equal("how it ended", CLD_KILLED, info.si_code);
    expect_equal("by which signal", SIGTERM, info.si_status);
    int status = -1;
    expect_equal("waitpid of its group", leader, waitpid(-leader, &status, WNOHANG));
    expect_equal("the status", 255 << 8, status);
    expect_status(exited, 7 << 8);
    expect_status(killed, SIGTERM);
    expect_status(murdered, SIGKILL);
    expect_status(silent, 1 << 8);
    expect_status(loud, 2 << 8);
    if (other == 0) {
        return application_verdict();
    }
    expect_equal("waitpid for the other parent", other, waitpid(other, &status, 0));
    expect_equal("its status", 0, status);
    return application_verdict();
}
