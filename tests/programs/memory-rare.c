/* What few programs do with memory: /dev/zero mapped, droppable and sealed memory, every new
 * mapping locked, huge pages switched off, a name for shared memory. */
#include "application.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { Page = 4096, Droppable = 8 /* MAP_DROPPABLE, Linux 6.11 */, NrMseal = 462 /* Linux 6.10 */ };

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static char *map(int flags, int fd)
{
    void *at = mmap(NULL, 2 * Page, PROT_READ | PROT_WRITE, flags, fd, 0);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

/* Whether a line of smaps about the mapping that holds this address has this in it. */
static bool has(const void *at, const char *what)
{
    FILE *smaps = fopen("/proc/self/smaps", "re");
    must("open smaps", smaps ? 0 : -1);
    char line[400];
    bool here = false;
    bool found = false;
    while (fgets(line, sizeof line, smaps)) {
        unsigned long start;
        unsigned long end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
            here = start <= (unsigned long)at && (unsigned long)at < end;
        }
        found |= here && strstr(line, what);
    }
    fclose(smaps);
    return found;
}

int main(void)
{
    int fd = (int)must("open /dev/zero", open("/dev/zero", O_RDWR | O_CLOEXEC));
    char *zero = map(MAP_PRIVATE, fd);
    close(fd);
    zero[Page] = 'z';

    char *named = map(MAP_SHARED | MAP_ANONYMOUS, -1);
    bool has_name = prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, named, 2 * Page, "shared by name") == 0;
    named[Page] = 'n';

    void *droppable =
        mmap(NULL, 2 * Page, PROT_READ | PROT_WRITE, Droppable | MAP_ANONYMOUS, -1, 0);
    char *sealed = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
    sealed[Page] = 's';
    bool is_sealed = syscall(NrMseal, sealed, 2 * Page, 0) == 0;

    must("no huge pages", prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    bool locks = mlockall(MCL_FUTURE) == 0; /* an ordinary user's limit may be too low */

    application_ready();
    application_wait();

    expect_equal("private mapping of /dev/zero", 'z', zero[Page]);
    expect_equal("its other page", 0, zero[0]);
    expect_equal("shared memory with a name", 'n', named[Page]);
    expect(!has_name || has(named, "[anon_shmem:shared by name]"), "shared memory lost its name");
    expect(droppable == MAP_FAILED || has(droppable, " dp"), "droppable memory is no longer so");
    expect_equal("sealed memory", 's', sealed[Page]);
    expect(!is_sealed || munmap(sealed, 2 * Page) < 0, "sealed memory can be unmapped");
    expect_equal("huge pages switched off", 1, prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    expect(!locks || has(map(MAP_PRIVATE | MAP_ANONYMOUS, -1), " lo"), "new memory is not locked");
    return application_verdict();
}
