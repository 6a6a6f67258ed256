/* What was asked of the kernel for parts of memory: locks, inheritance, dumps, huge pages, names.
 * /proc/self/smaps tells most of it; a child tells the rest. */
#include "application.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { Page = 4096, Each = 16 * Page, Areas = 12 };

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static char *area;
static char before[Areas][200];
static char after[Areas][200];

/* The VmFlags of the mapping that holds each area. */
static void read_flags(char (*flags)[200])
{
    FILE *smaps = fopen("/proc/self/smaps", "re");
    must("open smaps", smaps ? 0 : -1);
    char line[400];
    unsigned long start = 0;
    unsigned long end = 0;
    while (fgets(line, sizeof line, smaps)) {
        unsigned long from;
        unsigned long to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            start = from;
            end = to;
        }
        for (size_t i = 0; i < Areas && strncmp(line, "VmFlags:", 8) == 0; i++) {
            unsigned long at = (unsigned long)(area + i * Each);
            if (start <= at && at < end) {
                snprintf(flags[i], sizeof flags[i], "%.190s", line);
            }
        }
    }
    fclose(smaps);
}

int main(void)
{
    area = mmap(NULL, (size_t)Areas * Each, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0);
    must("mmap", area == MAP_FAILED ? -1 : 0);
    memset(area, 'a', (size_t)Areas * Each);
    static const int advice[Areas] = {0,
                                      MADV_DONTFORK,
                                      MADV_WIPEONFORK,
                                      MADV_DONTDUMP,
                                      MADV_RANDOM,
                                      MADV_SEQUENTIAL,
                                      MADV_HUGEPAGE,
                                      MADV_NOHUGEPAGE,
                                      MADV_MERGEABLE};
    for (size_t i = 1; i < Areas; i++) {
        if (advice[i]) {
            (void)madvise(area + i * Each, Each, advice[i]); /* a kernel may lack KSM or THP */
        }
    }
    must("mlock", mlock(area + 9 * Each, Each));
    must("mlock2", mlock2(area + 10 * Each, Each, MLOCK_ONFAULT));
    bool guards = madvise(area + 11 * Each + Page, Page, MADV_GUARD_INSTALL) == 0; /* Linux 6.13 */
    (void)prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, area, Each, "test: named");
    read_flags(before);

    application_ready();
    application_wait();

    read_flags(after);
    for (size_t i = 0; i < Areas; i++) {
        expect_text("VmFlags", before[i], after[i]);
    }
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        bool wiped = area[2 * Each] == 0;
        bool kept = area[3 * Each] == 'a';
        bool inherited = madvise(area + 1 * Each, Each, MADV_NORMAL) == 0;
        _exit(wiped && kept && !inherited ? 0 : 1);
    }
    int status = 0;
    must("wait", waitpid(child, &status, 0));
    expect_equal("a child with one area wiped and one missing", 0, status);
    if (guards) {
        int ends[2];
        must("pipe", pipe(ends));
        expect(write(ends[1], area + 11 * Each + Page, 1) < 0, "a guard page can be read");
        expect_equal("the page behind the guard", 'a', area[11 * Each + 2 * Page]);
    }
    return application_verdict();
}
