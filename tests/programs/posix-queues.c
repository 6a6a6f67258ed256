/*
 * POSIX message queues: one with a name and messages of several priorities behind three descriptors, one that has lost its
 * name, an empty one with a sleeping receiver, a full one with a sleeping sender.
 */
#include "application.h"

#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { Longest = 64, Most = 8 };

static mqd_t empty, full;
static atomic_int threads[2];

static mqd_t make(const char *name, int flags, long most)
{
    struct mq_attr attributes = {.mq_maxmsg = most, .mq_msgsize = Longest};
    return (mqd_t)must("mq_open", mq_open(name, O_CREAT | O_EXCL | flags, 0640, &attributes));
}

static void send(mqd_t queue, const char *text, unsigned priority)
{
    must("mq_send", mq_send(queue, text, strlen(text), priority));
}

static void expect_message(mqd_t queue, const char *expected, unsigned expected_priority)
{
    char text[Longest + 1] = "";
    unsigned priority = 0;
    expect_equal("length", (long long)strlen(expected), mq_receive(queue, text, Longest, &priority));
    expect_text("message", expected, text);
    expect_equal("priority", expected_priority, priority);
}

static void *receive(void *unused)
{
    threads[0] = gettid();
    expect_message(empty, "for the sleeper", 9);
    return unused;
}

static void *fill(void *unused)
{
    threads[1] = gettid();
    struct timespec far = {.tv_sec = time(NULL) + 3600};
    expect_equal("mq_timedsend", 0, mq_timedsend(full, "second", 6, 2, &far));
    return unused;
}

static void await_sleep(atomic_int *thread, int call)
{
    char path[64], text[32] = "";
    while (atoi(text) != call) {
        application_sleep(1);
        if (*thread == 0) {
            continue;
        }
        snprintf(path, sizeof path, "/proc/self/task/%d/syscall", *thread);
        FILE *file = fopen(path, "r");
        must("/proc/self/task/*/syscall", file && fgets(text, sizeof text, file) ? 0 : -1);
        fclose(file);
    }
}

int main(void)
{
    char name[64], other[64];
    snprintf(name, sizeof name, "/blcr-test-%d", getpid());
    snprintf(other, sizeof other, "/blcr-test-%d-other", getpid());
    umask(0);
    mqd_t queue = make(name, O_RDWR, Most);
    mqd_t reader = (mqd_t)must("mq_open", mq_open(name, O_RDONLY | O_NONBLOCK)), same = dup(reader);
    send(queue, "first of 5", 5);
    send(queue, "low", 0);
    send(queue, "second of 5", 5);
    send(queue, "", 31000);
    send(queue, "a message of sixty-four bytes, as long as any of this queue can ", 5);

    mqd_t nameless = make(other, O_RDWR, Most);
    must("mq_unlink", mq_unlink(other));
    send(nameless, "nobody finds this", 3);
    empty = make(other, O_RDWR, Most);
    must("mq_unlink", mq_unlink(other));
    full = make(other, O_RDWR, 1);
    must("mq_unlink", mq_unlink(other));
    send(full, "only", 1);
    pthread_t receiver, sender;
    pthread_create(&receiver, NULL, receive, NULL);
    pthread_create(&sender, NULL, fill, NULL);
    await_sleep(&threads[0], SYS_mq_timedreceive);
    await_sleep(&threads[1], SYS_mq_timedsend);

    application_ready();
    application_wait();

    struct mq_attr attributes;
    struct stat status;
    must("mq_getattr", mq_getattr(reader, &attributes));
    expect_equal("mq_flags", O_NONBLOCK, attributes.mq_flags);
    expect_equal("mq_maxmsg", Most, attributes.mq_maxmsg);
    expect_equal("mq_msgsize", Longest, attributes.mq_msgsize);
    expect_equal("mq_curmsgs", 5, attributes.mq_curmsgs);
    must("fstat", fstat(queue, &status));
    expect_equal("mode", 0640, status.st_mode & 0777);
    mqd_t again = mq_open(name, O_WRONLY);
    expect(again >= 0, "it cannot be opened by its name: %s", strerror(errno));
    expect(mq_send(reader, "x", 1, 1) < 0 && errno == EBADF, "the reader can write");
    send(again, "third of 5", 5);

    expect_message(reader, "", 31000);
    expect_message(same, "first of 5", 5);
    expect_message(queue, "second of 5", 5);
    expect_message(queue, "a message of sixty-four bytes, as long as any of this queue can ", 5);
    expect_message(queue, "third of 5", 5);
    expect_message(reader, "low", 0);
    char room[Longest];
    expect(mq_receive(reader, room, sizeof room, NULL) < 0 && errno == EAGAIN, "not empty, or not O_NONBLOCK");

    expect_message(nameless, "nobody finds this", 3);
    expect_equal("mq_unlink of the lost name", -1, mq_unlink(other));
    struct pollfd ready = {.fd = empty, .events = POLLIN};
    expect_equal("poll of the empty one", 0, poll(&ready, 1, 0));
    send(empty, "for the sleeper", 9);
    pthread_join(receiver, NULL);
    expect_message(full, "only", 1);
    pthread_join(sender, NULL);
    expect_message(full, "second", 2);
    must("mq_unlink", mq_unlink(name));
    return application_verdict();
}
