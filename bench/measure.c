#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { Block = 1 << 20 };

extern char **environ;

double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, errno ? strerror(errno) : "failed");
    exit(1);
}

/*
 * beat is saved with its descriptors, and a file that a restored process can write is set back to
 * its saved size: were our own output its standard error, a restart would cut that off.
 */
static pid_t start_with(char *const argv[], const char *errors)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (errors) {
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY, 0);
    }
    pid_t pid;
    errno = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    if (errno) {
        fail(argv[0]);
    }
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

pid_t start(char *const argv[])
{
    return start_with(argv, NULL);
}

struct run run(char *const argv[])
{
    double since = now();
    pid_t pid = start(argv);
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) != pid || status != 0) {
        errno = 0;
        fail(argv[0]);
    }
    return (struct run){now() - since, usage.ru_maxrss};
}

/* Waits until the process counts; false when a minute was not enough, or the child has ended. */
static int counts(struct beat *beat, unsigned long from, pid_t child)
{
    double since = now();
    while (atomic_load(beat->counter) == from) {
        if (now() - since > 60 || waitpid(child, NULL, WNOHANG) == child) {
            return 0;
        }
        nanosleep(&(struct timespec){0, 50000}, NULL);
    }
    return 1;
}

struct beat start_beat(char *program, char *file, char *mebibytes, char *processes)
{
    int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 4096) < 0) {
        fail(file);
    }
    struct beat beat = {
        .counter = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
    };
    close(fd);
    beat.pid = beat.parent =
        start_with((char *[]){program, file, mebibytes, processes, NULL}, "/dev/null");
    if (beat.counter == MAP_FAILED || !counts(&beat, 0, beat.pid)) {
        fail(program);
    }
    return beat;
}

static long peak_of(pid_t pid)
{
    char path[64], line[256];
    long peak = -1;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status)) {
        (void)sscanf(line, "VmHWM: %ld kB", &peak);
    }
    if (status) {
        fclose(status);
    }
    return peak;
}

double restart_beat(struct beat *beat, char *const argv[], long *peak_kib)
{
    unsigned long from = atomic_load(beat->counter);
    double since = now();
    beat->parent = start(argv);
    if (!counts(beat, from, beat->parent)) {
        errno = 0;
        fail(argv[0]);
    }
    double seconds = now() - since;
    *peak_kib = peak_of(beat->parent);
    return seconds;
}

void end_beat(struct beat *beat)
{
    if (kill(beat->pid, SIGKILL) < 0 || waitpid(beat->parent, NULL, 0) != beat->parent) {
        fail("kill");
    }
    while (wait(NULL) > 0) { /* the children: we are their subreaper */
    }
}

/* In a process of its own: its memory is fresh, and does not count as ours. */
static double in_child(double (*work)(const char *, size_t), const char *path, size_t bytes)
{
    int ends[2];
    double seconds;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        fail("pipe");
    }
    pid_t child = fork();
    if (child == 0) {
        seconds = work(path, bytes);
        _exit(write(ends[1], &seconds, sizeof seconds) != sizeof seconds);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &seconds, sizeof seconds) != sizeof seconds) {
        fail(path);
    }
    close(ends[0]);
    waitpid(child, NULL, 0);
    return seconds;
}

static char *fresh_memory(size_t bytes)
{
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        fail("mmap");
    }
    return memory;
}

static double write_all(const char *path, size_t bytes)
{
    char *memory = fresh_memory(bytes);
    for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        *(uint64_t *)(memory + i) = (i + 1) * 0x9e3779b97f4a7c15U;
    }
    unlink(path);
    double since = now();
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    for (size_t done = 0; done < bytes; done += Block) {
        if (write(fd, memory + done, Block) != Block) {
            fail(path);
        }
    }
    close(fd);
    return now() - since;
}

static double read_all(const char *path, size_t bytes)
{
    double since = now();
    char *memory = fresh_memory(bytes);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (size_t done = 0; done < bytes; done += Block) {
        if (read(fd, memory + done, Block) != Block) {
            fail(path);
        }
    }
    close(fd);
    return now() - since;
}

double plain_write(const char *path, size_t bytes)
{
    return in_child(write_all, path, bytes);
}

double plain_read(const char *path, size_t bytes)
{
    return in_child(read_all, path, bytes);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

double smallest(const double *values, int count)
{
    double least = values[0];
    for (int i = 1; i < count; i++) {
        least = values[i] < least ? values[i] : least;
    }
    return least;
}
