/*
 * Children of threads: a thread waits for those it bore itself (__WNOTHREAD), a child is told when
 * the thread that bore it ends (PR_SET_PDEATHSIG), and one whose thread has ended is another
 * thread's.
 */
#include "application.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { Bearers = 3, Leader = 0, Waiter = 1, Ended = 2 };

static pid_t children[Bearers], mourner;
static atomic_bool born[Bearers], waiter_may_end;

static pid_t bear(int status)
{
    pid_t pid = (pid_t)must("fork", fork());
    if (pid == 0) {
        application_wait();
        _exit(status);
    }
    return pid;
}

/* A child that ends with 0 by the signal it gets at the end of the thread that bore it. */
static pid_t bear_mourner(void)
{
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, &before);
    pid_t pid = (pid_t)must("fork", fork());
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGUSR1);
        application_note("mourns", "");
        int signal;
        sigwait(&signals, &signal);
        _exit(33);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static void *waiter(void *unused)
{
    (void)unused;
    children[Waiter] = bear(11);
    mourner = bear_mourner();
    atomic_store(&born[Waiter], true);
    application_wait();

    int status = -1;
    expect_equal("another's child", -1, waitpid(children[Leader], &status, __WNOTHREAD));
    expect_equal("which is none of mine", ECHILD, errno);
    expect_equal("my child", children[Waiter], waitpid(children[Waiter], &status, __WNOTHREAD));
    expect_equal("its status", 11 << 8, status);
    expect_equal("the mourner lives", 0, waitpid(-1, &status, __WNOTHREAD | WNOHANG));
    while (!atomic_load(&waiter_may_end)) {
        application_sleep(1);
    }
    return NULL;
}

static void *ends_soon(void *unused)
{
    (void)unused;
    children[Ended] = bear(12);
    atomic_store(&born[Ended], true);
    return NULL;
}

int main(void)
{
    pthread_t threads[Bearers];
    children[Leader] = bear(10);
    pthread_create(&threads[Waiter], NULL, waiter, NULL);
    pthread_create(&threads[Ended], NULL, ends_soon, NULL);
    pthread_join(threads[Ended], NULL);
    while (!atomic_load(&born[Waiter]) || access(application_path("mourns"), F_OK) != 0) {
        application_sleep(1);
    }
    unlink(application_path("mourns"));

    application_ready();
    application_wait();

    int status = -1;
    expect_equal("the leader's child", children[Leader],
                 waitpid(children[Leader], &status, __WNOTHREAD));
    expect_equal("its status", 10 << 8, status);
    expect_equal("the child of the thread that has ended", children[Ended],
                 waitpid(children[Ended], &status, 0));
    expect_equal("its status", 12 << 8, status);
    expect_equal("the mourner is another's", -1, waitpid(mourner, &status, __WNOTHREAD | WNOHANG));
    atomic_store(&waiter_may_end, true);
    pthread_join(threads[Waiter], NULL);
    expect_equal("the mourner", mourner, waitpid(mourner, &status, 0));
    expect_equal("how it ended", 33 << 8, status);
    expect_equal("no child is left", -1, waitpid(-1, &status, WNOHANG));
    return application_verdict();
}
