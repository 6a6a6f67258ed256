/*
 * Locks of files in a family: POSIX locks of two processes through one description, an flock and an
 * OFD lock shared by fork of which the taker has closed his descriptor, and two processes that wait
 * for a lock of the parent's.
 */
#include "application.h"

#include <sys/file.h>
#include <sys/wait.h>

static int posix, shared_flock, shared_ofd, meeting[2];

static int file(const char *name)
{
    return (int)must(name, open(application_path(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static struct flock range(short type, off_t start, off_t length)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

static void lock(off_t start, off_t length)
{
    struct flock wanted = range(F_WRLCK, start, length);
    must("F_SETLK", fcntl(posix, F_SETLK, &wanted));
}

/* Holds [20, 30) and what is shared. */
static int holder(void)
{
    lock(20, 10);
    close(meeting[1]);
    application_wait();
    while (access(application_path("seen"), F_OK) != 0) {
        application_sleep(5);
    }
    return application_verdict();
}

/* Waits for [0, 10), which the parent has. */
static int waiter(void)
{
    int own = file("posix");
    struct flock wanted = range(F_WRLCK, 5, 1);
    close(meeting[1]);
    int taken = fcntl(own, F_SETLKW, &wanted);
    expect(taken == 0, "F_SETLKW: %s", strerror(errno));
    expect(access(application_path("released"), F_OK) == 0, "locked before it was released");
    return application_verdict();
}

/* Waits for a file that the parent has locked by flock. */
static int flock_waiter(void)
{
    int own = file("flock");
    close(meeting[1]);
    expect(flock(own, LOCK_EX) == 0, "flock: %s", strerror(errno));
    expect(access(application_path("released"), F_OK) == 0, "locked before it was released");
    return application_verdict();
}

static void sleeps_in(pid_t pid, int number)
{
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/syscall", pid);
    while (atoi(text) != number || text[0] < '0' || text[0] > '9') {
        int fd = (int)must(path, open(path, O_RDONLY));
        must("read", read(fd, text, sizeof text - 1));
        close(fd);
        application_sleep(5);
    }
}

/* 0: nobody. */
static pid_t owner_of(off_t at)
{
    struct flock asked = range(F_WRLCK, at, 1);
    must("F_GETLK", fcntl(file("posix"), F_GETLK, &asked));
    return asked.l_type == F_UNLCK ? 0 : asked.l_pid;
}

/* A stranger to all locks looks at them. */
static int look(pid_t parent)
{
    expect_equal("owner of the parent's lock", parent, owner_of(0));
    expect(owner_of(25) > 0 && owner_of(25) != parent, "owner of the child's lock: %d",
           owner_of(25));
    expect_equal("owner of what nobody has", 0, owner_of(15));
    expect(flock(file("shared-flock"), LOCK_SH | LOCK_NB) < 0, "the shared flock is free");
    struct flock asked = range(F_RDLCK, 3, 1);
    must("F_OFD_GETLK", fcntl(file("shared-ofd"), F_OFD_GETLK, &asked));
    expect_equal("the shared OFD lock", F_WRLCK, asked.l_type);
    return atomic_load(&application_failures) != 0;
}

int main(void)
{
    must("pipe", pipe(meeting));
    posix = file("posix");
    shared_flock = file("shared-flock");
    shared_ofd = file("shared-ofd");
    must("flock", flock(shared_flock, LOCK_EX));
    struct flock wanted = range(F_WRLCK, 0, 0);
    must("F_OFD_SETLK", fcntl(shared_ofd, F_OFD_SETLK, &wanted));
    int exclusive = file("flock");
    fcntl(exclusive, F_SETFD, 0);

    pid_t children[3];
    int (*lives[3])(void) = {holder, waiter, flock_waiter};
    for (int i = 0; i < 3; i++) {
        children[i] = (pid_t)must("fork", fork());
        if (children[i] == 0) {
            close(meeting[0]);
            if (i > 0) {
                close(shared_flock), close(shared_ofd), close(exclusive);
            } else {
                close(exclusive);
            }
            return lives[i]();
        }
        if (i == 0) {
            lock(0, 10);
            must("flock", flock(exclusive, LOCK_EX));
        }
    }
    close(shared_flock);
    close(shared_ofd);
    close(meeting[1]);
    char nothing;
    must("read", read(meeting[0], &nothing, 1));
    close(meeting[0]);
    sleeps_in(children[1], 72); /* fcntl(2) */
    sleeps_in(children[2], 73); /* flock(2) */

    application_ready();
    application_wait();

    pid_t parent = getpid(), looking = fork();
    if (looking == 0) {
        _exit(look(parent));
    }
    int status = -1;
    waitpid(looking, &status, 0);
    expect_equal("what a stranger sees", 0, status);
    application_note("released", "");
    struct flock free_again = range(F_UNLCK, 0, 10);
    must("F_SETLK", fcntl(posix, F_SETLK, &free_again));
    must("flock", flock(exclusive, LOCK_UN));
    application_note("seen", "");
    for (int i = 0; i < 3; i++) {
        status = -1;
        wait(&status); /* not by pid: they may be others after a restart */
        expect_equal("a child's end", 0, status);
    }
    return application_verdict();
}
