/* Workers that were forked from a parent with much data, most of which they have never written to;
 * and everything they may have done to their memory since: written, given back, unmapped, mapped
 * anew, protected, grown. Each knows page by page what it has to find.
 *
 *     memory-forked [MIB] [WORKERS]      so much common data, so many workers
 *
 * The file "idle" tells the test that all of them stand still. */
#include "application.h"

#include <sys/mman.h>
#include <sys/wait.h>

enum { Page = 4096, Least = 64, Deeds = 9, Gone = -1, Zero = 0 };

static size_t pages;  /* of the common data */
static char *data;    /* the common data */
static int *versions; /* what each page holds; Gone: unmapped */
static char *file;    /* a private mapping of a file, of which page 1 was written before the fork */
static char *kept;    /* MADV_DONTFORK: the parent's alone */
static char *wiped;   /* MADV_WIPEONFORK */
static char *shared;  /* one object in all of them */
static char *heap;    /* the break at fork */
static char *more;    /* what a worker has mapped since */

static void put(size_t page, int version)
{
    unsigned *words = (unsigned *)(data + page * Page);
    for (size_t i = 0; i < Page / sizeof *words; i += 16) {
        words[i] = (unsigned)page * 2654435761u + (unsigned)version;
    }
    versions[page] = version;
}

static void check_data(const char *who)
{
    for (size_t page = 0; page < pages; page++) {
        if (versions[page] == Gone) {
            unsigned char there;
            expect(mincore(data + page * Page, Page, &there) != 0 && errno == ENOMEM,
                   "%s: page %zu is mapped, and was unmapped", who, page);
            continue;
        }
        unsigned *words = (unsigned *)(data + page * Page);
        unsigned wanted =
            versions[page] == Zero ? 0 : (unsigned)page * 2654435761u + (unsigned)versions[page];
        for (size_t i = 0; i < Page / sizeof *words; i += 16) {
            if (!expect(words[i] == wanted, "%s: page %zu, word %zu: expected %x, seen %x", who,
                        page, i, wanted, words[i])) {
                break;
            }
        }
    }
}

static void *map(size_t length, int flags, int fd)
{
    void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, fd, 0);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

/* Uses the stack that deep, so that it grows. */
static int deep(int kilobytes)
{
    volatile char room[1024];
    room[0] = (char)kilobytes;
    return kilobytes == 0 ? 0 : deep(kilobytes - 1) + (room[0] == (char)kilobytes);
}

static void wait_until_idle(int workers)
{
    while (__atomic_load_n((int *)shared, __ATOMIC_SEQ_CST) < workers) {
        application_sleep(1);
    }
}

static void one_more_is_idle(void)
{
    __atomic_add_fetch((int *)shared, 1, __ATOMIC_SEQ_CST);
}

static pid_t grandchild(int number)
{
    pid_t pid = (pid_t)must("fork", fork());
    if (pid == 0) {
        put(5, number + 2000);
        one_more_is_idle();
        application_wait();
        check_data("a grandchild");
        _exit(application_failures != 0);
    }
    return pid;
}

static void work(int number)
{
    char who[32];
    snprintf(who, sizeof who, "worker %d", number);
    put(13 + (size_t)number % 30, number + 1000); /* one of its own */
    pid_t child = 0;
    char *stack = NULL;
    switch (number % Deeds) {
    case 1: /* gives pages back */
        must("madvise", madvise(data + 2 * Page, 3 * Page, MADV_DONTNEED));
        versions[2] = versions[3] = versions[4] = Zero;
        break;
    case 2: /* unmaps the middle */
        must("munmap", munmap(data + 50 * Page, 4 * Page));
        versions[50] = versions[51] = versions[52] = versions[53] = Gone;
        break;
    case 3: /* takes rights away */
        must("mprotect", mprotect(data + 4 * Page, 8 * Page, PROT_READ));
        break;
    case 4: /* more heap */
        must("sbrk", sbrk(20 * Page) == (void *)-1 ? -1 : 0);
        heap[6 * Page] = 'h';
        break;
    case 5: /* a deep stack */
        expect_equal("the depth", 600, deep(600));
        stack = (char *)&child - 590 * 1024;
        break;
    case 6:
        child = grandchild(number);
        break;
    case 7: /* another mapping where the parent has one of its own */
        more = mmap(kept, 2 * Page, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        must("mmap", more == MAP_FAILED ? -1 : 0);
        more[Page] = 'm';
        break;
    case 8: /* the file's own page again, another one changed */
        must("madvise", madvise(file + Page, Page, MADV_DONTNEED));
        file[2 * Page] = 'w';
        wiped[Page] = 'v';
        break;
    default:
        break;
    }
    one_more_is_idle();
    application_wait();

    check_data(who);
    unsigned char there;
    expect(number % Deeds == 7 || mincore(kept, Page, &there) != 0,
           "%s: memory of its parent's alone (MADV_DONTFORK) is there", who);
    expect_equal("memory that is wiped on fork", 0, wiped[0]);
    expect_equal("a page of it written since", number % Deeds == 8 ? 'v' : 0, wiped[Page]);
    expect_equal("the file's first page", 'f', file[0]);
    expect_equal("a page changed by the parent", number % Deeds == 8 ? 'f' : 'p', file[Page]);
    expect_equal("a page changed by a worker", number % Deeds == 8 ? 'w' : 'f', file[2 * Page]);
    shared[Page + number] = (char)(number + 1);
    if (number % Deeds == 3) {
        /* Reading into it fails if it may not be written (read(2), EFAULT). */
        int zero = (int)must("open", open("/dev/zero", O_RDONLY | O_CLOEXEC));
        expect(read(zero, data + 5 * Page, 1) < 0 && errno == EFAULT,
               "%s: a read-only page can be written", who);
    }
    if (number % Deeds == 4) {
        expect_equal("the heap", 'h', heap[6 * Page]);
        must("sbrk", sbrk(Page) == (void *)-1 ? -1 : 0);
    }
    if (number % Deeds == 5) {
        expect(stack < (char *)&child &&
                   mincore((void *)((size_t)stack & ~(size_t)4095), Page, &there) == 0,
               "%s: the stack is not as deep as it was", who);
        expect_equal("the depth now", 1200, deep(1200));
    }
    if (number % Deeds == 7) {
        expect_equal("a page mapped since", 'm', more[Page]);
        expect_equal("another one", 0, more[0]);
    }
    if (child != 0) {
        int status = 0;
        expect(wait(&status) > 0, "%s: there is no grandchild", who);
        expect_equal("the grandchild's status", 0, status);
    }
    put(12, number); /* must not be seen by anyone else */
    _exit(application_failures != 0);
}

int main(int count, char **arguments)
{
    pages = (size_t)(count > 1 ? atoi(arguments[1]) : 1) << 20 >> 12;
    int workers = count > 2 ? atoi(arguments[2]) : Deeds;
    pages = pages < Least ? Least : pages;
    data = map(pages * Page, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    versions = map(pages * sizeof *versions, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    for (size_t page = 0; page < pages; page++) {
        put(page, 1);
    }
    int fd =
        (int)must("open", open(application_path("mapped"), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    for (int page = 0; page < 4; page++) {
        must("pwrite", pwrite(fd, "f", 1, page * Page));
    }
    must("ftruncate", ftruncate(fd, 4 * Page));
    file = map(4 * Page, MAP_PRIVATE, fd);
    close(fd);
    file[Page] = 'p';
    kept = map(2 * Page, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    strcpy(kept, "kept");
    must("madvise", madvise(kept, 2 * Page, MADV_DONTFORK));
    wiped = map(2 * Page, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    strcpy(wiped, "wiped");
    must("madvise", madvise(wiped, 2 * Page, MADV_WIPEONFORK));
    shared = map(2 * Page, MAP_SHARED | MAP_ANONYMOUS, -1);
    heap = sbrk(Page);

    int idle = 0;
    for (int i = 0; i < workers; i++) {
        idle += i % Deeds == 6 ? 2 : 1;
        if (must("fork", fork()) == 0) {
            work(i);
        }
    }
    put(6, 7); /* the parent writes as well */
    wait_until_idle(idle);
    application_ready();
    application_wait();

    check_data("the parent");
    expect_text("memory kept from children", "kept", kept);
    expect_text("memory that is wiped in children", "wiped", wiped);
    expect_equal("a page of the file that was changed", 'p', file[Page]);
    for (int i = 0; i < workers; i++) {
        int status = 0;
        /* Any of them: after a restart they may have other pids. */
        expect(wait(&status) > 0, "there are fewer workers than %d", workers);
        expect_equal("the status of a worker", 0, status);
    }
    for (int i = 0; i < workers; i++) {
        expect_equal("what it wrote for all to see", i + 1, (unsigned char)shared[Page + i]);
    }
    expect_equal("a page that workers have written meanwhile", 1, versions[12]);
    check_data("the parent, afterwards");
    return application_verdict();
}
