/* A thread of every scheduling policy. Takes root, but for the ordinary ones. */
#include "application.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>

struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

static struct attributes wanted[] = {
    {.policy = SCHED_OTHER, .nice = 5},
    {.policy = SCHED_BATCH, .nice = 3},
    {.policy = SCHED_IDLE},
    {.policy = SCHED_FIFO, .priority = 2, .flags = 1 /* SCHED_FLAG_RESET_ON_FORK */},
    {.policy = SCHED_RR, .priority = 1},
    {.policy = 6 /* SCHED_DEADLINE */,
     .runtime = 1000000,
     .deadline = 50000000,
     .period = 100000000},
    {.policy = SCHED_OTHER, .nice = -4},
};
enum { Policies = sizeof wanted / sizeof *wanted };

static pthread_barrier_t set, judge;

static void *run(void *argument)
{
    struct attributes *mine = argument, then, now;
    mine->size = sizeof *mine;
    int nice_now = getpriority(PRIO_PROCESS, 0);
    if (geteuid() != 0 && mine->nice < nice_now) {
        mine->nice =
            nice_now; /* an ordinary user cannot go back from what the suite was started with */
    }
    long set_it = syscall(SYS_sched_setattr, 0, mine, 0);
    if (set_it < 0 && mine->policy == 6 && (errno == EPERM || errno == EBUSY)) {
        /* Not for who may not run on every CPU, nor when others have booked all the time (man 7
         * sched, "Deadline scheduling"). */
        *mine = (struct attributes){.size = sizeof *mine, .policy = SCHED_FIFO, .priority = 3};
        set_it = syscall(SYS_sched_setattr, 0, mine, 0);
    }
    must("sched_setattr", set_it);
    must("sched_getattr", syscall(SYS_sched_getattr, 0, &then, sizeof then, 0));
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&judge);
    must("sched_getattr", syscall(SYS_sched_getattr, 0, &now, sizeof now, 0));
    expect(memcmp(&then, &now, sizeof then) == 0,
           "policy %u, nice %d, priority %u, flags %llx: seen %u, %d, %u, %llx", then.policy,
           then.nice, then.priority, (unsigned long long)then.flags, now.policy, now.nice,
           now.priority, (unsigned long long)now.flags);
    return NULL;
}

int main(void)
{
    int policies = geteuid() == 0 ? Policies : 3;
    pthread_t threads[Policies];
    pthread_barrier_init(&set, NULL, (unsigned)policies + 1);
    pthread_barrier_init(&judge, NULL, (unsigned)policies + 1);
    for (int i = 0; i < policies; i++) {
        must("pthread_create", -pthread_create(&threads[i], NULL, run, &wanted[i]));
    }
    pthread_barrier_wait(&set);
    application_ready();
    application_wait();
    pthread_barrier_wait(&judge);
    for (int i = 0; i < policies; i++) {
        pthread_join(threads[i], NULL);
    }
    return application_verdict();
}
