/*
 * Pipes inside one process: unread bytes, capacity, packets, an end opened again, and ends whose
 * other side is closed; a thread blocks in a read of an empty one all the while.
 */
#include "application.h"

#include <pthread.h>
#include <signal.h>

enum { Large = 1 << 17, Unread = 100000 };

static int waited_for[2];
static char heard[16];

static void *listener(void *unused)
{
    (void)unused;
    ssize_t got;
    while ((got = read(waited_for[0], heard, sizeof heard - 1)) < 0 && errno == EINTR) {
        expect(false, "the blocked read: expected to go on, seen EINTR");
    }
    return NULL;
}

int main(void)
{
    static char written[Unread], seen[Unread];
    for (int i = 0; i < Unread; i++) {
        written[i] = (char)(i * 31 + i / 251);
    }
    int large[2], packets[2], orphan[2], broken[2];
    must("pipe2", pipe2(large, O_CLOEXEC | O_NONBLOCK));
    must("F_SETPIPE_SZ", fcntl(large[1], F_SETPIPE_SZ, Large));
    must("write", write(large[1], written, Unread));
    must("pipe2", pipe2(packets, O_DIRECT));
    must("write", write(packets[1], "one", 3));
    must("write", write(packets[1], "three", 5));
    must("pipe", pipe(orphan));
    must("write", write(orphan[1], "last words", 10));
    must("close", close(orphan[1]));
    must("pipe", pipe(broken));
    must("close", close(broken[0]));
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", packets[0]);
    int again = (int)must(path, open(path, O_RDONLY | O_NONBLOCK));
    signal(SIGPIPE, SIG_IGN);
    must("pipe", pipe(waited_for));
    pthread_t thread;
    must("pthread_create", -pthread_create(&thread, NULL, listener, NULL));
    application_sleep(50);

    application_ready();
    application_wait();

    expect_equal("capacity", Large, fcntl(large[0], F_GETPIPE_SZ));
    expect_equal("unread bytes", Unread, read(large[0], seen, Unread));
    expect(memcmp(written, seen, Unread) == 0, "the unread bytes differ");
    expect(read(large[0], seen, 1) < 0 && errno == EAGAIN, "the emptied pipe does not say EAGAIN");
    expect_equal("flags of an end", O_WRONLY | O_NONBLOCK,
                 fcntl(large[1], F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    expect_equal("the first packet", 3, read(packets[0], seen, 100));
    expect_equal("the second packet, by the end opened again", 5, read(again, seen, 100));
    expect(read(again, seen, 1) < 0 && errno == EAGAIN, "the end opened again does not say EAGAIN");
    expect_equal("packet mode", O_DIRECT, fcntl(packets[1], F_GETFL) & O_DIRECT);
    expect_equal("what a closed writer left", 10, read(orphan[0], seen, 100));
    expect_equal("then the end", 0, read(orphan[0], seen, 100));
    expect(write(broken[1], "x", 1) < 0 && errno == EPIPE,
           "a pipe without reader does not say EPIPE");
    must("write", write(waited_for[1], "hello", 5));
    pthread_join(thread, NULL);
    expect_text("what the blocked reader heard", "hello", heard);
    return application_verdict();
}
