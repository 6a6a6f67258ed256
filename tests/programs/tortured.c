/*
 * Notices when a thread of it was stopped, worked in and put back badly.
 *
 * Each thread does one thing for ever and checks it: registers, flags and the red zone in user
 * mode; vector registers; sleeps that must not end early; calls that must not fail with EINTR;
 * signal masks; restartable sequences. What belongs to a thread asleep is in threads64.c too.
 *
 * tortured [THREADS_OF_EACH [MEGABYTES]]
 *     MEGABYTES: memory that one more thread counts in, to be saved while it is worked in
 */
#include "application.h"

#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/rseq.h>
#include <sys/syscall.h>

static atomic_bool stop;
static atomic_long rounds[8];
static atomic_long interrupted_epolls;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* All general registers, the carry, direction and overflow flags, and the red zone, while spinning.
 */
static void *registers(void *unused)
{
    (void)unused;
    while (!stop) {
        uint64_t bad;
        __asm__ volatile(
            /* The red zone of this asm statement: nothing below rsp is the compiler's, it may
               clobber. */
            "push %%rbp\n push %%rbx\n"
            "lea -128(%%rsp), %%rsp\n"
            "mov $0x0102030405060708, %%rax\n mov %%rax, -8(%%rsp)\n mov %%rax, -64(%%rsp)\n mov "
            "%%rax, -128(%%rsp)\n"
            "mov %%rsp, %%rdi\n"
            "mov $0x1111111111111111, %%rbx\n mov $0x2222222222222222, %%rcx\n mov "
            "$0x3333333333333333, %%rdx\n"
            "mov $0x4444444444444444, %%rsi\n mov $0x5555555555555555, %%rbp\n mov "
            "$0x6666666666666666, %%r8\n"
            "mov $0x7777777777777777, %%r9\n mov $0x0888888888888888, %%r10\n mov "
            "$0x1999999999999999, %%r11\n"
            "mov $0x2aaaaaaaaaaaaaaa, %%r12\n mov $0x3bbbbbbbbbbbbbbb, %%r13\n mov "
            "$0x4ccccccccccccccc, %%r14\n"
            "mov $200000, %%r15\n"
            "stc\n std\n"
            "1: lea -1(%%r15), %%r15\n jnc 8f\n"
            "xchg %%rcx, %%r15\n jrcxz 2f\n xchg %%rcx, %%r15\n jmp 1b\n"
            "2: xchg %%rcx, %%r15\n jnc 8f\n"
            "pushfq\n lea 8(%%rsp), %%rsp\n mov -8(%%rsp), %%rax\n mov $0x0102030405060708, "
            "%%r15\n mov %%r15, -8(%%rsp)\n"
            "cld\n test $0x400, %%eax\n jz 7f\n test $1, %%eax\n jz 7f\n"
            "cmp %%rdi, %%rsp\n jne 3f\n"
            "cmp %%r15, -64(%%rsp)\n jne 4f\n cmp %%r15, -128(%%rsp)\n jne 4f\n"
            "mov $0x1111111111111111, %%rax\n cmp %%rax, %%rbx\n jne 5f\n"
            "mov $0x2222222222222222, %%rax\n cmp %%rax, %%rcx\n jne 5f\n"
            "mov $0x3333333333333333, %%rax\n cmp %%rax, %%rdx\n jne 5f\n"
            "mov $0x4444444444444444, %%rax\n cmp %%rax, %%rsi\n jne 5f\n"
            "mov $0x5555555555555555, %%rax\n cmp %%rax, %%rbp\n jne 5f\n"
            "mov $0x6666666666666666, %%rax\n cmp %%rax, %%r8\n jne 5f\n"
            "mov $0x7777777777777777, %%rax\n cmp %%rax, %%r9\n jne 5f\n"
            "mov $0x0888888888888888, %%rax\n cmp %%rax, %%r10\n jne 5f\n"
            "mov $0x1999999999999999, %%rax\n cmp %%rax, %%r11\n jne 5f\n"
            "mov $0x2aaaaaaaaaaaaaaa, %%rax\n cmp %%rax, %%r12\n jne 5f\n"
            "mov $0x3bbbbbbbbbbbbbbb, %%rax\n cmp %%rax, %%r13\n jne 5f\n"
            "mov $0x4ccccccccccccccc, %%rax\n cmp %%rax, %%r14\n jne 5f\n"
            "mov $0, %%rax\n jmp 9f\n"
            "3: mov $3, %%rax\n jmp 9f\n 4: mov $4, %%rax\n jmp 9f\n 5: mov $5, %%rax\n jmp 9f\n"
            "7: mov $7, %%rax\n jmp 9f\n 8: mov $8, %%rax\n"
            "9: cld\n lea 128(%%rsp), %%rsp\n pop %%rbx\n pop %%rbp\n"
            : "=a"(bad)
            :
            : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
              "cc", "memory");
        if (bad) {
            expect(false,
                   "registers: check %lu failed (3 rsp, 4 red zone, 5 a register, 7 and 8 flags)",
                   bad);
        }
        rounds[0]++;
    }
    return NULL;
}

struct vectors {
    uint64_t in[8], out[8], mask_in, mask_out;
    long double pi;
};

__attribute__((target("avx512bw"))) static void spin_avx512(struct vectors *v)
{
    uint64_t spins = 300000;
    __asm__ volatile("vmovdqu64 %4, %%zmm31\n vmovdqu64 %4, %%zmm3\n kmovq %5, %%k5\n fldpi\n"
                     "1: dec %2\n jnz 1b\n"
                     "fstpt %3\n vpxorq %%zmm3, %%zmm31, %%zmm3\n vpaddq %%zmm3, %%zmm31, %%zmm31\n"
                     "vmovdqu64 %%zmm31, %0\n kmovq %%k5, %1\n vzeroupper\n"
                     : "=m"(v->out), "=r"(v->mask_out), "+r"(spins), "=m"(v->pi)
                     : "m"(v->in), "r"(v->mask_in)
                     : "xmm3", "xmm31", "k5", "memory");
}

static void spin_sse(struct vectors *v)
{
    uint64_t spins = 300000;
    __asm__ volatile("movdqu %3, %%xmm15\n movdqu 16+%3, %%xmm3\n fldpi\n"
                     "1: dec %1\n jnz 1b\n fstpt %2\n"
                     "movdqu %%xmm15, %0\n movdqu %%xmm3, 16+%0\n"
                     : "=m"(v->out), "+r"(spins), "=m"(v->pi)
                     : "m"(v->in)
                     : "xmm3", "xmm15", "memory");
    v->mask_out = v->mask_in;
}

/* Vector and mask registers, and the x87 stack. */
static void *vectors(void *unused)
{
    (void)unused;
    bool avx512 = __builtin_cpu_supports("avx512bw");
    while (!stop) {
        struct vectors v = {.mask_in = (uint64_t)now()};
        for (unsigned i = 0; i < 8; i++) {
            v.in[i] = (uint64_t)now() * (2 * i + 1);
        }
        if (avx512) {
            spin_avx512(&v);
        } else {
            spin_sse(&v);
        }
        if (memcmp(v.in, v.out, avx512 ? 64 : 32) != 0 || v.mask_in != v.mask_out) {
            expect(false, "vectors: a vector or mask register changed");
        }
        if (v.pi < 3.14159265358979323L || v.pi > 3.14159265358979324L) {
            expect(false, "vectors: the x87 stack changed: %Lf", v.pi);
        }
        rounds[1]++;
    }
    return NULL;
}

static void check_sleep(const char *what, int64_t length, int64_t started, long got, long expected)
{
    int64_t took = now() - started;
    if (got != expected) {
        expect(false, "%s: gave %ld (%s) instead of %ld", what, got, strerror(errno), expected);
    }
    if (took < length) {
        expect(false, "%s: ended %ld ns early", what, length - took);
    }
    if (took > length + 30000000000LL) {
        expect(false, "%s: took %ld ms longer than asked", what, (took - length) / 1000000);
    }
}

static void *sleeps(void *unused)
{
    (void)unused;
    uint32_t word = 0;
    for (unsigned i = 0; !stop; i++) {
        int64_t length = 1000000 + (int64_t)(i % 7) * 4000000;
        struct timespec time = {0, length};
        int64_t started = now();
        errno = 0;
        switch (i % 4) {
        case 0:
            check_sleep("nanosleep", length, started, nanosleep(&time, NULL), 0);
            break;
        case 1:
            check_sleep("poll", length, started, poll(NULL, 0, (int)(length / 1000000)), 0);
            break;
        case 2:
            check_sleep("futex", length, started, syscall(SYS_futex, &word, FUTEX_WAIT, 0, &time),
                        -1);
            if (errno != ETIMEDOUT) {
                expect(false, "futex: %s", strerror(errno));
            }
            break;
        case 3:
            check_sleep("ppoll", length, started, ppoll(NULL, 0, &time, NULL), 0);
            break;
        }
        rounds[2]++;
    }
    return NULL;
}

static int pipe_ends[2];

static void *writer(void *unused)
{
    (void)unused;
    for (uint32_t i = 0; !stop; i++) {
        if (write(pipe_ends[1], &i, sizeof i) != sizeof i) {
            expect(false, "write: %s", strerror(errno));
        }
        usleep(3000);
    }
    close(pipe_ends[1]);
    return NULL;
}

static void *reader(void *unused)
{
    (void)unused;
    uint32_t expected = 0, got;
    for (ssize_t length; (length = read(pipe_ends[0], &got, sizeof got)) != 0; expected++) {
        if (length != sizeof got || got != expected) {
            expect(false, "read: gave %zd (%s), %u instead of %u", length, strerror(errno), got,
                   expected);
            expected = got;
        }
        rounds[3]++;
    }
    return NULL;
}

static int epoll_set;

static void *epolls(void *unused)
{
    (void)unused;
    struct epoll_event event;
    while (!stop) {
        int got = epoll_wait(epoll_set, &event, 1, 5);
        if (got < 0 && errno == EINTR) {
            interrupted_epolls++; /* cannot be avoided when the tool is killed: reported, not judged
                                   */
        } else if (got != 0) {
            expect(false, "epoll_wait: gave %d (%s)", got, strerror(errno));
        }
        rounds[4]++;
    }
    return NULL;
}

static _Thread_local volatile int handled;

static void on_signal(int number)
{
    (void)number;
    handled++;
}

static pthread_t suspender_thread;
static atomic_long signals_sent, signals_seen;

/* sigsuspend returns only after a handler ran, and the mask is as before. */
static void *suspender(void *unused)
{
    (void)unused;
    sigset_t blocked, none, seen;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    sigemptyset(&none);
    while (!stop) {
        int before = handled;
        int got = sigsuspend(&none);
        if (stop) {
            break;
        }
        if (got != -1 || errno != EINTR || handled != before + 1) {
            expect(false, "sigsuspend: gave %d (%s), %d handlers ran", got, strerror(errno),
                   handled - before);
        }
        pthread_sigmask(SIG_SETMASK, NULL, &seen);
        if (!sigismember(&seen, SIGUSR1) || sigismember(&seen, SIGUSR2) ||
            sigismember(&seen, SIGINT)) {
            expect(false, "sigsuspend: another signal mask afterwards");
        }
        signals_seen++;
        rounds[5]++;
    }
    return NULL;
}

static void *sender(void *unused)
{
    (void)unused;
    while (!stop) {
        if (signals_seen == signals_sent) {
            signals_sent++;
            pthread_kill(suspender_thread, SIGUSR1);
        }
        usleep(2000);
    }
    pthread_kill(suspender_thread, SIGUSR1);
    return NULL;
}

/* The mask of a thread that changes it all the time is what it set last. */
static void *masks(void *unused)
{
    (void)unused;
    for (uint64_t i = 0; !stop; i++) {
        sigset_t set, seen;
        sigemptyset(&set);
        for (int signal = 34; signal < 60; signal++) {
            if ((i >> (signal - 34)) & 1) {
                sigaddset(&set, signal);
            }
        }
        pthread_sigmask(SIG_SETMASK, &set, NULL);
        for (volatile int spin = 0; spin < 2000; spin++) {
        }
        pthread_sigmask(SIG_SETMASK, NULL, &seen);
        if (memcmp(&set, &seen, 8) != 0) {
            expect(false, "masks: the signal mask changed");
        }
        rounds[6]++;
    }
    return NULL;
}

/* A restartable sequence that was stopped starts again. The kernel forgets a sequence as soon as it
 * lets the thread go on anywhere else: whoever comes back into its midst by another way finds it
 * forgotten (Linux, include/uapi/linux/rseq.h). Time tells nothing: a virtual CPU stands still too.
 */
static void *sequences(void *unused)
{
    (void)unused;
    struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
    if (__rseq_size == 0) {
        return NULL;
    }
    while (!stop) {
        uint64_t begun, seen, done;
        __asm__ volatile(
            ".pushsection __rseq_cs, \"aw\"\n .balign 32\n 3: .long 0, 0\n .quad 1f, 2f - 1f, 4f\n "
            ".popsection\n"
            "lea 3b(%%rip), %0\n mov %0, %3\n"
            "1: mov $30000, %%rcx\n"
            "5: dec %%rcx\n jnz 5b\n"
            "mov %3, %1\n mov $1, %2\n"
            "2: jmp 6f\n"
            ".byte 0x0f, 0xb9, 0x3d\n .long 0x53053053\n" /* RSEQ_SIG in front of the abort handler
                                                           */
            "4: mov $0, %2\n"
            "6:\n"
            : "=&r"(begun), "=&r"(seen), "=&r"(done), "=m"(area->rseq_cs)
            :
            : "rcx", "cc", "memory");
        if (done && seen != begun) {
            expect(false, "sequences: one went on after a stop in its midst");
        }
        rounds[7]++;
    }
    return NULL;
}

static size_t ballast_pages;

/* Each page counts the rounds; none may come to another count than the others. */
static void *ballast(void *unused)
{
    (void)unused;
    enum { WordsOfPage = 4096 / sizeof(uint64_t) };
    uint64_t *words = calloc(ballast_pages, 4096);
    for (uint64_t round = 0; words && !stop; round++) {
        for (size_t page = 0; page < ballast_pages && !stop; page++) {
            uint64_t *word = &words[page * WordsOfPage + page % WordsOfPage];
            if (*word != round) {
                expect(false, "ballast: page %zu has %lu in round %lu", page, *word, round);
            }
            *word = round + 1;
        }
    }
    expect(words != NULL, "ballast: no memory");
    free(words);
    return NULL;
}

int main(int count, char **arguments)
{
    int each = count > 1 ? atoi(arguments[1]) : 1;
    must("pipe", pipe(pipe_ends));
    epoll_set = (int)must("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
    struct sigaction action = {.sa_handler = on_signal};
    must("sigaction", sigaction(SIGUSR1, &action, NULL));

    void *(*const work[])(void *) = {registers, vectors, sleeps, masks, sequences, epolls};
    pthread_t threads[256];
    size_t number = 0;
    for (int i = 0; i < each && number < 200; i++) {
        for (size_t kind = 0; kind < sizeof work / sizeof work[0]; kind++) {
            pthread_create(&threads[number++], NULL, work[kind], NULL);
        }
    }
    ballast_pages = count > 2 ? (size_t)atol(arguments[2]) * 256 : 0;
    if (ballast_pages) {
        pthread_create(&threads[number++], NULL, ballast, NULL);
    }
    pthread_create(&threads[number++], NULL, writer, NULL);
    pthread_create(&threads[number++], NULL, reader, NULL);
    pthread_create(&suspender_thread, NULL, suspender, NULL);
    pthread_create(&threads[number++], NULL, sender, NULL);

    application_ready();
    application_wait();
    stop = true;
    for (size_t i = 0; i < number; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_join(suspender_thread, NULL);
    printf("rounds:");
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
        printf(" %ld", (long)rounds[i]);
    }
    printf("; epoll_wait interrupted %ld times\n", (long)interrupted_epolls);
    return application_verdict();
}
