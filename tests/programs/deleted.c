/*
 * Files without a name: deleted ones with holes, opened twice; O_TMPFILE; memfds with seals. What
 * two descriptions write, both see.
 */
#include "application.h"

#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { Far = 40 << 20 };

static void expect_bytes(const char *what, int fd, const char *expected, off_t offset)
{
    char seen[64] = "";
    ssize_t got = pread(fd, seen, strlen(expected), offset);
    seen[got < 0 ? 0 : got] = '\0';
    expect_text(what, expected, seen);
}

int main(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", application_path("deleted"));
    int writer = (int)must("open", open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0640));
    int reader = (int)must("open", open(path, O_RDONLY | O_CLOEXEC));
    must("unlink", unlink(path));
    must("write", write(writer, "beginning", 9));
    must("ftruncate", ftruncate(writer, Far));
    must("write", write(writer, "end", 3));
    lseek(reader, 3, SEEK_SET);
    struct stat before;
    must("fstat", fstat(writer, &before));

    int nameless = (int)must("O_TMPFILE", open(application_folder(), O_TMPFILE | O_RDWR, 0600));
    must("write", write(nameless, "nameless", 8));

    int memory =
        (int)must("memfd_create", memfd_create("counted", MFD_ALLOW_SEALING | MFD_CLOEXEC));
    must("write", write(memory, "in memory", 9));
    must("F_ADD_SEALS", fcntl(memory, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));

    application_ready();
    application_wait();

    expect_bytes("the beginning", reader, "beginning", 0);
    expect_bytes("the end", reader, "end", Far);
    expect_equal("offset of the reader", 3, lseek(reader, 0, SEEK_CUR));
    must("write", write(writer, "more", 4));
    expect_bytes("what the other description wrote", reader, "more", Far + 3);
    expect_equal("the writer appends", O_APPEND | O_RDWR,
                 fcntl(writer, F_GETFL) & (O_APPEND | O_ACCMODE));
    struct stat after;
    must("fstat", fstat(writer, &after));
    expect_equal("names", 0, (long long)after.st_nlink);
    expect_equal("mode", before.st_mode, after.st_mode);
    expect(after.st_blocks < Far / 512 / 4, "the hole: %lld blocks of 512 bytes are too many",
           (long long)after.st_blocks);
    expect_equal("one file, two descriptions", (long long)after.st_ino,
                 (fstat(reader, &before), (long long)before.st_ino));

    expect_equal("offset of the nameless file", 8, lseek(nameless, 0, SEEK_CUR));
    expect_bytes("the nameless file", nameless, "nameless", 0);
    expect_bytes("the memfd", memory, "in memory", 0);
    expect_equal("seals", F_SEAL_GROW | F_SEAL_SHRINK, fcntl(memory, F_GET_SEALS));
    return application_verdict();
}
