/* Threads that wait in calls which give EINTR after any stop: a checkpoint must not be seen. Each
 * is woken in the end by what it waits for. */
#include "application.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int ends[2];
static pthread_t threads[4];
static atomic_int waiting[4]; /* thread ids */
static _Thread_local volatile int handled;

static void handler(int signal)
{
    handled = signal;
}

static void *in_epoll(void *unused)
{
    (void)unused;
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 5};
    epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
    event.data.u32 = 0;
    atomic_store(&waiting[0], gettid());
    int got = epoll_wait(set, &event, 1, -1);
    expect(got == 1 && event.data.u32 == 5, "epoll_wait: expected 1, seen %d (%s)", got,
           strerror(errno));
    close(set);
    return NULL;
}

static void *in_sigwait(void *unused)
{
    (void)unused;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    atomic_store(&waiting[1], gettid());
    int got = sigtimedwait(&set, NULL, &(struct timespec){600, 0});
    expect(got == SIGUSR1, "sigtimedwait: expected %d, seen %d (%s)", SIGUSR1, got,
           strerror(errno));
    return NULL;
}

/* pause and sigsuspend end with EINTR when a handler ran, and only then. */
static void *in_pause(void *unused)
{
    (void)unused;
    atomic_store(&waiting[2], gettid());
    int got = pause();
    expect(got == -1 && errno == EINTR && handled == SIGUSR2, "pause: %d, handled %d", got,
           handled);
    return NULL;
}

static void *in_read(void *unused)
{
    (void)unused;
    char byte = 0;
    atomic_store(&waiting[3], gettid());
    ssize_t got = read(ends[0], &byte, 1);
    expect(got == 1 && byte == 'b', "read: expected 1, seen %zd (%s)", got, strerror(errno));
    return NULL;
}

/* Until a thread sleeps in that call: a signal that comes before pause() would not end it. */
static void await_sleep(atomic_int *thread, long call)
{
    char path[64], text[32] = "";
    for (long now = -1; now != call;) {
        application_sleep(1);
        if (atomic_load(thread) == 0) {
            continue;
        }
        snprintf(path, sizeof path, "/proc/self/task/%d/syscall", atomic_load(thread));
        FILE *file = fopen(path, "re");
        must(path, file && fgets(text, sizeof text, file) ? 0 : -1);
        fclose(file);
        now = text[0] >= '0' && text[0] <= '9' ? atol(text) : -1; /* else "running" */
    }
}

int main(void)
{
    must("pipe", pipe(ends));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR2, &action, NULL);
    void *(*const mains[])(void *) = {in_epoll, in_sigwait, in_pause, in_read};
    for (int i = 0; i < 4; i++) {
        must("pthread_create", -pthread_create(&threads[i], NULL, mains[i], NULL));
    }
    static const int calls[] = {SYS_epoll_wait, SYS_rt_sigtimedwait, SYS_pause, SYS_read};
    for (int i = 0; i < 4; i++) {
        await_sleep(&waiting[i], calls[i]);
    }
    application_ready();
    application_wait();
    pthread_kill(threads[1], SIGUSR1);
    pthread_kill(threads[2], SIGUSR2);
    must("write", write(ends[1], "b", 1));
    pthread_join(threads[3], NULL);
    must("write", write(ends[1], "c", 1));
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    return application_verdict();
}
