/*
 * A named pipe with both ends in one process and bytes under way, and one that only this process
 * reads, waiting for a writer from outside.
 */
#include "application.h"

#include <sys/stat.h>

static int open_fifo(const char *name, int flags)
{
    if (mkfifo(application_path(name), 0640) < 0 && errno != EEXIST) {
        must("mkfifo", -1);
    }
    return (int)must(name, open(application_path(name), flags));
}

int main(void)
{
    int both = open_fifo("inside", O_RDWR | O_CLOEXEC);
    int reader = open_fifo("inside", O_RDONLY), writer = open_fifo("inside", O_WRONLY | O_NONBLOCK);
    must("write", write(writer, "under way", 9));
    close(both);
    int lonely = open_fifo("outside", O_RDONLY | O_NONBLOCK);

    application_ready();
    application_wait();

    char seen[16] = "";
    expect_equal("bytes under way", 9, read(reader, seen, 9));
    expect_text("what was under way", "under way", seen);
    expect_equal("flags of the writer", O_WRONLY | O_NONBLOCK,
                 fcntl(writer, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    expect_equal("flags of the reader", O_RDONLY,
                 fcntl(reader, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    close(writer);
    expect_equal("end of file when the writer is gone", 0, read(reader, seen, 1));
    expect_equal("no writer yet", 0, read(lonely, seen, 1));
    int other = open_fifo("outside", O_WRONLY);
    must("write", write(other, "hello", 5));
    expect_equal("from the other end", 5, read(lonely, seen, 16));
    return application_verdict();
}
