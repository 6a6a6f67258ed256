/*
 * Starts a tool again and again and kills it at a random instant.
 *
 * torture KILLS LOW_US HIGH_US PID TOOL [ARGUMENT]...
 *
 * After each kill PID must still be there and be traced by nobody. The exit status is 0 if it was,
 * and if no tool that came to its end ended badly; what PID itself noticed is for it to say.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool is_alive_and_untraced(pid_t pid)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close(fd);
    if (length < 0) {
        return false;
    }
    text[length] = '\0';
    return strstr(text, "\nState:\tZ") == NULL && strstr(text, "\nTracerPid:\t0\n") != NULL;
}

int main(int count, char **arguments)
{
    if (count < 6) {
        fprintf(stderr, "usage: torture KILLS LOW_US HIGH_US PID TOOL [ARGUMENT]...\n");
        return 2;
    }
    long kills = atol(arguments[1]), low = atol(arguments[2]), high = atol(arguments[3]);
    pid_t target = atoi(arguments[4]);
    long finished = 0, refused = 0;
    srandom((unsigned)time(NULL));
    for (long i = 0; i < kills; i++) {
        pid_t tool = fork();
        if (tool == 0) {
            execv(arguments[5], arguments + 5);
            _exit(127);
        }
        long wait = low + random() % (high - low + 1);
        struct timespec time = {wait / 1000000, wait % 1000000 * 1000};
        nanosleep(&time, NULL);
        kill(tool, SIGKILL);
        int status;
        waitpid(tool, &status, 0);
        if (WIFEXITED(status)) {
            finished++;
            refused += WEXITSTATUS(status) != 0;
        }
        if (!is_alive_and_untraced(target)) {
            fprintf(stderr, "torture: process %d is gone or still traced after kill %ld\n",
                    (int)target, i + 1);
            return 1;
        }
    }
    printf("%ld kills, %ld came too late, %ld of these tools had ended badly\n", kills, finished,
           refused);
    return refused ? 1 : 0;
}
