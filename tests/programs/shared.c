/*
 * Descriptors shared by the processes of a family, or with the two sides in different processes:
 *
 *     parent   writes packets to a pipe, holds the writing end of a FIFO, both halves of nothing
 *     reader   reads what the writer and the parent have written
 *     writer   has filled a pipe and waits in write(2) for room
 *
 * and an offset, a deleted file, a renamed one, a directory, an eventfd, an epoll set with a member
 * that only the reader still holds, and whom a pipe signals.
 */
#include "application.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { Capacity = 16384, Chunk = 1024 };

static int full[2], packets[2], half[2], left[2], member[2], signalling[2], meeting[2];
static int fifo_reader, fifo_writer, deleted, renamed, directory, counter, set;
static long place;
static volatile sig_atomic_t signalled;

static void got(int signal)
{
    (void)signal;
    signalled++;
}

static int file(const char *name, int flags)
{
    return (int)must(name, open(application_path(name), flags | O_CREAT | O_CLOEXEC, 0600));
}

/* One process says that it has come so far, the others wait for that. */
static void say(const char *step)
{
    application_note(step, "");
}

static void await(const char *step)
{
    while (access(application_path(step), F_OK) != 0) {
        application_sleep(5);
    }
}

static void fill(char *chunk, int number)
{
    memset(chunk, 'a' + number % 26, Chunk);
}

static int reader(void)
{
    signal(SIGUSR1, got);
    char chunk[Chunk], expected[Chunk], byte;
    close(full[1]), close(packets[1]), close(half[0]), close(half[1]), close(left[1]);
    close(member[1]), close(signalling[0]), close(signalling[1]), close(set), close(fifo_writer);
    close(meeting[0]), close(meeting[1]);
    application_wait();

    for (int number = 0; number < Capacity / Chunk + 1; number++) {
        fill(expected, number);
        size_t have = 0;
        while (have < Chunk) {
            ssize_t got_now = read(full[0], chunk + have, Chunk - have);
            if (!expect(got_now > 0, "chunk %d of the full pipe: %zd", number, got_now)) {
                return 1;
            }
            have += (size_t)got_now;
        }
        expect(memcmp(chunk, expected, Chunk) == 0, "chunk %d of the full pipe differs", number);
    }
    expect_equal("the end of the full pipe", 0, read(full[0], chunk, 1));
    for (int size = 1; size <= 3; size++) {
        expect_equal("a packet", size * 100, read(packets[0], chunk, Chunk));
    }
    expect_equal("the FIFO", 5, read(fifo_reader, chunk, Chunk));
    expect(memcmp(chunk, "fifo!", 5) == 0, "contents of the FIFO");
    expect_equal("the pipe without a writer", 4, read(left[0], chunk, Chunk));
    expect_equal("its end", 0, read(left[0], chunk, Chunk));

    expect_equal("the directory's place", place, lseek(directory, 0, SEEK_CUR));
    expect_equal("the renamed file", 3, pread(renamed, chunk, Chunk, 0));
    say("moved.please");
    await("moved");
    expect_equal("the shared offset", 13, lseek(deleted, 0, SEEK_CUR));
    expect_equal("the deleted file", 13, pread(deleted, chunk, Chunk, 0));
    expect(memcmp(chunk, "0123456789abc", 13) == 0, "contents of the deleted file");
    eventfd_t count = 0;
    expect_equal("eventfd_read", 0, eventfd_read(counter, &count));
    expect_equal("the count", 42, (long long)count);
    expect_equal("the member of the epoll set", 1, read(member[0], &byte, 1));
    for (int i = 0; i < 6000 && signalled == 0; i++) {
        application_sleep(10);
    }
    expect_equal("signals by the pipe", 1, signalled);
    return application_verdict();
}

static int writer(void)
{
    char chunk[Chunk];
    close(full[0]), close(packets[0]), close(packets[1]), close(half[0]), close(half[1]);
    close(left[0]), close(left[1]), close(member[0]), close(member[1]), close(set);
    close(signalling[0]), close(signalling[1]), close(fifo_reader), close(fifo_writer);
    close(meeting[0]);
    for (int number = 0; number < Capacity / Chunk; number++) {
        fill(chunk, number);
        must("write", write(full[1], chunk, Chunk));
    }
    close(meeting[1]);
    fill(chunk, Capacity / Chunk);
    expect_equal("write to a full pipe", Chunk, write(full[1], chunk, Chunk));
    close(full[1]);
    application_wait();
    return application_verdict();
}

static void sleeps_in_write(pid_t pid)
{
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/syscall", pid);
    while (strncmp(text, "1 ", 2) != 0) { /* write(2) */
        int fd = (int)must(path, open(path, O_RDONLY));
        must("read", read(fd, text, sizeof text - 1));
        close(fd);
        application_sleep(5);
    }
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    must("pipe",
         pipe(full) | pipe(half) | pipe(left) | pipe(member) | pipe(signalling) | pipe(meeting));
    must("pipe2", pipe2(packets, O_DIRECT));
    must("F_SETPIPE_SZ", fcntl(full[0], F_SETPIPE_SZ, Capacity));
    must("mkfifo", mkfifo(application_path("fifo"), 0600));
    fifo_reader = file("fifo", O_RDONLY | O_NONBLOCK);
    fifo_writer = file("fifo", O_WRONLY);
    deleted = file("deleted", O_RDWR);
    must("write", write(deleted, "0123456789", 10));
    must("unlink", unlink(application_path("deleted")));
    renamed = file("before", O_RDWR);
    must("write", write(renamed, "abc", 3));
    char before[PATH_MAX];
    snprintf(before, sizeof before, "%s", application_path("before"));
    must("rename", rename(before, application_path("after")));
    must("mkdir", mkdir(application_path("directory"), 0700));
    for (const char *name = "directory/a\0directory/b\0directory/c\0"; *name; name += 12) {
        close(file(name, O_RDWR));
    }
    DIR *entries = opendir(application_path("directory"));
    directory = dirfd(entries);
    readdir(entries);
    lseek(directory, telldir(entries), SEEK_SET);
    place = lseek(directory, 0, SEEK_CUR);
    counter = eventfd(0, 0);
    set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 77};
    must("EPOLL_CTL_ADD", epoll_ctl(set, EPOLL_CTL_ADD, member[0], &event));
    must("write", write(left[1], "left", 4));
    must("write", write(fifo_writer, "fifo!", 5));

    pid_t reading = (pid_t)must("fork", fork());
    if (reading == 0) {
        return reader();
    }
    pid_t writing = (pid_t)must("fork", fork());
    if (writing == 0) {
        return writer();
    }
    close(full[0]), close(full[1]), close(packets[0]), close(half[0]), close(left[0]);
    close(left[1]), close(member[0]), close(fifo_reader), close(meeting[1]);
    char bytes[400] = "";
    for (int size = 1; size <= 3; size++) {
        must("write", write(packets[1], bytes, (size_t)size * 100));
    }
    must("eventfd_write", eventfd_write(counter, 42));
    must("F_SETSIG", fcntl(signalling[0], F_SETSIG, SIGUSR1));
    must("F_SETOWN", fcntl(signalling[0], F_SETOWN, reading));
    must("O_ASYNC", fcntl(signalling[0], F_SETFL, O_ASYNC));
    must("read", read(meeting[0], bytes, 1));
    close(meeting[0]);
    sleeps_in_write(writing);

    application_ready();
    application_wait();

    expect(write(half[1], "x", 1) < 0 && errno == EPIPE, "the pipe without a reader takes bytes");
    expect_equal("members ready before", 0, epoll_wait(set, &event, 1, 0));
    must("write", write(member[1], "m", 1));
    expect_equal("members ready after", 1, epoll_wait(set, &event, 1, 60000));
    expect_equal("the member", 77, (long long)event.data.u64);
    expect_equal("the number of the member", -1, fcntl(member[0], F_GETFD));
    await("moved.please");
    must("write", write(deleted, "abc", 3));
    say("moved");
    must("write", write(signalling[1], "s", 1));
    int status = -1;
    wait(&status); /* not by pid: they may be others after a restart */
    expect_equal("one child's end", 0, status);
    wait(&status);
    expect_equal("the other child's end", 0, status);
    return application_verdict();
}
