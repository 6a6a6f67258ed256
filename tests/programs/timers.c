/* POSIX timers with gaps in their ids, on several clocks, to the process, to a thread and to
 * nobody; interval timers. The time left goes on from where it was; ids and intervals stay. */
#include "application.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>

static long make(clockid_t clock, int notify, int signal, int value)
{
    struct sigevent event = {
        .sigev_notify = notify, .sigev_signo = signal, .sigev_value.sival_int = value};
    event._sigev_un._tid = gettid();
    int id = -1;
    must("timer_create", syscall(SYS_timer_create, clock, &event, &id));
    return id;
}

static void set(long id, long seconds, long interval)
{
    struct itimerspec time = {.it_value.tv_sec = seconds, .it_interval.tv_sec = interval};
    must("timer_settime", syscall(SYS_timer_settime, id, 0, &time, NULL));
}

static void check(const char *what, long id, long seconds, long interval)
{
    struct itimerspec time = {0};
    if (!expect(syscall(SYS_timer_gettime, id, &time) == 0, "%s: timer %ld is gone", what, id)) {
        return;
    }
    expect_equal(what, interval, time.it_interval.tv_sec);
    expect(seconds ? time.it_value.tv_sec <= seconds && time.it_value.tv_sec > seconds - 400
                   : time.it_value.tv_sec == 0 && time.it_value.tv_nsec == 0,
           "%s: expected about %ld s left, seen %ld", what, seconds, (long)time.it_value.tv_sec);
}

int main(void)
{
    sigset_t set_;
    sigemptyset(&set_);
    sigaddset(&set_, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set_, NULL);

    long gone = make(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0);
    long process = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 11);
    long gone_too = make(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0);
    long thread = make(CLOCK_REALTIME, SIGEV_SIGNAL | SIGEV_THREAD_ID, SIGUSR2, 12);
    long nobody = make(CLOCK_BOOTTIME, SIGEV_NONE, 0, 0);
    long cpu = make(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 13);
    long idle = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 14);
    long ticking = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 1, 15);
    must("timer_delete", syscall(SYS_timer_delete, gone));
    must("timer_delete", syscall(SYS_timer_delete, gone_too));
    set(process, 1000, 50);
    set(thread, 2000, 0);
    set(nobody, 3000, 7);
    set(cpu, 4000, 0);
    struct itimerspec often = {.it_value.tv_nsec = 20000000, .it_interval.tv_nsec = 20000000};
    must("timer_settime", syscall(SYS_timer_settime, ticking, 0, &often, NULL));
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_sec = 5000, .it_interval.tv_sec = 9},
              NULL);
    setitimer(ITIMER_PROF, &(struct itimerval){.it_value.tv_sec = 6000}, NULL);

    application_ready();
    application_wait();

    check("to the process", process, 1000, 50);
    check("to a thread", thread, 2000, 0);
    check("to nobody", nobody, 3000, 7);
    check("CPU time", cpu, 4000, 0);
    check("never set", idle, 0, 0);
    struct itimerspec time;
    expect(syscall(SYS_timer_gettime, gone, &time) < 0, "timer %ld is there again", gone);
    struct itimerval real, virtual, prof;
    getitimer(ITIMER_REAL, &real);
    getitimer(ITIMER_VIRTUAL, &virtual);
    getitimer(ITIMER_PROF, &prof);
    expect(real.it_value.tv_sec > 4600 && real.it_interval.tv_sec == 9, "ITIMER_REAL: %ld s left",
           (long)real.it_value.tv_sec);
    expect(virtual.it_value.tv_sec == 0, "ITIMER_VIRTUAL runs");
    expect(prof.it_value.tv_sec > 5600, "ITIMER_PROF: %ld s left", (long)prof.it_value.tv_sec);

    /* The signal of the periodic timer waits; it ticks on after it is taken. */
    for (int i = 0; i < 3; i++) {
        siginfo_t info = {0};
        int got = sigtimedwait(&set_, &info, &(struct timespec){60, 0});
        if (expect(got == SIGRTMIN + 1, "tick %d: expected signal %d, seen %d", i, SIGRTMIN + 1,
                   got)) {
            expect_equal("code of a tick", SI_TIMER, info.si_code);
            expect_equal("value of a tick", 15, info.si_value.sival_int);
        }
    }
    return application_verdict();
}
