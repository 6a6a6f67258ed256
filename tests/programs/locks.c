/*
 * File locks of all three sorts, tested by a child that tries to take them: it must find them
 * held, and the POSIX one held by its parent.
 */
#include "application.h"

#include <sys/file.h>
#include <sys/wait.h>

static int file(const char *name)
{
    return (int)must(name, open(application_path(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static struct flock range(short type, off_t start, off_t length)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

static int child_tries(pid_t parent)
{
    expect(flock(file("flock"), LOCK_SH | LOCK_NB) < 0, "flock: expected held, seen free");
    expect_equal("shared flock", 0, flock(file("flock-shared"), LOCK_SH | LOCK_NB));
    expect(flock(file("flock-shared"), LOCK_EX | LOCK_NB) < 0,
           "shared flock: expected held, seen free");

    struct flock posix = range(F_WRLCK, 105, 1);
    must("F_GETLK", fcntl(file("posix"), F_GETLK, &posix));
    expect_equal("POSIX lock: type", F_WRLCK, posix.l_type);
    expect_equal("POSIX lock: owner", parent, posix.l_pid);
    expect_equal("POSIX lock: start", 100, posix.l_start);
    expect_equal("POSIX lock: length", 10, posix.l_len);
    posix = range(F_WRLCK, 110, 90);
    must("F_GETLK", fcntl(file("posix"), F_GETLK, &posix));
    expect_equal("beside the POSIX locks", F_UNLCK, posix.l_type);
    posix = range(F_WRLCK, 5000, 1);
    must("F_GETLK", fcntl(file("posix"), F_GETLK, &posix));
    expect_equal("POSIX lock to the end: type", F_RDLCK, posix.l_type);
    expect_equal("POSIX lock to the end: length", 0, posix.l_len);

    struct flock open_lock = range(F_RDLCK, 0, 0);
    must("F_OFD_GETLK", fcntl(file("ofd"), F_OFD_GETLK, &open_lock));
    expect_equal("OFD lock: type", F_WRLCK, open_lock.l_type);
    expect_equal("OFD lock: start", 7, open_lock.l_start);
    return atomic_load(&application_failures) != 0;
}

int main(void)
{
    must("flock", flock(file("flock"), LOCK_EX | LOCK_NB));
    must("flock", flock(file("flock-shared"), LOCK_SH | LOCK_NB));
    int posix = file("posix");
    struct flock first = range(F_WRLCK, 100, 10), last = range(F_RDLCK, 200, 0),
                 open_lock = range(F_WRLCK, 7, 1);
    must("F_SETLK", fcntl(posix, F_SETLK, &first));
    must("F_SETLK", fcntl(posix, F_SETLK, &last));
    must("F_OFD_SETLK", fcntl(file("ofd"), F_OFD_SETLK, &open_lock));

    application_ready();
    application_wait();

    pid_t child = fork();
    if (child == 0) {
        _exit(child_tries(getppid()));
    }
    int status = -1;
    waitpid(child, &status, 0);
    expect_equal("the child's findings", 0, status);
    return application_verdict();
}
