/*
 * Operates on a System V semaphore set of its own, with undo, without a pause: a neighbour that a checkpoint of somebody
 * else must not mistake for a part of it. Writes "s ID" into the file "objects"; removes the set at the end.
 */
#include "application.h"

#include <sys/sem.h>

int main(void)
{
    int set = (int)must("semget", semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
    char line[32];
    snprintf(line, sizeof line, "s %d\n", set);
    application_note("objects", line);
    struct sembuf up[] = {{0, 5, SEM_UNDO}, {2, 1, 0}};
    struct sembuf down[] = {{0, -5, SEM_UNDO}, {2, -1, 0}};
    application_ready();
    while (!application_judged()) {
        for (int i = 0; i < 1000; i++) {
            must("up", semop(set, up, 2));
            must("down", semop(set, down, 2));
        }
    }

    must("IPC_RMID", semctl(set, 0, IPC_RMID));
    return application_verdict();
}
