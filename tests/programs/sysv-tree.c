/*
 * Processes that share System V objects: workers count in a segment under a semaphore (SEM_UNDO), and tell their parent by
 * messages. Killed between the two, one of them would leave the semaphore taken; restored, none may be lost or done twice.
 * Alone, the first process is one of several users of everything. Writes "m ID" and so on into the file "objects".
 */
#include "application.h"

#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { Workers = 3, Mutex = 0, Working, Semaphores };

struct table {
    long total, of_worker[Workers], sent[Workers];
};

struct message {
    long type;
    long count;
};

static int segment, set, queue;

static void note(char letter, int id)
{
    char line[32];
    snprintf(line, sizeof line, "%c %d\n", letter, id);
    application_note("objects", line);
}

static void operate(unsigned short number, int change)
{
    struct sembuf operation = {number, (short)change, SEM_UNDO};
    while (semop(set, &operation, 1) != 0) {
        must("semop", errno == EINTR ? 0 : -1);
    }
}

static int work(int number, struct table *table)
{
    operate(Working, 1); /* taken back when the worker ends */
    for (long count = 1; !application_judged(); count++) {
        operate(Mutex, -1);
        table->total++;
        table->of_worker[number]++;
        operate(Mutex, 1);
        struct message message = {number + 1, count};
        if (count % 16 == 0) {
            must("msgsnd", msgsnd(queue, &message, sizeof message.count, 0));
            table->sent[number] = count;
        }
    }
    return 0;
}

static void receive(long *received)
{
    struct message message;
    while (msgrcv(queue, &message, sizeof message.count, 0, IPC_NOWAIT) >= 0) {
        expect_equal("the next message of a worker", received[message.type - 1] + 16, message.count);
        received[message.type - 1] = message.count;
    }
}

int main(void)
{
    note('m', segment = (int)must("shmget", shmget(IPC_PRIVATE, 3 * 4096, IPC_CREAT | 0600)));
    note('s', set = (int)must("semget", semget(IPC_PRIVATE, Semaphores, IPC_CREAT | 0600)));
    note('q', queue = (int)must("msgget", msgget(IPC_PRIVATE, IPC_CREAT | 0600)));
    must("SETVAL", semctl(set, Mutex, SETVAL, 1));
    struct table *table = shmat(segment, NULL, 0);
    must("shmat", table == (void *)-1 ? -1 : 0);

    pid_t workers[Workers];
    for (int i = 0; i < Workers; i++) {
        workers[i] = (pid_t)must("fork", fork());
        if (workers[i] == 0) {
            _exit(work(i, table));
        }
    }
    while (semctl(set, Working, GETVAL) < Workers) {
        application_sleep(1);
    }
    application_ready();

    long received[Workers] = {0};
    while (!application_judged()) {
        receive(received);
        application_sleep(1);
    }
    struct shmid_ds state;
    must("IPC_STAT", shmctl(segment, IPC_STAT, &state));
    expect(state.shm_nattch >= 1 && state.shm_nattch <= Workers + 1, "attached %ld times", (long)state.shm_nattch);
    for (int left = Workers, status; left > 0; application_sleep(1)) {
        receive(received); /* a worker may wait for room in the queue */
        for (int i = 0; i < Workers; i++) {
            if (workers[i] != 0 && waitpid(workers[i], &status, WNOHANG) == workers[i]) {
                expect_equal("a worker's status", 0, status);
                workers[i] = 0;
                left--;
            }
        }
    }
    receive(received);

    long sum = 0;
    for (int i = 0; i < Workers; i++) {
        sum += table->of_worker[i];
        expect_equal("messages of a worker", table->sent[i], received[i]);
    }
    expect_equal("the total", sum, table->total);
    expect_equal("the mutex is free", 1, semctl(set, Mutex, GETVAL));
    expect_equal("nobody works", 0, semctl(set, Working, GETVAL));
    must("shmdt", shmdt(table));
    must("IPC_RMID", shmctl(segment, IPC_RMID, NULL));
    must("IPC_RMID", semctl(set, 0, IPC_RMID));
    must("IPC_RMID", msgctl(queue, IPC_RMID, NULL));
    return application_verdict();
}
