/*
 * System V semaphores: values, last operators, what is undone at the end (SEM_UNDO) up to its limits, a set that nobody has
 * operated on yet, and a thread that sleeps on one. Writes "s ID" for each set into the file "objects".
 */
#include "application.h"

#include <pthread.h>
#include <sched.h>
#include <sys/sem.h>

enum { Most = 32767, Held = 0, Released, Full, Emptied, Untouched, Count };

static int gate; /* a set of one, which the thread sleeps on */

static int make(key_t key, int count)
{
    int id = (int)must("semget", semget(key, count, IPC_CREAT | IPC_EXCL | 0640));
    char line[32];
    snprintf(line, sizeof line, "s %d\n", id);
    application_note("objects", line);
    return id;
}

static void operate(int set, unsigned short number, int change, int flags)
{
    struct sembuf operation = {number, (short)change, (short)flags};
    must("semop", semop(set, &operation, 1));
}

static void *sleeper(void *unused)
{
    struct sembuf take = {0, -1, 0};
    long long result = semop(gate, &take, 1);
    return (void *)(result == 0 ? 0L : (long)errno);
    (void)unused;
}

static struct semid_ds state(int set)
{
    struct semid_ds state;
    must("IPC_STAT", semctl(set, 0, IPC_STAT, &state));
    return state;
}

static void expect_values(const char *when, int set, const int *expected)
{
    for (int i = 0; i < Count; i++) {
        char what[64];
        snprintf(what, sizeof what, "%s: semaphore %d", when, i);
        expect_equal(what, expected[i], semctl(set, i, GETVAL));
    }
}

int main(void)
{
    key_t key = 0x42000000 | getpid();
    int set = make(key, Count), fresh = make(IPC_PRIVATE, 1);
    gate = make(IPC_PRIVATE, 1);
    must("SETVAL", semctl(set, Held, SETVAL, 10));
    operate(set, Held, -3, SEM_UNDO);       /* +3 at the end */
    operate(set, Released, 7, SEM_UNDO);    /* -7 */
    operate(set, Released, -1, 0);
    operate(set, Full, Most, SEM_UNDO);     /* -32767 */
    must("SETVAL", semctl(set, Emptied, SETVAL, Most));
    operate(set, Emptied, -Most, SEM_UNDO); /* +32767 */
    must("SETVAL", semctl(fresh, 0, SETVAL, 4));
    const int before[Count] = {7, 6, Most, 0, 0}, undone[Count] = {10, 0, 0, Most, 0};

    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    while (semctl(gate, 0, GETNCNT) != 1) {
        application_sleep(1);
    }

    application_ready();
    application_wait();

    expect_equal("the id of the key", set, semget(key, 0, 0));
    struct semid_ds now = state(set);
    expect_equal("its rights", 0640, now.sem_perm.mode & 0777);
    expect_equal("its creator", (long long)geteuid(), now.sem_perm.cuid);
    expect_equal("semaphores", Count, (long long)now.sem_nsems);
    expect(now.sem_otime != 0, "nobody has operated on the set");
    expect_values("now", set, before);
    for (int i = 0; i < Count; i++) {
        expect_equal("last operator", i == Untouched ? 0 : getpid(), semctl(set, i, GETPID));
    }
    expect_equal("the fresh set", 4, semctl(fresh, 0, GETVAL));
    expect_equal("its last operator", getpid(), semctl(fresh, 0, GETPID));
    expect_equal("its last operation", 0, (long long)state(fresh).sem_otime);

    while (semctl(gate, 0, GETNCNT) != 1) {
        application_sleep(1);
    }
    operate(gate, 0, 1, 0);
    void *result;
    pthread_join(thread, &result);
    expect_equal("the sleeper's error", 0, (long)result);

    /* What the end of the process does. */
    must("unshare", unshare(CLONE_SYSVSEM));
    expect_values("undone", set, undone);
    must("IPC_RMID", semctl(set, 0, IPC_RMID));
    must("IPC_RMID", semctl(fresh, 0, IPC_RMID));
    must("IPC_RMID", semctl(gate, 0, IPC_RMID));
    return application_verdict();
}
