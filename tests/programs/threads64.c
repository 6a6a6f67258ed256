/*
 * 64 threads, each of which holds a pattern of its own in every register (threads64.S) while it
 * computes and while it sleeps, in all the ways there are to sleep with a limit; and in
 * thread-local storage, errno, the gs base, the signal mask. Eight of them get numbered signals all
 * the time, on alternate stacks. Whatever stops the threads, wherever: no register may change, no
 * sleep may end early, no signal may get lost.
 *
 * threads64 [--new-ids] [THREADS]
 *     --new-ids: thread ids may have changed (cr_restart --no-restore-pid)
 */
#include "application.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

enum { SetGs = 0x1001 }; /* ARCH_SET_GS of asm/prctl.h, which musl-gcc does not see */
enum { MaximumThreads = 512, StackSize = 64 << 10 };

struct held {
    uint64_t vectors[32][8], vectors_seen[32][8];
    uint64_t masks[8], masks_seen[8];
    uint64_t integers[8], integers_seen[8]; /* rbx rbp r12 r13 r14 r15 rcx r11 */
    uint64_t arguments[6], arguments_seen[6];
    int64_t number, result;
    uint64_t spins;
    uint64_t level; /* 0: SSE, 1: AVX, 2: AVX-512 */
    uint64_t red_zone_seen[16];
    uint8_t floats_seen[6][16];
    uint32_t mxcsr, mxcsr_seen;
    uint32_t control, control_seen; /* of the x87 */
    uint32_t default_mxcsr, default_control;
};

_Static_assert(offsetof(struct held, masks) == 4096, "threads64.S: MASKS");
_Static_assert(offsetof(struct held, integers) == 4224, "threads64.S: INTEGERS");
_Static_assert(offsetof(struct held, arguments) == 4352, "threads64.S: ARGUMENTS");
_Static_assert(offsetof(struct held, number) == 4448, "threads64.S: NUMBER");
_Static_assert(offsetof(struct held, level) == 4472, "threads64.S: LEVEL");
_Static_assert(offsetof(struct held, red_zone_seen) == 4480, "threads64.S: RED_ZONE_SEEN");
_Static_assert(offsetof(struct held, floats_seen) == 4608, "threads64.S: FLOATS_SEEN");
_Static_assert(offsetof(struct held, default_control) == 4724, "threads64.S: DEFAULT_CONTROL");

void hold(struct held *held);

enum sleep { Nanosleep, ClockNanosleep, Futex, Poll, Select, LongNanosleep, Signalled, Computing };

struct worker {
    uint64_t gs_word; /* at gs:0; must be first */
    int index;
    enum sleep sleep;
    struct held held;
    struct timespec length;
    uint32_t futex;
    atomic_long sent, received, rounds;
    atomic_int tid;
    uint8_t floats[6][16];
    char *alternate_stack;
    pthread_t thread;
};

static struct worker *workers;
static int threads = 64;
static bool new_ids;
static atomic_bool stop;
static atomic_int finished;

static _Thread_local struct worker *self;
static _Thread_local uint64_t local_pattern[64];

static uint64_t pattern(int index, uint64_t round, uint64_t place)
{
    uint64_t x = (uint64_t)index * 0x9e3779b97f4a7c15U + round * 0xbf58476d1ce4e5b9U + place;
    x ^= x >> 31;
    x *= 0x94d049bb133111ebU;
    return x ^ (x >> 29);
}

static int64_t nanoseconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * 1000000000LL + now.tv_nsec - start->tv_nsec;
}

static uint64_t vector_level(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")) {
        return 2;
    }
    return __builtin_cpu_supports("avx") ? 1 : 0;
}

static size_t vector_words(uint64_t level)
{
    return level == 2 ? 8 : level == 1 ? 4 : 2;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    char here;
    struct worker *worker = self;
    long expected = atomic_load(&worker->received) + 1;
    expect(info->si_value.sival_int == expected, "thread %d: expected signal %ld, seen %d",
           worker->index, expected, info->si_value.sival_int);
    expect(&here >= worker->alternate_stack && &here < worker->alternate_stack + StackSize,
           "thread %d: the handler is not on its alternate stack", worker->index);
    atomic_store(&worker->received, expected);
}

/* The call of this thread, its length in nanoseconds; what it must return is in *expected. */
static int64_t choose_call(struct worker *worker, uint64_t round, int64_t *expected)
{
    struct held *held = &worker->held;
    int64_t length = 3000000 + (int64_t)(pattern(worker->index, round, 1) % 30) * 1000000;
    for (size_t i = 0; i < 6; i++) {
        held->arguments[i] = pattern(worker->index, round, 100 + i);
    }
    *expected = 0;
    held->spins = 2000 + pattern(worker->index, round, 2) % 20000;

    if (worker->sleep == LongNanosleep) {
        length = 400000000;
    }
    worker->length = (struct timespec){length / 1000000000, length % 1000000000};
    switch (worker->sleep) {
    case Nanosleep:
    case LongNanosleep:
    case Signalled:
        held->number = SYS_nanosleep;
        held->arguments[0] = (uintptr_t)&worker->length;
        held->arguments[1] = 0;
        break;
    case ClockNanosleep:
        clock_gettime(CLOCK_MONOTONIC, &worker->length);
        worker->length.tv_nsec += length;
        if (worker->length.tv_nsec >= 1000000000) {
            worker->length.tv_nsec -= 1000000000;
            worker->length.tv_sec++;
        }
        held->number = SYS_clock_nanosleep;
        held->arguments[0] = CLOCK_MONOTONIC;
        held->arguments[1] = TIMER_ABSTIME;
        held->arguments[2] = (uintptr_t)&worker->length;
        break;
    case Futex:
        held->number = SYS_futex;
        held->arguments[0] = (uintptr_t)&worker->futex;
        held->arguments[1] = 128; /* FUTEX_WAIT_PRIVATE */
        held->arguments[2] = 0;
        held->arguments[3] = (uintptr_t)&worker->length;
        *expected = -ETIMEDOUT;
        break;
    case Poll:
        length = length / 1000000 * 1000000;
        held->number = SYS_poll;
        held->arguments[0] = held->arguments[1] = 0;
        held->arguments[2] = (uint64_t)length / 1000000;
        break;
    case Select:
        held->number = SYS_pselect6;
        held->arguments[0] = held->arguments[1] = held->arguments[2] = held->arguments[3] = 0;
        held->arguments[4] = (uintptr_t)&worker->length;
        held->arguments[5] = 0;
        break;
    case Computing:
        length = 0;
        held->number = SYS_sched_yield;
        held->spins = 300000;
        break;
    }
    return length;
}

static void fill(struct worker *worker, uint64_t round)
{
    struct held *held = &worker->held;
    for (size_t i = 0; i < 32 * 8; i++) {
        held->vectors[i / 8][i % 8] = pattern(worker->index, round, 1000 + i);
    }
    for (size_t i = 0; i < 8; i++) {
        held->masks[i] = pattern(worker->index, round, 2000 + i);
        held->integers[i] = pattern(worker->index, round, 3000 + i);
    }
    held->mxcsr = 0x1f80 | (uint32_t)(pattern(worker->index, round, 4000) & 3) << 13; /* rounding */
    held->control = 0x37f | (uint32_t)(worker->index & 3) << 10;
    held->default_mxcsr = 0x1f80;
    held->default_control = 0x37f;
}

static bool same(const struct worker *worker, const char *what, size_t n, uint64_t expected,
                 uint64_t seen)
{
    return expect(expected == seen, "thread %d, call %ld: %s %zu: expected %llx, seen %llx",
                  worker->index, (long)worker->held.number, what, n, (unsigned long long)expected,
                  (unsigned long long)seen);
}

static bool compare(const struct worker *worker)
{
    const struct held *held = &worker->held;
    bool fine = true;
    size_t registers = held->level == 2 ? 32 : 16;
    for (size_t i = 0; i < registers; i++) {
        for (size_t word = 0; word < vector_words(held->level); word++) {
            fine &= same(worker, "vector register", i, held->vectors[i][word],
                         held->vectors_seen[i][word]);
        }
    }
    for (size_t i = 0; i < 8; i++) {
        if (held->level == 2) {
            fine &= same(worker, "mask register", i, held->masks[i], held->masks_seen[i]);
        }
        fine &= same(worker, "integer register", i, held->integers[i], held->integers_seen[i]);
    }
    for (size_t i = 0; i < 6; i++) {
        fine &= same(worker, "argument register", i, held->arguments[i], held->arguments_seen[i]);
        fine &= expect(memcmp(worker->floats[i], held->floats_seen[i], 10) == 0,
                       "thread %d: x87 register %zu differs", worker->index, i);
    }
    for (size_t i = 0; i < 16; i++) {
        fine &= same(worker, "red zone word", i, (uintptr_t)held + i + 1, held->red_zone_seen[i]);
    }
    fine &= same(worker, "MXCSR", 0, held->mxcsr, held->mxcsr_seen & 0xffc0U);
    fine &= same(worker, "x87 control word", 0, held->control, held->control_seen & 0xffffU);
    return fine;
}

/* What is not in a register of hold(): the thread's place in the C library and in the kernel. */
static bool compare_thread(struct worker *worker, const sigset_t *mask)
{
    bool fine = expect(self == worker, "thread %d: thread-local storage differs", worker->index);
    for (size_t i = 0; i < 64; i++) {
        fine &=
            same(worker, "thread-local word", i, pattern(worker->index, 0, i), local_pattern[i]);
    }
    fine &= same(worker, "errno", 0, 1000 + (uint64_t)worker->index, (uint64_t)errno);
    fine &= expect(pthread_equal(worker->thread, pthread_self()),
                   "thread %d: pthread_self() differs", worker->index);
    uint64_t gs_word;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(gs_word));
    fine &= same(worker, "word at gs:0", 0, worker->gs_word, gs_word);

    int tid = (int)syscall(SYS_gettid);
    fine &=
        new_ids || same(worker, "thread id", 0, (uint64_t)atomic_load(&worker->tid), (uint64_t)tid);
    atomic_store(&worker->tid, tid);

    sigset_t now;
    sigemptyset(&now);
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    for (int i = 1; i < SIGRTMIN; i++) {
        fine &= expect(sigismember(mask, i) == sigismember(&now, i),
                       "thread %d: the signal mask differs in signal %d", worker->index, i);
    }
    return fine;
}

static void round_of(struct worker *worker, uint64_t round)
{
    int64_t expected;
    fill(worker, round);
    struct timespec start; /* before an absolute end is chosen: we may lose the CPU in between */
    clock_gettime(CLOCK_MONOTONIC, &start);
    int64_t length = choose_call(worker, round, &expected);
    hold(&worker->held);
    int64_t took = nanoseconds_since(&start);

    bool interrupted = worker->sleep == Signalled && worker->held.result == -EINTR;
    compare(worker);
    expect(worker->held.result == expected || interrupted,
           "thread %d: call %ld: expected result %ld, seen %ld", worker->index,
           (long)worker->held.number, (long)expected, (long)worker->held.result);
    /* The kernel rounds an absolute time in our favour by less than a clock's tick. */
    expect(took >= length - 10000 || interrupted,
           "thread %d: call %ld of %ld ns ended after %ld ns", worker->index,
           (long)worker->held.number, (long)length, (long)took);
}

static void *work(void *argument)
{
    struct worker *worker = self = argument;
    stack_t stack = {.ss_sp = worker->alternate_stack, .ss_size = StackSize};
    must("sigaltstack", sigaltstack(&stack, NULL));
    must("arch_prctl", syscall(SYS_arch_prctl, SetGs, worker));

    sigset_t mask;
    sigemptyset(&mask);
    for (int i = 1; i < SIGRTMIN; i++) {
        if (pattern(worker->index, 1, (uint64_t)i) % 2 && i != SIGSEGV && i != SIGBUS && i < 32) {
            sigaddset(&mask, i);
        }
    }
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigdelset(&mask, SIGKILL);
    sigdelset(&mask, SIGSTOP);

    for (size_t i = 0; i < 64; i++) {
        local_pattern[i] = pattern(worker->index, 0, i);
    }
    worker->gs_word = pattern(worker->index, 0, 99);
    worker->held.level = vector_level();
    worker->held.number = SYS_sched_yield;
    worker->held.spins = 1;
    fill(worker, 0);
    hold(&worker->held); /* undisturbed: pi and the others as this thread's rounding makes them */
    memcpy(worker->floats, worker->held.floats_seen, sizeof worker->floats);
    atomic_store(&worker->tid, (int)syscall(SYS_gettid));
    worker->thread = pthread_self();
    errno = 1000 + worker->index;

    for (uint64_t round = 1; !atomic_load(&stop); round++) {
        round_of(worker, round);
        compare_thread(worker, &mask);
        atomic_fetch_add(&worker->rounds, 1);
        if (worker->sleep == Computing) {
            application_sleep(20);
        }
    }
    atomic_fetch_add(&finished, 1);
    return NULL;
}

/* rt_tgsigqueueinfo(2) by hand: musl has no pthread_sigqueue. False when the queue is full. */
static bool send_number(struct worker *worker)
{
    siginfo_t info = {.si_signo = SIGRTMIN + 3, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = (int)atomic_load(&worker->sent) + 1;
    if (syscall(SYS_rt_tgsigqueueinfo, getpid(), atomic_load(&worker->tid), SIGRTMIN + 3, &info) <
        0) {
        /* With new ids, a thread that has not come round since does not know its own yet. */
        return expect(errno == EAGAIN || (new_ids && errno == ESRCH),
                      "thread %d: rt_tgsigqueueinfo: %s", worker->index, strerror(errno));
    }
    atomic_fetch_add(&worker->sent, 1);
    return true;
}

static void start(int index)
{
    struct worker *worker = &workers[index];
    worker->index = index;
    worker->sleep = (enum sleep)(index % 8);
    worker->alternate_stack = malloc(StackSize);
    must("malloc", worker->alternate_stack ? 0 : -1);
    errno = pthread_create(&worker->thread, NULL, work, worker);
    must("pthread_create", errno ? -1 : 0);
}

/* Waits until every thread has done rounds more; says which have not within minutes. */
static void await_rounds(long rounds)
{
    long goals[MaximumThreads];
    for (int i = 0; i < threads; i++) {
        goals[i] = atomic_load(&workers[i].rounds) + rounds;
    }
    for (int i = 0, tries = 0; i < threads; i++) {
        while (atomic_load(&workers[i].rounds) < goals[i] &&
               expect(tries < 20000, "thread %d: stuck in call %ld after %ld rounds", i,
                      (long)workers[i].held.number, atomic_load(&workers[i].rounds))) {
            application_sleep(10);
            tries++;
        }
    }
}

static void await_signals(void)
{
    for (int i = 0, tries = 0; i < threads; i++) {
        struct worker *worker = &workers[i];
        while (atomic_load(&worker->received) < atomic_load(&worker->sent) &&
               expect(tries < 20000, "thread %d: %ld signals sent, %ld received", i,
                      atomic_load(&worker->sent), atomic_load(&worker->received))) {
            application_sleep(10);
            tries++;
        }
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--new-ids") == 0) {
            new_ids = true;
        } else {
            threads = atoi(argv[i]);
        }
    }
    if (threads < 8 || threads > MaximumThreads) {
        return 98;
    }
    workers = aligned_alloc(64, sizeof *workers * MaximumThreads);
    memset(workers, 0, sizeof *workers * MaximumThreads);
    struct sigaction action = {.sa_sigaction = on_signal,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    must("sigaction", sigaction(SIGRTMIN + 3, &action, NULL));

    for (int i = 0; i < threads; i++) {
        start(i);
    }
    await_rounds(2);
    application_ready();

    for (int turn = 0; !application_judged(); turn++) {
        send_number(&workers[turn * 8 % (threads / 8 * 8) + Signalled]);
        application_sleep(5);
    }

    await_rounds(2);
    await_signals();
    atomic_store(&stop, true);
    for (int tries = 0; atomic_load(&finished) < threads; tries++) {
        if (!expect(tries < 20000, "%d of %d threads ended", atomic_load(&finished), threads)) {
            return application_verdict();
        }
        application_sleep(10);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    return application_verdict();
}
