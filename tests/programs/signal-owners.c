/*
 * Descriptors that send a signal when something happens (O_ASYNC): to a process group, whose
 * members get it all, to one thread (F_OWNER_TID), to another process. Each with a signal of its
 * own (F_SETSIG), except one, which sends SIGIO.
 */
#include "application.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { Members = 2 };

static int to_group[2], to_thread[2], to_child[2];
static atomic_int thread_id, thread_has;

/* Waits for one of these signals, ten minutes at most; its number, and the descriptor it is about.
 */
static int await_signal(const sigset_t *signals, int *fd)
{
    siginfo_t info;
    struct timespec limit = {.tv_sec = 600};
    int signal;
    do {
        signal = sigtimedwait(signals, &info, &limit);
    } while (signal < 0 && errno == EINTR);
    *fd = signal > 0 ? info.si_fd : -1;
    return signal;
}

static sigset_t all(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGIO);
    sigaddset(&signals, SIGRTMIN + 3);
    sigaddset(&signals, SIGRTMIN + 4);
    return signals;
}

static void *listening_thread(void *unused)
{
    (void)unused;
    atomic_store(&thread_id, (int)syscall(SYS_gettid));
    sigset_t signals = all();
    int fd;
    int signal = await_signal(&signals, &fd);
    atomic_store(&thread_has, signal);
    expect_equal("the thread's signal is about", to_thread[0], fd);
    return NULL;
}

static void make_async(int fd, enum __pid_type type, pid_t owner, int signal)
{
    struct f_owner_ex who = {.type = type, .pid = owner};
    must("F_SETOWN_EX", fcntl(fd, F_SETOWN_EX, &who));
    if (signal) {
        must("F_SETSIG", fcntl(fd, F_SETSIG, signal));
    }
    must("F_SETFL", fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC));
}

/* A member of the group: it gets the group's signal, and the first one SIGIO as well. */
static int member(int number)
{
    bool group = false, own = number != 0;
    sigset_t signals = all();
    while (!group || !own) {
        int fd, signal = await_signal(&signals, &fd);
        if (signal == SIGRTMIN + 3) {
            group = true;
            expect_equal("the group's signal is about", to_group[0], fd);
        } else if (signal == SIGIO && number == 0) {
            own = true;
        } else {
            expect(false, "member %d got signal %d", number, signal);
            break;
        }
    }
    return application_failures != 0;
}

static void expect_owner(const char *what, int fd, enum __pid_type type, pid_t owner, int signal)
{
    struct f_owner_ex who;
    must("F_GETOWN_EX", fcntl(fd, F_GETOWN_EX, &who));
    expect(who.type == type && who.pid == owner, "%s: expected owner %d of sort %d, seen %d of %d",
           what, owner, type, who.pid, who.type);
    expect_equal(what, signal, fcntl(fd, F_GETSIG));
    expect_equal(what, O_ASYNC, fcntl(fd, F_GETFL) & O_ASYNC);
}

int main(void)
{
    sigset_t signals = all();
    must("sigprocmask", sigprocmask(SIG_BLOCK, &signals, NULL));
    must("pipe", pipe2(to_group, O_CLOEXEC));
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to_thread));
    must("pipe", pipe2(to_child, O_CLOEXEC));

    pid_t members[Members];
    for (int i = 0; i < Members; i++) {
        members[i] = (pid_t)must("fork", fork());
        if (members[i] == 0) {
            setpgid(0, i == 0 ? 0 : members[0]);
            _exit(member(i));
        }
        must("setpgid", setpgid(members[i], members[0]));
    }
    pthread_t thread;
    pthread_create(&thread, NULL, listening_thread, NULL);
    while (!atomic_load(&thread_id)) {
        application_sleep(1);
    }
    make_async(to_group[0], F_OWNER_PGRP, members[0], SIGRTMIN + 3);
    make_async(to_thread[0], F_OWNER_TID, thread_id, SIGRTMIN + 4);
    make_async(to_child[0], F_OWNER_PID, members[0], 0);

    application_ready();
    application_wait();

    expect_owner("the group's pipe", to_group[0], F_OWNER_PGRP, members[0], SIGRTMIN + 3);
    expect_owner("the thread's socket", to_thread[0], F_OWNER_TID, thread_id, SIGRTMIN + 4);
    expect_owner("the child's pipe", to_child[0], F_OWNER_PID, members[0], 0);
    must("write", write(to_group[1], "x", 1));
    must("write", write(to_thread[1], "x", 1));
    must("write", write(to_child[1], "x", 1));
    pthread_join(thread, NULL);
    expect_equal("the thread's signal", SIGRTMIN + 4, thread_has);
    for (int i = 0; i < Members; i++) {
        int status = -1;
        expect_equal("waitpid", members[i], waitpid(members[i], &status, 0));
        expect_equal("the status of a member", 0, status);
    }
    sigset_t pending;
    sigpending(&pending);
    expect(!sigismember(&pending, SIGRTMIN + 3), "the parent got the group's signal");
    expect(!sigismember(&pending, SIGIO), "the parent got the child's signal");
    return application_verdict();
}
