/*
 * Numbers and the descriptions behind them: duplicates share an offset and status flags, two opens
 * of one file do not; high numbers, gaps, close-on-exec, and a number that is used again.
 */
#include "application.h"

#include <sys/stat.h>

enum { High = 777, Gap = 40 };

int main(void)
{
    static bool inherited[1000];
    for (int fd = 0; fd < 1000; fd++) {
        inherited[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    int first = (int)must(
        "open", open(application_path("shared"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    must("write", write(first, "0123456789abcdef", 16));
    int second = (int)must("dup", dup(first));
    must("dup2", dup2(first, High));
    must("dup3", dup3(first, Gap, O_CLOEXEC));
    int apart = (int)must("open", open(application_path("shared"), O_RDONLY | O_NONBLOCK));
    lseek(second, 4, SEEK_SET);
    lseek(apart, 11, SEEK_SET);

    application_ready();
    application_wait();

    expect_equal("offset by the first number", 4, lseek(first, 0, SEEK_CUR));
    lseek(High, 7, SEEK_SET);
    expect_equal("offset by a duplicate", 7, lseek(second, 0, SEEK_CUR));
    expect_equal("offset by another duplicate", 7, lseek(Gap, 0, SEEK_CUR));
    expect_equal("offset of the other description", 11, lseek(apart, 0, SEEK_CUR));
    must("F_SETFL", fcntl(first, F_SETFL, O_APPEND));
    expect_equal("O_APPEND is shared", O_APPEND, fcntl(High, F_GETFL) & O_APPEND);
    expect_equal("O_APPEND is not shared with the other", 0, fcntl(apart, F_GETFL) & O_APPEND);
    expect_equal("status flags", O_RDONLY | O_NONBLOCK,
                 fcntl(apart, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    expect_equal("close-on-exec, first", FD_CLOEXEC, fcntl(first, F_GETFD));
    expect_equal("close-on-exec, second", 0, fcntl(second, F_GETFD));
    expect_equal("close-on-exec, high", 0, fcntl(High, F_GETFD));
    expect_equal("close-on-exec, gap", FD_CLOEXEC, fcntl(Gap, F_GETFD));
    for (int fd = 3; fd < 1000; fd++) {
        bool open_then =
            fd == first || fd == second || fd == High || fd == Gap || fd == apart || inherited[fd];
        if ((fcntl(fd, F_GETFD) >= 0) != open_then) {
            expect(false, "descriptor %d: expected %s", fd, open_then ? "open" : "closed");
        }
    }
    return application_verdict();
}
