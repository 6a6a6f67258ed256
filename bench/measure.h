/* Running and timing what `make bench` compares. Whatever cannot be done ends the program. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>

/* The process that is checkpointed: beat. */
struct beat {
    atomic_ulong *counter;
    pid_t pid;    /* of the process itself */
    pid_t parent; /* of cr_restart, once restarted; else the same as pid */
};

struct run {
    double seconds;
    long peak_kib; /* of the command, with the children it waited for */
};

double now(void);
void fail(const char *what);

/* Starts a command without waiting; its standard output goes to /dev/null. */
pid_t start(char *const argv[]);

/* Runs a command to its end, which must be exit status 0. */
struct run run(char *const argv[]);

struct beat start_beat(char *program, char *file, char *mebibytes, char *processes);

/* From the start of cr_restart until the process counts again. */
double restart_beat(struct beat *beat, char *const argv[], long *peak_kib);

/* Kills the process and with it its children, waits until the pids are free. */
void end_beat(struct beat *beat);

/* Seconds that write(2) of so many bytes of touched memory to a new file takes, in blocks of 1 MiB.
 */
double plain_write(const char *path, size_t bytes);

/* Seconds that read(2) of the whole file into fresh anonymous memory takes. */
double plain_read(const char *path, size_t bytes);

double median(double *values, int count);
double smallest(const double *values, int count);

#endif
