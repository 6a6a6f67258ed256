/* Threads asleep in every call whose rest only the kernel knows, and in some that write it back:
 * each sleeps 3 s, or as many as the argument says, through whatever happens, and ends neither
 * early nor with EINTR. Time in which the process does not exist is not slept; so each measures by
 * CLOCK_MONOTONIC that at least that much passed; how much it was is in the file "slept". */
#include "application.h"

#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sys/select.h>
#include <sys/syscall.h>

static atomic_int sleeping, woken;

static struct timespec length = {3, 0};

static long without_rest(void)
{
    return syscall(SYS_nanosleep, &length, NULL);
}

static long with_rest(void)
{
    struct timespec rest = {0, 0};
    return syscall(SYS_nanosleep, &length, &rest);
}

static long on_clock(void)
{
    return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &length, NULL);
}

static long on_boottime_with_rest(void)
{
    struct timespec rest = {0, 0};
    return syscall(SYS_clock_nanosleep, CLOCK_BOOTTIME, 0, &length, &rest);
}

static long until(void)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += length.tv_sec;
    return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
}

static long in_poll(void)
{
    return syscall(SYS_poll, NULL, 0, (int)length.tv_sec * 1000);
}

static long in_ppoll(void)
{
    struct timespec time = length;
    return syscall(SYS_ppoll, NULL, 0, &time, NULL, 8);
}

static long in_select(void)
{
    struct timeval time = {length.tv_sec, 0};
    return syscall(SYS_select, 0, NULL, NULL, NULL, &time);
}

static long timed_out(long result)
{
    return result < 0 && errno == ETIMEDOUT ? 0 : result;
}

static long in_futex(void)
{
    int word = 7;
    return timed_out(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 7, &length, NULL, 0));
}

static long in_shared_futex(void)
{
    static int word = 8;
    return timed_out(syscall(SYS_futex, &word, FUTEX_WAIT, 8, &length, NULL, 0));
}

static long in_futex_until(void)
{
    int word = 9;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += length.tv_sec;
    return timed_out(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 9, &end, NULL,
                             FUTEX_BITSET_MATCH_ANY));
}

static const struct sleeper {
    const char *name;
    long (*sleep)(void);
} sleepers[] = {
    {"nanosleep", without_rest},
    {"nanosleep with rest", with_rest},
    {"clock_nanosleep", on_clock},
    {"clock_nanosleep with rest", on_boottime_with_rest},
    {"clock_nanosleep until", until},
    {"poll", in_poll},
    {"ppoll", in_ppoll},
    {"select", in_select},
    {"futex", in_futex},
    {"shared futex", in_shared_futex},
    {"futex until", in_futex_until},
};
enum { Sleepers = sizeof sleepers / sizeof *sleepers };

static void *run(void *argument)
{
    const struct sleeper *self = argument;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    atomic_fetch_add(&sleeping, 1);
    errno = 0;
    long result = self->sleep();
    int error = errno;
    clock_gettime(CLOCK_MONOTONIC, &to);

    long ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
    expect(result == 0, "%s: expected 0, seen %ld, %s", self->name, result, strerror(error));
    expect(ms >= length.tv_sec * 1000 - 1, "%s: expected no less than %ld ms, seen %ld", self->name,
           (long)length.tv_sec * 1000, ms);

    char line[100];
    snprintf(line, sizeof line, "%s %ld\n", self->name, ms);
    application_note("slept", line);
    atomic_fetch_add(&woken, 1);
    return NULL;
}

int main(int count, char **arguments)
{
    if (count > 1) {
        length.tv_sec = atol(arguments[1]);
    }
    pthread_t threads[Sleepers];
    for (int i = 0; i < Sleepers; i++) {
        must("pthread_create", -pthread_create(&threads[i], NULL, run, (void *)&sleepers[i]));
    }
    while (atomic_load(&sleeping) < Sleepers) {
        application_sleep(1);
    }
    application_sleep(20);
    application_ready();
    while (atomic_load(&woken) < Sleepers) {
        application_sleep(10);
    }
    application_wait();
    return application_verdict();
}
