/* Signals that wait: to the process and to threads, real-time ones in order and with their values,
 * with the codes of the kernel; ignored ones that are blocked; and the actions, masks and alternate
 * stacks around them. */
#include "application.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

static atomic_int done, started;

static void queue(int signal, int value, bool to_thread)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    long result = to_thread ? syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal, &info)
                            : syscall(SYS_rt_sigqueueinfo, getpid(), signal, &info);
    must("queue", result);
}

static void take(const char *what, int signal, int code, int value)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    siginfo_t info;
    int got = sigtimedwait(&set, &info, &(struct timespec){0, 0});
    if (expect(got == signal, "%s: expected signal %d, seen %d", what, signal, got)) {
        expect_equal(what, code, info.si_code);
        if (value >= 0) {
            expect_equal(what, value, info.si_value.sival_int);
        }
    }
}

static void *thread_main(void *unused)
{
    (void)unused;
    for (int i = 0; i < 100; i++) {
        queue(SIGRTMIN + 3, 1000 + i, true);
    }
    pthread_kill(pthread_self(), SIGUSR1);
    char *stack = malloc(65536);
    must("sigaltstack", sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = 65536}, NULL));
    atomic_store(&started, 1);
    while (!atomic_load(&done)) {
        application_sleep(1);
    }
    for (int i = 0; i < 100; i++) {
        take("thread's queued signal", SIGRTMIN + 3, SI_QUEUE, 1000 + i);
    }
    take("thread's signal", SIGUSR1, SI_USER, -1); /* glibc makes it of SI_TKILL */
    stack_t now;
    sigaltstack(NULL, &now);
    expect_equal("thread's alternate stack", (long long)(intptr_t)stack,
                 (long long)(intptr_t)now.ss_sp);
    expect_equal("its size", 65536, (long long)now.ss_size);
    return NULL;
}

static void handler(int signal)
{
    (void)signal;
}

int main(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    struct sigaction action = {.sa_handler = handler,
                               .sa_flags = SA_RESTART | SA_ONSTACK | SA_NODEFER};
    sigaddset(&action.sa_mask, SIGHUP);
    sigaddset(&action.sa_mask, SIGRTMAX);
    sigaction(SIGUSR2, &action, NULL);
    sigaction(SIGRTMAX, &action, NULL);
    signal(SIGHUP, SIG_IGN);
    action = (struct sigaction){.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
    sigaction(SIGCHLD, &action, NULL);

    for (int i = 0; i < 100; i++) {
        queue(SIGRTMIN + 2, i, false);
    }
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGHUP);
    alarm(1);
    pthread_t thread;
    must("pthread_create", -pthread_create(&thread, NULL, thread_main, NULL));
    while (!atomic_load(&started)) {
        application_sleep(1);
    }
    if (getenv("BLCR_TEST_DIR")) {
        sigset_t now;
        for (sigemptyset(&now); !sigismember(&now, SIGALRM); sigpending(&now)) {
            application_sleep(10);
        }
    }
    application_ready();
    application_wait();

    if (getenv("BLCR_TEST_DIR")) {
        take("alarm", SIGALRM, SI_KERNEL, -1);
    }
    take("kill", SIGTERM, SI_USER, -1);
    take("ignored but blocked", SIGHUP, SI_USER, -1);
    for (int i = 0; i < 100; i++) {
        take("process's queued signal", SIGRTMIN + 2, SI_QUEUE, i);
    }
    atomic_store(&done, 1);
    pthread_join(thread, NULL);

    sigset_t pending, mask;
    sigpending(&pending);
    expect(sigisemptyset(&pending), "a signal is pending that nobody sent");
    sigprocmask(SIG_SETMASK, NULL, &mask);
    expect(sigismember(&mask, SIGUSR1) && sigismember(&mask, SIGRTMAX), "the mask lost a signal");
    sigaction(SIGUSR2, NULL, &action);
    expect(action.sa_handler == handler, "SIGUSR2 has another handler");
    expect_equal("flags", SA_RESTART | SA_ONSTACK | SA_NODEFER, action.sa_flags & ~0x04000000);
    expect(sigismember(&action.sa_mask, SIGRTMAX) && !sigismember(&action.sa_mask, SIGINT),
           "SIGUSR2's mask differs");
    sigaction(SIGHUP, NULL, &action);
    expect(action.sa_handler == SIG_IGN, "SIGHUP is not ignored");
    sigaction(SIGCHLD, NULL, &action);
    expect_equal("flags of SIGCHLD", SA_NOCLDWAIT, action.sa_flags & ~0x04000000);
    return application_verdict();
}
