/*
 * Children that have ended, each in its own way, and are not waited for until the verdict: one by
 * an exit status, one by a signal, one that had a thread call exit after its first thread was gone,
 * one made by a thread, one that tells nobody of its end.
 */
#include "application.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { Children = 5 };

static pid_t children[Children];
static const int statuses[Children] = {7 << 8, SIGTERM, 3 << 8, 9 << 8, 11 << 8};

static void await_end(pid_t child)
{
    siginfo_t info;
    must("waitid", waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT | __WALL));
}

static void *exit_with_3(void *unused)
{
    (void)unused;
    application_sleep(20);
    exit(3);
}

static void *born_by_a_thread(void *unused)
{
    (void)unused;
    children[3] = (pid_t)must("fork", fork());
    if (children[3] == 0) {
        _exit(9);
    }
    return NULL;
}

int main(void)
{
    children[0] = (pid_t)must("fork", fork());
    if (children[0] == 0) {
        _exit(7);
    }
    children[1] = (pid_t)must("fork", fork());
    if (children[1] == 0) {
        raise(SIGTERM);
        _exit(97);
    }
    children[2] = (pid_t)must("fork", fork());
    if (children[2] == 0) {
        pthread_t other;
        pthread_create(&other, NULL, exit_with_3, NULL);
        pthread_exit(NULL);
    }
    pthread_t thread;
    pthread_create(&thread, NULL, born_by_a_thread, NULL);
    pthread_join(thread, NULL);
    children[4] = (pid_t)must("clone", syscall(SYS_clone, 0, 0, 0, 0, 0));
    if (children[4] == 0) {
        _exit(11);
    }
    for (int i = 0; i < Children; i++) {
        await_end(children[i]);
    }

    application_ready();
    application_wait();

    for (int i = 0; i < Children; i++) {
        int status = -1;
        expect_equal("waitpid", children[i], waitpid(children[i], &status, __WALL));
        expect_equal("the status of a child", statuses[i], status);
    }
    expect_equal("waitpid when there is no child left", -1, waitpid(-1, NULL, __WALL));
    return application_verdict();
}
