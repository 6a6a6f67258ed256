/*
 * A timerfd, an eventfd, a signalfd and an epoll set, each one description in three processes: what
 * one of them does with it, the others see.
 *
 * The set also watches a pipe that only the second child has: registered by that one, under a
 * number that means nothing to the others, and told to all.
 */
#include "application.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

enum { Children = 2, Often = 1000000 /* ns */ };

static int timer, counter, signals, set;

/* Whose turn it is: the first to the fourth step, each by one process. */
static atomic_int *turn;

static void await_turn(int mine)
{
    for (int i = 0; i < 12000 && atomic_load(turn) < mine; i++) {
        application_sleep(5);
    }
    expect(atomic_load(turn) >= mine, "step %d was never reached", mine);
}

static sigset_t only(int signal)
{
    sigset_t signals_of;
    sigemptyset(&signals_of);
    sigaddset(&signals_of, signal);
    return signals_of;
}

static bool is_ready(int fd, int milliseconds)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    int ready;
    do {
        ready = poll(&one, 1, milliseconds);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/* Sets the timer off, adds to the counter, takes the counter out of the set, asks for another
 * signal. */
static int first_child(void)
{
    await_turn(1);
    struct itimerspec soon = {.it_value = {.tv_nsec = Often}};
    expect_equal("setting the timer", 0, timerfd_settime(timer, 0, &soon, NULL));
    uint64_t five = 5;
    expect_equal("adding to the counter", 8, write(counter, &five, sizeof five));
    expect_equal("out of the set", 0, epoll_ctl(set, EPOLL_CTL_DEL, counter, NULL));
    sigset_t second = only(SIGUSR2);
    expect_equal("another signal", signals, signalfd(signals, &second, 0));
    raise(SIGUSR2);
    struct signalfd_siginfo info = {0};
    expect(is_ready(signals, 60000), "the signal of the first child is not there");
    expect_equal("reading one's own signal", sizeof info, read(signals, &info, sizeof info));
    expect_equal("which it is", SIGUSR2, info.ssi_signo);
    expect_equal("from whom", getpid(), info.ssi_pid);
    atomic_store(turn, 2);
    return application_failures != 0;
}

/* Writes into the pipe that only it has. */
static int second_child(int pipe_ends[2])
{
    await_turn(3);
    must("write", write(pipe_ends[1], "x", 1));
    atomic_store(turn, 4);
    await_turn(5);
    return application_failures != 0;
}

static bool set_tells(uint64_t whom)
{
    struct epoll_event events[8];
    int number = epoll_wait(set, events, 8, 0);
    for (int i = 0; i < number; i++) {
        if (events[i].data.u64 == whom) {
            return true;
        }
    }
    return false;
}

static void add(int fd, uint64_t name)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = name};
    must("EPOLL_CTL_ADD", epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
}

int main(void)
{
    turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must("mmap", turn == MAP_FAILED ? -1 : 0);
    sigset_t first = only(SIGUSR1), both = only(SIGUSR1);
    sigaddset(&both, SIGUSR2);
    must("sigprocmask", sigprocmask(SIG_BLOCK, &both, NULL));
    timer = (int)must("timerfd", timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    struct itimerspec late = {.it_value = {.tv_sec = 100000}, .it_interval = {.tv_sec = 1000}};
    must("timerfd_settime", timerfd_settime(timer, 0, &late, NULL));
    counter = (int)must("eventfd", eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK));
    signals = (int)must("signalfd", signalfd(-1, &first, SFD_CLOEXEC | SFD_NONBLOCK));
    set = (int)must("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
    add(timer, 't');
    add(counter, 'c');

    pid_t children[Children];
    int registered[2];
    must("pipe", pipe(registered));
    for (int i = 0; i < Children; i++) {
        children[i] = (pid_t)must("fork", fork());
        if (children[i] == 0) {
            int pipe_ends[2];
            must("pipe", pipe2(pipe_ends, O_CLOEXEC));
            if (i == 1) {
                add(pipe_ends[0], 'p');
            }
            close(registered[0]);
            must("write", write(registered[1], "", 1));
            close(registered[1]);
            _exit(i == 0 ? first_child() : second_child(pipe_ends));
        }
    }
    close(registered[1]);
    char byte;
    while (read(registered[0], &byte, 1) > 0) {
    }
    close(registered[0]);

    application_ready();
    application_wait();

    struct itimerspec left;
    must("timerfd_gettime", timerfd_gettime(timer, &left));
    expect(left.it_value.tv_sec > 90000 && left.it_interval.tv_sec == 1000,
           "the timer has %ld s left, every %ld", left.it_value.tv_sec, left.it_interval.tv_sec);
    expect(!is_ready(timer, 0), "the timer went off");
    expect(set_tells('c') && !set_tells('t') && !set_tells('p'), "the set tells something else");

    atomic_store(turn, 1);
    await_turn(2);
    uint64_t times = 0;
    expect(is_ready(timer, 60000) && set_tells('t'), "the timer that the child set is not told");
    expect_equal("the timer", 8, read(timer, &times, sizeof times));
    expect_equal("once", 1, (long long)times);
    expect_equal("the counter", 8, read(counter, &times, sizeof times));
    expect_equal("with what the child added", 8, (long long)times);
    must("write", write(counter, &(uint64_t){1}, sizeof times));
    expect(!set_tells('c'), "the counter is in the set still");
    raise(SIGUSR1);
    expect(!is_ready(signals, 0), "the signalfd has its old mask");

    atomic_store(turn, 3);
    await_turn(4);
    expect(set_tells('p'), "the set does not tell about the pipe of the second child");
    atomic_store(turn, 5);
    for (int i = 0; i < Children; i++) {
        int status = -1;
        expect_equal("waitpid", children[i], waitpid(children[i], &status, 0));
        expect_equal("the status of a child", 0, status);
    }
    expect(!set_tells('p'), "the pipe of a process that has ended is in the set still");
    return application_verdict();
}
