/*
 * Two FIFOs between a parent and its child, one each way, with bytes under way in both and one of
 * them full; and one end that both have (one description).
 */
#include "application.h"

#include <sys/stat.h>
#include <sys/wait.h>

enum { Pattern = 251 };

static int open_fifo(const char *name, int flags)
{
    if (mkfifo(application_path(name), 0600) < 0 && errno != EEXIST) {
        must("mkfifo", -1);
    }
    return (int)must(name, open(application_path(name), flags | O_CLOEXEC));
}

/* Until no byte goes in any more; how many went. */
static long fill(int fd)
{
    long written = 0;
    unsigned char byte = 0;
    while (write(fd, &byte, 1) == 1) {
        byte = (unsigned char)(++written % Pattern);
    }
    return written;
}

static void expect_filled(int fd, long length)
{
    for (long i = 0; i < length; i++) {
        unsigned char byte = 0;
        if (!expect(read(fd, &byte, 1) == 1 && byte == i % Pattern,
                    "byte %ld of the full FIFO is wrong", i)) {
            return;
        }
    }
}

int main(void)
{
    int keeper = open_fifo("down", O_RDWR), up_keeper = open_fifo("up", O_RDWR);
    int down_writer = open_fifo("down", O_WRONLY | O_NONBLOCK),
        up_reader = open_fifo("up", O_RDONLY | O_NONBLOCK);
    int shared_writer = open_fifo("up", O_WRONLY); /* both have it */
    long written = fill(down_writer);
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        int down_reader = open_fifo("down", O_RDONLY);
        close(keeper);
        close(down_writer);
        close(up_reader);
        must("write", write(shared_writer, "from the child", 14));
        close(up_keeper);
        application_note("opened", "");
        application_wait();
        expect_filled(down_reader, written);
        char byte;
        expect_equal("end of file when the parent has closed", 0, read(down_reader, &byte, 1));
        must("write", write(shared_writer, ", again", 7));
        _exit(application_failures != 0);
    }
    while (access(application_path("opened"), F_OK) != 0) {
        application_sleep(1);
    }
    unlink(application_path("opened"));
    close(keeper);
    close(up_keeper);

    application_ready();
    application_wait();

    close(down_writer);
    int status = -1;
    expect_equal("waitpid", child, waitpid(child, &status, 0));
    expect_equal("the status of the child", 0, status);
    char seen[64] = "";
    expect_equal("bytes of the child", 21, read(up_reader, seen, sizeof seen - 1));
    expect_text("what they are", "from the child, again", seen);
    expect_equal("nothing more yet", -1, read(up_reader, seen, 1));
    expect_equal("because we have the other end", EAGAIN, errno);
    close(shared_writer);
    expect_equal("end of file", 0, read(up_reader, seen, 1));
    return application_verdict();
}
