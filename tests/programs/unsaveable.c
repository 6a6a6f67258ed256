/* State of a process that cannot be saved: unsaveable semaphore | namespace | dispatch. It must be
 * refused by name, and the program runs on. */
#include "application.h"

#include <sched.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>

int main(int count, char **arguments)
{
    const char *state = count > 1 ? arguments[1] : "semaphore";
    int set = -1;
    if (strcmp(state, "semaphore") == 0) {
        set = (int)must("semget", semget(IPC_PRIVATE, 2, 0600));
        must("semop", semop(set, &(struct sembuf){0, 1, SEM_UNDO}, 1));
    } else if (strcmp(state, "namespace") == 0) {
        must("unshare", unshare(CLONE_NEWUTS));
    } else {
        static char selector; /* allow */
        must("dispatch", prctl(59 /* PR_SET_SYSCALL_USER_DISPATCH */, 1, 0, 0, &selector));
    }
    application_ready();
    application_wait();
    if (set >= 0) {
        must("semctl", semctl(set, 0, IPC_RMID));
    }
    return application_verdict();
}
