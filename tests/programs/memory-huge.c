/* Huge pages: private, shared, and in a memfd. Needs free ones (vm.nr_hugepages). */
#include "application.h"
#include "page-size.h"

#include <sys/mman.h>

enum { Page = 4096 };
static const size_t Huge = 2UL << 20;

static char *map(int flags, int fd, size_t length)
{
    void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, fd, 0);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

int main(void)
{
    if (!getenv("BLCR_TEST_DIR") &&
        mmap(NULL, 4 * Huge, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) ==
            MAP_FAILED) {
        puts("there are not enough huge pages to try (vm.nr_hugepages)");
        return 0;
    }
    char *private = map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 2 * Huge);
    char *shared = map(MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, Huge);
    int fd = (int)must("memfd_create", memfd_create("huge", MFD_HUGETLB | MFD_CLOEXEC));
    must("ftruncate", ftruncate(fd, (off_t)Huge));
    char *memfd = map(MAP_SHARED, fd, Huge);
    close(fd);
    for (int i = 0; i < 512; i++) {
        private[i * Page] = (char)i;
        shared[i * Page] = (char)(i + 1);
        memfd[i * Page] = (char)(i + 2);
    }

    application_ready();
    application_wait();

    for (int i = 0; i < 512; i++) {
        expect_equal("private", (char)i, private[i * Page]);
        expect_equal("shared", (char)(i + 1), shared[i * Page]);
        expect_equal("memfd", (char)(i + 2), memfd[i * Page]);
    }
    private[Huge] = 'x';
    expect_equal("page size of the private mapping", (long long)Huge, page_size(private));
    expect_equal("page size of the shared mapping", (long long)Huge, page_size(shared));
    expect_equal("page size of the memfd", (long long)Huge, page_size(memfd));
    return application_verdict();
}
