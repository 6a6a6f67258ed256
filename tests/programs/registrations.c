/* What a thread has registered with the kernel by address: rseq area, robust list, the word cleared
 * at exit; and a robust mutex whose owner dies after all, which only works if the list is still
 * known. */
#include "application.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>

struct registrations {
    void *robust_list, *tid_address;
    size_t robust_length;
    unsigned long fs, gs;
};

static pthread_mutex_t robust;
static pthread_barrier_t set, judge;

static struct registrations read_registrations(void)
{
    struct registrations now = {0};
    must("get_robust_list", syscall(SYS_get_robust_list, 0, &now.robust_list, &now.robust_length));
    must("PR_GET_TID_ADDRESS", prctl(PR_GET_TID_ADDRESS, &now.tid_address));
    syscall(SYS_arch_prctl, 0x1003, &now.fs);
    syscall(SYS_arch_prctl, 0x1004, &now.gs);
    return now;
}

/* Registering the same area once more tells whether it is registered: EBUSY. */
static void check_rseq(void)
{
    if (__rseq_size == 0) {
        return;
    }
    char *area = (char *)__builtin_thread_pointer() + __rseq_offset;
    long got = syscall(SYS_rseq, area, 32, 0, RSEQ_SIG);
    expect(got == -1 && errno == EBUSY, "rseq: expected EBUSY, seen %ld, %s", got, strerror(errno));
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof cpus, &cpus);
    int cpu = *(volatile int *)(area + 4);
    expect(cpu >= 0 && CPU_ISSET((size_t)cpu, &cpus), "rseq: CPU %d", cpu);
}

static void *thread_main(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&robust);
    syscall(SYS_arch_prctl, 0x1001, 0x123456789000UL); /* ARCH_SET_GS */
    struct registrations then = read_registrations();
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&judge);
    struct registrations now = read_registrations();
    expect(memcmp(&then, &now, sizeof then) == 0,
           "registrations: expected %p %zu %p %lx %lx, seen %p %zu %p %lx %lx", then.robust_list,
           then.robust_length, then.tid_address, then.fs, then.gs, now.robust_list,
           now.robust_length, now.tid_address, now.fs, now.gs);
    check_rseq();
    return NULL; /* without unlocking */
}

int main(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attributes);
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&judge, NULL, 2);
    pthread_t thread;
    must("pthread_create", -pthread_create(&thread, NULL, thread_main, NULL));
    pthread_barrier_wait(&set);
    application_ready();
    application_wait();
    check_rseq();
    pthread_barrier_wait(&judge);
    expect_equal("pthread_mutex_lock", EOWNERDEAD, pthread_mutex_lock(&robust));
    expect_equal("pthread_join", 0, pthread_join(thread, NULL));
    return application_verdict();
}
