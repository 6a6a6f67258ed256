/*
 * /dev/null and its like, an asynchronous descriptor with its owner, and the flags they were opened
 * with.
 */
#include "application.h"

#include <signal.h>

int main(void)
{
    int null = (int)must("null", open("/dev/null", O_RDWR | O_APPEND)),
        zero = (int)must("zero", open("/dev/zero", O_RDONLY));
    int full = (int)must("full", open("/dev/full", O_WRONLY)),
        random = (int)must("urandom", open("/dev/urandom", O_RDONLY));
    int pipe_ends[2];
    must("pipe", pipe(pipe_ends));
    must("F_SETOWN", fcntl(pipe_ends[0], F_SETOWN, getpid()));
    must("F_SETSIG", fcntl(pipe_ends[0], F_SETSIG, SIGRTMIN + 2));
    must("O_ASYNC", fcntl(pipe_ends[0], F_SETFL, O_ASYNC));
    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGRTMIN + 2);
    sigprocmask(SIG_BLOCK, &taken, NULL);

    application_ready();
    application_wait();

    char bytes[8] = "xxxxxxx";
    expect_equal("read of null", 0, read(null, bytes, 8));
    expect_equal("write to null", 8, write(null, bytes, 8));
    expect_equal("flags of null", O_RDWR | O_APPEND, fcntl(null, F_GETFL) & (O_ACCMODE | O_APPEND));
    expect_equal("read of zero", 8, read(zero, bytes, 8));
    expect_equal("what zero gives", 0, bytes[5]);
    expect(write(full, bytes, 1) < 0 && errno == ENOSPC, "/dev/full does not say ENOSPC");
    expect_equal("read of urandom", 8, read(random, bytes, 8));

    expect_equal("owner", getpid(), fcntl(pipe_ends[0], F_GETOWN));
    expect_equal("signal", SIGRTMIN + 2, fcntl(pipe_ends[0], F_GETSIG));
    must("write", write(pipe_ends[1], "x", 1));
    siginfo_t info;
    struct timespec limit = {60, 0};
    expect_equal("the signal arrives", SIGRTMIN + 2, sigtimedwait(&taken, &info, &limit));
    expect_equal("and says where from", pipe_ends[0], info.si_fd);
    return application_verdict();
}
