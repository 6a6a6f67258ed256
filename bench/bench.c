/*
 * bench OUT FOLDER MIB ROUNDS: the figures that issue 2 asks for, each beside its target.
 *
 * Ratios are between neighbours in time, after a round that is thrown away: memory that the host
 * has taken back is ten times slower at its first touch, on these machines as on any with a
 * balloon. Checkpoints are taken with --nosync where they are compared with a write(2) that is not
 * synced.
 */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { MaximumRounds = 100 };

static char checkpoint[4096], restart[4096], cr_run[4096], beat_program[4096];
static char beat_file[4096], context[4096], plain[4096];
static long peak_checkpoint, peak_restart; /* KiB */

static void path(char *into, const char *folder, const char *name)
{
    if (snprintf(into, 4096, "%s/%s", folder, name) >= 4096) {
        fail("path too long");
    }
}

static void row(const char *what, double seen, const char *unit, const char *sign, double target,
                const char *more)
{
    int kept = *sign == '>' ? seen >= target : seen < target;
    printf("  %-47s %8.2f %-4s  %s %6.2f  %-6s  %s\n", what, seen, unit, sign, target,
           kept ? "kept" : "MISSED", more);
    fflush(stdout);
}

static double take_checkpoint(pid_t pid, char *sync)
{
    char id[16];
    snprintf(id, sizeof id, "%d", pid);
    unlink(context);
    struct run run_of = run((char *[]){checkpoint, sync, "-f", context, id, NULL});
    peak_checkpoint = run_of.peak_kib > peak_checkpoint ? run_of.peak_kib : peak_checkpoint;
    return run_of.seconds;
}

static double take_restart(struct beat *beat)
{
    long peak;
    double seconds = restart_beat(beat, (char *[]){restart, context, NULL}, &peak);
    peak_restart = peak > peak_restart ? peak : peak_restart;
    return seconds;
}

/* Of all runs since the last time. It grows with the number of objects, never with their memory. */
static void peaks(double target)
{
    row("peak memory of cr_checkpoint", (double)peak_checkpoint / 1024, "MiB", "< ", target, "");
    row("peak memory of cr_restart", (double)peak_restart / 1024, "MiB", "< ", target, "");
    peak_checkpoint = peak_restart = 0;
}

static void compare(const char *what, double *ours, double *theirs, int rounds, double gib,
                    double target)
{
    double ratios[MaximumRounds];
    char more[200];
    for (int i = 0; i < rounds; i++) {
        ratios[i] = theirs[i] / ours[i];
    }
    snprintf(more, sizeof more, "best %.2f and %.2f GiB/s", gib / smallest(ours, rounds),
             gib / smallest(theirs, rounds));
    row(what, median(ratios, rounds), "", ">=", target, more);
}

static void much_memory(char *mebibytes, int rounds)
{
    double ours[MaximumRounds], theirs[MaximumRounds];
    size_t bytes = (size_t)atol(mebibytes) << 20;
    double gib = (double)bytes / (1 << 30);
    struct beat beat = start_beat(beat_program, beat_file, mebibytes, "1");

    for (int round = -1; round < rounds; round++) {
        int slot = round < 0 ? 0 : round;
        theirs[slot] = plain_write(plain, bytes);
        ours[slot] = take_checkpoint(beat.pid, "--nosync");
    }
    printf("A process with %.1f GiB of touched memory, median of %d rounds\n", gib, rounds);
    compare("checkpoint, speed as a part of write(2)", ours, theirs, rounds, gib, 0.8);

    for (int round = -1; round < rounds; round++) {
        int slot = round < 0 ? 0 : round;
        end_beat(&beat);
        theirs[slot] = plain_read(plain, bytes);
        ours[slot] = take_restart(&beat);
    }
    compare("restart to running, speed as a part of read(2)", ours, theirs, rounds, gib, 0.7);
    end_beat(&beat);
    peaks(100);
}

static void little_memory(int rounds)
{
    double synced[MaximumRounds], fast[MaximumRounds], back[MaximumRounds];
    char more[200];
    struct beat beat = start_beat(beat_program, beat_file, "10", "1");
    for (int round = -1; round < rounds; round++) {
        int slot = round < 0 ? 0 : round;
        synced[slot] = take_checkpoint(beat.pid, "--sync") * 1000;
        fast[slot] = take_checkpoint(beat.pid, "--nosync") * 1000;
        end_beat(&beat);
        back[slot] = take_restart(&beat) * 1000;
    }
    end_beat(&beat);

    printf("A process of 10 MiB, whole commands, median of %d rounds\n", rounds);
    snprintf(more, sizeof more, "best %.1f", smallest(synced, rounds));
    row("checkpoint", median(synced, rounds), "ms", "< ", 30, more);
    snprintf(more, sizeof more, "best %.1f", smallest(fast, rounds));
    row("checkpoint --nosync", median(fast, rounds), "ms", "< ", 30, more);
    snprintf(more, sizeof more, "best %.1f", smallest(back, rounds));
    row("restart to running", median(back, rounds), "ms", "< ", 40, more);
}

/* Milliseconds for a checkpoint and a restart of so many processes. */
static void tree(char *processes, int rounds, double *saved, double *restored)
{
    double there[MaximumRounds], back[MaximumRounds];
    struct beat beat = start_beat(beat_program, beat_file, "1", processes);
    for (int round = -1; round < rounds; round++) {
        int slot = round < 0 ? 0 : round;
        there[slot] = take_checkpoint(beat.pid, "--nosync") * 1000;
        end_beat(&beat);
        back[slot] = take_restart(&beat) * 1000;
    }
    end_beat(&beat);
    *saved = median(there, rounds);
    *restored = median(back, rounds);
}

static void trees(int rounds)
{
    static char *const sizes[] = {"10", "100", "1000"};
    static const double targets[] = {60, 250, 2000};
    double saved[3], restored[3];
    char what[100];
    printf("A process and its children, whole commands, median of %d rounds\n", rounds);
    for (int i = 0; i < 3; i++) {
        tree(sizes[i], rounds, &saved[i], &restored[i]);
        snprintf(what, sizeof what, "checkpoint of %s processes", sizes[i]);
        row(what, saved[i], "ms", "< ", targets[i], "");
        snprintf(what, sizeof what, "restart of %s processes to running", sizes[i]);
        row(what, restored[i], "ms", "< ", targets[i], "");
    }
    row("ten times the processes: checkpoint takes", saved[2] / saved[1], "x", "< ", 12, "");
    row("ten times the processes: restart takes", restored[2] / restored[1], "x", "< ", 12, "");
    peaks(200);
}

static void start_up(int rounds)
{
    double with[MaximumRounds], without[MaximumRounds];
    char more[200];
    for (int round = -1; round < rounds; round++) {
        int slot = round < 0 ? 0 : round;
        without[slot] = run((char *[]){"/bin/true", NULL}).seconds * 1000;
        with[slot] = run((char *[]){cr_run, "/bin/true", NULL}).seconds * 1000;
    }
    double plain_time = median(without, rounds);
    snprintf(more, sizeof more, "%.1f ms without", plain_time);
    printf("Starting a program, median of %d rounds\n", rounds);
    row("cr_run adds", median(with, rounds) - plain_time, "ms", "< ", 5, more);
}

int main(int argc, char **argv)
{
    if (argc != 5 || atoi(argv[4]) < 1 || atoi(argv[4]) > 20) {
        fprintf(stderr, "usage: bench OUT FOLDER MIB ROUNDS (at most 20)\n");
        return 2;
    }
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
        fail("prctl");
    }
    path(checkpoint, argv[1], "bin/cr_checkpoint");
    path(restart, argv[1], "bin/cr_restart");
    path(cr_run, argv[1], "bin/cr_run");
    path(beat_program, argv[1], "bench/beat");
    path(beat_file, argv[2], "counter");
    path(context, argv[2], "context");
    path(plain, argv[2], "plain");

    int rounds = atoi(argv[4]);
    little_memory(rounds * 4);
    start_up(rounds * 4);
    trees(rounds);
    much_memory(argv[3], rounds);
    return 0;
}
