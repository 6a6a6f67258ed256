/* Shared memory without a file: one object seen through several mappings, memfds with their seals.
 */
#include "application.h"

#include <sys/mman.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

enum { Page = 4096, Pages = 16, Length = Pages * Page };

static char *map(int fd, int protection, long offset, size_t length)
{
    void *at =
        mmap(NULL, length, protection, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, offset);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

/* With the argument "anonymous": no memfd, whose object only a privileged user can save. */
int main(int count, char **arguments)
{
    (void)arguments;
    char *first = map(-1, PROT_READ | PROT_WRITE, 0, Length);
    /* An old size of 0 makes a second mapping of the same object (man 2 mremap). */
    char *second = mremap(first + 4 * Page, 0, 8 * Page, MREMAP_MAYMOVE);
    must("mremap", second == MAP_FAILED ? -1 : 0);
    first[5 * Page] = 'x';
    first[15 * Page] = 'y';
    if (count > 1) {
        application_ready();
        application_wait();
        expect_equal("a page of the shared memory", 'x', second[Page]);
        second[2 * Page] = 'z';
        expect_equal("a page written through the other mapping", 'z', first[6 * Page]);
        return application_verdict();
    }

    int fd = (int)must("memfd_create", memfd_create("scratch", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    must("ftruncate", ftruncate(fd, Length));
    char *writable = map(fd, PROT_READ | PROT_WRITE, 0, Length);
    writable[2 * Page] = 'm';
    must("seal",
         fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL));
    char *reader = map(fd, PROT_READ, Page, 2 * Page);

    int still_open =
        (int)must("memfd_create", memfd_create("constant", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    must("write", write(still_open, "never changes", 13));
    must("seal", fcntl(still_open, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW));
    close(fd);

    application_ready();
    application_wait();

    expect_equal("a page of the shared memory", 'x', first[5 * Page]);
    expect_equal("the same page seen from the other mapping", 'x', second[Page]);
    expect_equal("its last page", 'y', first[15 * Page]);
    second[2 * Page] = 'z';
    expect_equal("a page written through the other mapping", 'z', first[6 * Page]);

    expect_equal("the memfd", 'm', writable[2 * Page]);
    expect_equal("the memfd, mapped again", 'm', reader[Page]);
    writable[Page] = 'n';
    expect_equal("a page of the memfd written now", 'n', reader[0]);

    char text[20] = "";
    expect_equal("reading the sealed memfd", 13, pread(still_open, text, sizeof text, 0));
    expect_text("the sealed memfd", "never changes", text);
    expect_equal("its seals", F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW,
                 fcntl(still_open, F_GET_SEALS));
    expect(pwrite(still_open, "!", 1, 0) < 0 && errno == EPERM, "the sealed memfd can be written");
    return application_verdict();
}
