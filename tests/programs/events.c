/*
 * Descriptors that are waited on: eventfd, semaphore, timerfd, signalfd, and epoll sets over them,
 * one with members whose number means something else by now.
 */
#include "application.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static void add(int set, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};
    must("EPOLL_CTL_ADD", epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
}

/* The data of all members that are ready now, as a set of bits. */
static long long ready(int set)
{
    struct epoll_event events[16];
    int count = epoll_wait(set, events, 16, 0);
    long long bits = 0;
    for (int i = 0; i < count; i++) {
        bits |= 1LL << events[i].data.u64;
    }
    return bits;
}

int main(void)
{
    int counter = eventfd(0, EFD_NONBLOCK),
        semaphore = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
    must("eventfd_write", eventfd_write(counter, 0x123456789abcdef));

    int far = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK),
        stopped = timerfd_create(CLOCK_BOOTTIME, 0);
    int expired = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec soon = {.it_value.tv_nsec = 1000000, .it_interval.tv_sec = 1000};
    struct itimerspec later = {.it_value.tv_sec = 500, .it_interval.tv_sec = 7};
    must("timerfd_settime", timerfd_settime(far, 0, &later, NULL));
    must("timerfd_settime", timerfd_settime(expired, 0, &soon, NULL));
    must("poll", poll(&(struct pollfd){.fd = expired, .events = POLLIN}, 1, -1));

    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGUSR2);
    sigprocmask(SIG_BLOCK, &taken, NULL);
    int signals = (int)must("signalfd", signalfd(-1, &taken, SFD_NONBLOCK));

    int set = (int)must("epoll_create1", epoll_create1(EPOLL_CLOEXEC)), outer = epoll_create1(0);
    add(set, counter, EPOLLIN | EPOLLET, 1);
    add(set, semaphore, EPOLLIN, 2);
    add(set, expired, EPOLLIN, 3);
    add(set, signals, EPOLLIN, 4);
    int reused = (int)must("dup", dup(semaphore));
    add(set, reused, EPOLLIN, 5);
    must("dup2", dup2(far, reused)); /* the number now means another one; the member stays */
    add(set, reused, EPOLLIN, 6);
    int gone = (int)must("dup", dup(counter));
    add(set, gone, EPOLLIN, 7);
    close(gone);
    add(outer, set, EPOLLIN, 8);
    long long before = ready(set);

    application_ready();
    application_wait();

    expect_equal("members ready before", 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 7, before);
    kill(getpid(), SIGUSR2);
    expect_equal("members ready after", before | 1 << 4,
                 ready(set) | 1 << 1); /* EPOLLET: may report again */
    expect_equal("the outer set", 1 << 8, ready(outer));
    eventfd_t value = 0;
    expect_equal("eventfd_read", 0, eventfd_read(counter, &value));
    expect_equal("the count", 0x123456789abcdef, (long long)value);
    for (int i = 0; i < 3; i++) {
        expect_equal("semaphore", 0, eventfd_read(semaphore, &value));
        expect_equal("the semaphore gives", 1, (long long)value);
    }
    expect(eventfd_read(semaphore, &value) < 0 && errno == EAGAIN,
           "the semaphore gives more than 3");
    uint64_t ticks = 0;
    expect_equal("read of the expired timer", 8, read(expired, &ticks, 8));
    expect_equal("expirations", 1, (long long)ticks);
    struct itimerspec left;
    timerfd_gettime(far, &left);
    expect(left.it_value.tv_sec > 400 && left.it_value.tv_sec < 500, "time left: %ld s",
           (long)left.it_value.tv_sec);
    expect_equal("interval", 7, left.it_interval.tv_sec);
    timerfd_gettime(stopped, &left);
    expect_equal("the stopped timer", 0, left.it_value.tv_sec + left.it_value.tv_nsec);
    struct signalfd_siginfo info;
    expect_equal("read of the signalfd", sizeof info, read(signals, &info, sizeof info));
    expect_equal("the signal", SIGUSR2, info.ssi_signo);
    expect_equal("the reused number", reused, fcntl(reused, F_GETFD) < 0 ? -1 : reused);
    expect_equal("the closed number", -1, fcntl(gone, F_GETFD));
    return application_verdict();
}
