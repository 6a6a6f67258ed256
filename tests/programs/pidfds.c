/*
 * pidfds of the program itself, of one of its threads, and of a child that has ended and been
 * waited for; two of them in an epoll set.
 */
#include "application.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static atomic_int thread_id, signalled_by_usr1, signalled_by_usr2;
static atomic_bool over;

static void got(int signal)
{
    atomic_store(signal == SIGUSR1 ? &signalled_by_usr1 : &signalled_by_usr2, gettid());
}

static void *idle(void *nothing)
{
    while (!atomic_load(&over)) {
        atomic_store(&thread_id, gettid()); /* another one after a restart with new ids */
        application_sleep(5);
    }
    return nothing;
}

static int pidfd_of(pid_t pid, unsigned flags)
{
    return (int)syscall(SYS_pidfd_open, pid, flags);
}

static long send_signal(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

static bool ended(int pidfd)
{
    struct pollfd what = {.fd = pidfd, .events = POLLIN};
    return poll(&what, 1, 0) == 1;
}

static void await(atomic_int *id)
{
    for (int i = 0; i < 6000 && atomic_load(id) == 0; i++) {
        application_sleep(10);
    }
}

int main(void)
{
    signal(SIGUSR1, got);
    signal(SIGUSR2, got);
    pthread_t thread;
    must("pthread_create", -pthread_create(&thread, NULL, idle, NULL));
    await(&thread_id);
    pid_t child = fork();
    if (child == 0) {
        _exit(3);
    }
    int gone = (int)must("pidfd_open", pidfd_of(child, 0));
    must("waitpid", waitpid(child, NULL, 0));
    int self = (int)must("pidfd_open", pidfd_of(getpid(), O_NONBLOCK));
    int of_thread = pidfd_of(atomic_load(&thread_id), O_EXCL); /* PIDFD_THREAD, Linux 6.9 */
    if (of_thread < 0) {
        of_thread = self;
    }
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 1};
    must("EPOLL_CTL_ADD", epoll_ctl(set, EPOLL_CTL_ADD, gone, &event));
    event.data.u64 = 2;
    must("EPOLL_CTL_ADD", epoll_ctl(set, EPOLL_CTL_ADD, of_thread, &event));

    application_ready();
    application_wait();

    atomic_store(&thread_id, 0);
    await(&thread_id);
    expect(ended(gone), "the pidfd of the ended child says it lives");
    expect(send_signal(gone, 0) < 0 && errno == ESRCH, "the ended child can be signalled");
    siginfo_t information;
    expect(waitid((idtype_t)3 /* P_PIDFD */, (id_t)gone, &information, WEXITED) < 0 &&
               errno == ECHILD,
           "the ended child can be waited for");
    expect(!ended(self), "the pidfd of the program itself says it has ended");
    expect_equal("PIDFD_NONBLOCK", O_NONBLOCK, fcntl(self, F_GETFL) & O_NONBLOCK);
    expect_equal("no PIDFD_NONBLOCK", 0, fcntl(gone, F_GETFL) & O_NONBLOCK);
    must("pidfd_send_signal", send_signal(self, SIGUSR1));
    await(&signalled_by_usr1);
    expect(atomic_load(&signalled_by_usr1) != 0, "no signal by the pidfd of the program itself");
    must("pidfd_send_signal", send_signal(of_thread, SIGUSR2));
    await(&signalled_by_usr2);
    if (of_thread != self) {
        expect_equal("the thread signalled", atomic_load(&thread_id),
                     atomic_load(&signalled_by_usr2));
    }
    expect_equal("members ready", 1, epoll_wait(set, &event, 1, 0));
    expect_equal("the member", 1, (long long)event.data.u64);
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    if (of_thread != self) {
        /* Joined is not ended: the thread has some steps to go (kernel/exit.c: do_exit()). */
        struct pollfd end = {.fd = of_thread, .events = POLLIN};
        expect(poll(&end, 1, 60000) == 1, "the pidfd of the ended thread says it lives");
    }
    return application_verdict();
}
