/*
 * System V message queues: messages of all types and lengths in their order, a capacity of its own, an empty one, a
 * receiver and a sender that sleep. Writes "q ID" for each queue into the file "objects".
 */
#include "application.h"

#include <pthread.h>
#include <sys/msg.h>
#include <sys/syscall.h>

enum { Longest = 8192, Capacity = 10000, Wanted = 7 };

struct message {
    long type;
    char text[Longest];
};

static int waited_for, full;

static int make(key_t key)
{
    int id = (int)must("msgget", msgget(key, IPC_CREAT | IPC_EXCL | 0620));
    char line[32];
    snprintf(line, sizeof line, "q %d\n", id);
    application_note("objects", line);
    return id;
}

static struct msqid_ds state(int queue)
{
    struct msqid_ds state;
    must("IPC_STAT", msgctl(queue, IPC_STAT, &state));
    return state;
}

static void set_capacity(int queue, unsigned long bytes)
{
    struct msqid_ds changed = state(queue);
    changed.msg_qbytes = bytes;
    must("IPC_SET", msgctl(queue, IPC_SET, &changed));
}

static int send(int queue, long type, char letter, size_t length, int flags)
{
    struct message message = {.type = type};
    memset(message.text, letter, length);
    return msgsnd(queue, &message, length, flags);
}

static void expect_message(int queue, long wanted, long type, char letter, size_t length)
{
    struct message message;
    expect_equal("length", (long long)length, msgrcv(queue, &message, Longest, wanted, IPC_NOWAIT));
    expect_equal("type", type, message.type);
    for (size_t i = 0; i < length; i++) {
        if (!expect_equal("letter", letter, message.text[i])) {
            break;
        }
    }
}

static atomic_int thread_ids[2];

static void *receive(void *unused)
{
    thread_ids[0] = gettid();
    struct message message;
    long long result = msgrcv(waited_for, &message, Longest, Wanted, 0);
    return (void *)(result == 3 && message.text[2] == 'w' ? 0L : 1L);
    (void)unused;
}

static void *fill(void *unused)
{
    thread_ids[1] = gettid();
    return (void *)(long)send(full, 1, 'f', 60, 0);
    (void)unused;
}

/* Until all threads but this one sleep in msgrcv and msgsnd: only the kernel's file tells. */
static void await_sleep(int number)
{
    char path[64], text[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", number);
    while (atoi(text) != SYS_msgrcv && atoi(text) != SYS_msgsnd) {
        application_sleep(1);
        FILE *file = fopen(path, "r");
        must("/proc/self/task/*/syscall", file && fgets(text, sizeof text, file) ? 0 : -1);
        fclose(file);
    }
}

int main(void)
{
    key_t key = 0x42000000 | getpid();
    int queue = make(key), empty = make(IPC_PRIVATE);
    waited_for = make(IPC_PRIVATE);
    full = make(IPC_PRIVATE);
    set_capacity(queue, Capacity);
    set_capacity(full, 100);
    must("msgsnd", send(queue, 5, 'a', 10, 0));
    must("msgsnd", send(queue, 2, 'b', 0, 0));
    must("msgsnd", send(queue, 5, 'c', Longest, 0));
    must("msgsnd", send(queue, 1L << 40, 'd', 1, 0));
    set_capacity(queue, 5000); /* less than is in it */
    must("msgsnd", send(empty, 1, 'x', 5, 0));
    expect_message(empty, 0, 1, 'x', 5);
    must("msgsnd", send(waited_for, 3, 'n', 2, 0));
    must("msgsnd", send(full, 9, 'g', 90, 0));

    pthread_t receiver, sender;
    pthread_create(&receiver, NULL, receive, NULL);
    pthread_create(&sender, NULL, fill, NULL);
    for (int i = 0; i < 2; i++) {
        while (atomic_load(&thread_ids[i]) == 0) {
            application_sleep(1);
        }
        await_sleep(thread_ids[i]);
    }

    application_ready();
    application_wait();

    struct msqid_ds now = state(queue);
    expect_equal("the id of the key", queue, msgget(key, 0));
    expect_equal("its rights", 0620, now.msg_perm.mode & 0777);
    expect_equal("its capacity", 5000, (long long)now.msg_qbytes);
    expect_equal("messages", 4, (long long)now.msg_qnum);
    expect_equal("last sender", getpid(), now.msg_lspid);
    expect_equal("last receiver", 0, now.msg_lrpid);
    expect_message(queue, -3, 2, 'b', 0);
    expect_message(queue, 0, 5, 'a', 10);
    expect_message(queue, 0, 5, 'c', Longest);
    expect_message(queue, 0, 1L << 40, 'd', 1);

    now = state(empty);
    expect_equal("messages in the empty one", 0, (long long)now.msg_qnum);
    expect_equal("its last sender", getpid(), now.msg_lspid);
    expect_equal("its last receiver", getpid(), now.msg_lrpid);

    void *result;
    must("msgsnd", send(waited_for, Wanted, 'w', 3, 0));
    pthread_join(receiver, &result);
    expect_equal("the receiver", 0, (long)result);
    expect_message(waited_for, 0, 3, 'n', 2);
    expect_equal("messages in the full one", 1, (long long)state(full).msg_qnum);
    expect_message(full, 0, 9, 'g', 90);
    pthread_join(sender, &result);
    expect_equal("the sender", 0, (long)result);
    expect_message(full, 0, 1, 'f', 60);
    for (int *each = (int[]){queue, empty, waited_for, full, -1}; *each >= 0; each++) {
        must("IPC_RMID", msgctl(*each, IPC_RMID, NULL));
    }
    return application_verdict();
}
