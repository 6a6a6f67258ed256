/* Mapped files: private ones with pages of the process's own, shared ones, and one that was
 * deleted. */
#include "application.h"

#include <sys/mman.h>
#include <sys/stat.h>

enum { Page = 4096, Pages = 8, Length = Pages * Page - 1000 };

static int make(const char *name)
{
    int fd = (int)must("open",
                       open(application_path(name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    for (int i = 0; i < Pages; i++) {
        char page[Page];
        memset(page, 'a' + i, sizeof page);
        must("write", write(fd, page, i == Pages - 1 ? Length % Page : Page));
    }
    return fd;
}

static char *map(int fd, int flags, int protection)
{
    void *at = mmap(NULL, Length, protection, flags, fd, 0);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

int main(void)
{
    int fd = make("mapped");
    char *private = map(fd, MAP_PRIVATE, PROT_READ | PROT_WRITE);
    char *shared = map(fd, MAP_SHARED, PROT_READ | PROT_WRITE);
    char *second_page = mmap(NULL, Page, PROT_READ, MAP_SHARED, fd, Page);
    must("mmap", second_page == MAP_FAILED ? -1 : 0);
    private[2 * Page] = 'P';
    shared[3 * Page] = 'S';
    close(fd);

    int deleted = make("deleted");
    must("ftruncate", ftruncate(deleted, 1L << 30)); /* a hole of a gigabyte costs nothing */
    char *gone_shared = map(deleted, MAP_SHARED, PROT_READ | PROT_WRITE);
    char *gone_again = map(deleted, MAP_SHARED, PROT_READ);
    char *gone_private = map(deleted, MAP_PRIVATE, PROT_READ | PROT_WRITE);
    gone_private[4 * Page] = 'Q';
    close(deleted);
    must("unlink", unlink(application_path("deleted")));

    application_ready();
    application_wait();

    expect_equal("an unchanged page of the private mapping", 'b', private[Page]);
    expect_equal("its own page", 'P', private[2 * Page]);
    expect_equal("what the other mapping wrote", 'S', private[3 * Page]);
    expect_equal("behind the end of the file", 0, private[Length]);
    expect_equal("the shared mapping", 'S', shared[3 * Page]);
    expect_equal("the file under the private page", 'c', shared[2 * Page]);
    shared[Page] = 'T';
    expect_equal("the same page, mapped at an offset", 'T', *second_page);
    char seen = 0;
    fd = (int)must("open", open(application_path("mapped"), O_RDONLY | O_CLOEXEC));
    must("pread", pread(fd, &seen, 1, Page));
    close(fd);
    expect_equal("the file itself", 'T', seen);

    expect_equal("the deleted file", 'd', gone_shared[3 * Page]);
    expect_equal("its own page of it", 'Q', gone_private[4 * Page]);
    gone_shared[5 * Page] = 'U';
    expect_equal("the deleted file, mapped again", 'U', gone_again[5 * Page]);
    expect_equal("the deleted file, mapped private", 'U', gone_private[5 * Page]);
    struct stat status;
    expect(stat(application_path("deleted"), &status) != 0, "the deleted file has its name back");
    return application_verdict();
}
