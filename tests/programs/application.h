/*
 * How a test program plays the application.
 *
 *     int main(void)
 *     {
 *         ...make the state...
 *         application_ready();     the harness may checkpoint, kill and restart from now on
 *         application_wait();      sleeps in steps of 10 ms until the harness wants the verdict
 *         expect_equal("the counter", 42, counter);
 *         return application_verdict();
 *     }
 *
 * A program that works in between asks `while (!application_judged())`. The two sides talk through
 * files in the folder $BLCR_TEST_DIR, so that nothing connects the program with its surroundings:
 *     ready     made by the program: its state is complete
 *     judge     made by the harness: compare now, and exit
 *     verdict   made by the program: "survived", or one line for each difference
 * Alone (no BLCR_TEST_DIR: `make check`) the folder is ".", and the verdict is due 200 ms after
 * ready.
 *
 * No descriptor stays open here, no thread and no signal handler is made: a program holds what it
 * says it does.
 */
#ifndef APPLICATION_H
#define APPLICATION_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_int application_failures;
static struct timespec application_ready_since;

static inline const char *application_folder(void)
{
    const char *folder = getenv("BLCR_TEST_DIR");
    return folder ? folder : ".";
}

/* The path of a file of the program's own; in a buffer of this thread, valid until its next call.
 */
static inline const char *application_path(const char *name)
{
    static _Thread_local char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", application_folder(), name);
    return path;
}

/* Appends one line to a file in the folder: one write(2), so lines of several threads do not mix.
 */
static inline void application_note(const char *name, const char *line)
{
    int fd = open(application_path(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, line, strlen(line)) < 0) {
        fprintf(stderr, "application: %s: %s\n", application_path(name), strerror(errno));
        _exit(99);
    }
    close(fd);
}

static inline void application_ready(void)
{
    clock_gettime(CLOCK_MONOTONIC, &application_ready_since);
    /* Renamed when it is closed: who sees it sees a program that holds nothing but its own state. */
    application_note("ready.new", "");
    char new[PATH_MAX];
    snprintf(new, sizeof new, "%s/ready.new", application_folder());
    if (rename(new, application_path("ready")) != 0) {
        fprintf(stderr, "application: %s: %s\n", new, strerror(errno));
        _exit(99);
    }
}

/* Has the harness asked for the verdict? Leaves errno alone. */
static inline bool application_judged(void)
{
    int saved_errno = errno;
    bool judged;
    if (getenv("BLCR_TEST_DIR")) {
        judged = access(application_path("judge"), F_OK) == 0;
    } else {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (application_ready_since.tv_sec == 0) {
            application_ready_since = now; /* asked by a child before its parent is ready */
        }
        judged = (now.tv_sec - application_ready_since.tv_sec) * 1000 +
                     (now.tv_nsec - application_ready_since.tv_nsec) / 1000000 >=
                 200;
    }
    errno = saved_errno;
    return judged;
}

static inline void application_sleep(long milliseconds)
{
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

static inline void application_wait(void)
{
    while (!application_judged()) {
        application_sleep(10);
    }
}

/* Says what differs; true if nothing does. */
__attribute__((format(printf, 2, 3))) static inline bool expect(bool fine, const char *format, ...)
{
    if (fine) {
        return true;
    }
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    strcat(line, "\n");
    /* The first hundred say enough. */
    if (atomic_fetch_add(&application_failures, 1) < 100) {
        application_note("verdict", line);
        fputs(line, stderr);
    }
    return false;
}

static inline bool expect_equal(const char *what, long long expected, long long seen)
{
    return expect(expected == seen, "%s: expected %lld (0x%llx), seen %lld (0x%llx)", what,
                  expected, (unsigned long long)expected, seen, (unsigned long long)seen);
}

static inline bool expect_text(const char *what, const char *expected, const char *seen)
{
    return expect(strcmp(expected, seen) == 0, "%s: expected \"%s\", seen \"%s\"", what, expected,
                  seen);
}

/* For what must work for the test to make sense: says why not and ends the program with 98. */
static inline long long must(const char *what, long long result)
{
    if (result < 0) {
        fprintf(stderr, "application: %s: %s\n", what, strerror(errno));
        _exit(98);
    }
    return result;
}

/* The program's exit status. */
static inline int application_verdict(void)
{
    if (atomic_load(&application_failures) == 0) {
        application_note("verdict", "survived\n");
        return 0;
    }
    return 1;
}

#endif
