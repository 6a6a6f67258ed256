/* Private memory of every sort: heap, stack, a huge reserve, pages nobody may touch, code made at
 * run time, a heap in pieces; and heap and stack grow afterwards. */
#include "application.h"

#include <stdint.h>
#include <sys/mman.h>

enum { Page = 4096, Pieces = 4000, DeepFrames = 100 };
static const size_t Reserve = 256UL << 30;

static unsigned char *map(size_t length, int protection, int flags)
{
    void *at = mmap(NULL, length, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

static void fill(unsigned char *page, unsigned seed)
{
    for (unsigned i = 0; i < Page; i++) {
        page[i] = (unsigned char)(seed * 31 + i * 7 + (i >> 8));
    }
}

static void check(const char *what, const unsigned char *page, unsigned seed)
{
    unsigned char wanted[Page];
    fill(wanted, seed);
    expect(memcmp(wanted, page, Page) == 0, "%s, page %u: other bytes than before", what, seed);
}

/* Goes deeper into the stack than anything before, and comes back. */
static unsigned deep(unsigned frames)
{
    volatile unsigned char frame[Page];
    frame[0] = (unsigned char)frames;
    unsigned below = frames ? deep(frames - 1) : 0;
    return below + frame[0];
}

static bool readable(const void *at)
{
    int ends[2];
    must("pipe", pipe(ends));
    bool fine = write(ends[1], at, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return fine;
}

int main(void)
{
    unsigned char *reserve = map(Reserve, PROT_NONE, MAP_NORESERVE);
    unsigned char *middle = reserve + Reserve / 2;
    must("mprotect", mprotect(middle, 3 * Page, PROT_READ | PROT_WRITE));
    fill(middle, 1);
    fill(middle + 2 * Page, 2);
    must("mprotect", mprotect(middle + 2 * Page, Page, PROT_NONE));

    unsigned char *pieces = map((size_t)Pieces * 2 * Page, PROT_READ | PROT_WRITE, 0);
    for (unsigned i = 0; i < Pieces; i++) {
        fill(pieces + (size_t)i * 2 * Page, i);
    }
    unsigned char *read_only = map(Page, PROT_READ | PROT_WRITE, 0);
    fill(read_only, 3);
    must("mprotect", mprotect(read_only, Page, PROT_READ));

    static const unsigned char answer[] = {0xb8, 42, 0, 0, 0, 0xc3}; /* mov eax, 42; ret */
    unsigned char *code = map(Page, PROT_READ | PROT_WRITE, 0);
    memcpy(code, answer, sizeof answer);
    must("mprotect", mprotect(code, Page, PROT_READ | PROT_EXEC));

    unsigned char *heap = sbrk(3 * Page + 100);
    fill(heap, 4);
    unsigned char *brk_before = sbrk(0);
    unsigned depth_before = deep(DeepFrames / 10);

    application_ready();
    application_wait();

    check("reserve", middle, 1);
    check("pieces of a heap: none", pieces, 0);
    expect(!readable(middle + 2 * Page), "a page without rights can be read now");
    must("mprotect", mprotect(middle + 2 * Page, Page, PROT_READ));
    check("page without rights", middle + 2 * Page, 2);
    for (unsigned i = 0; i < Pieces; i++) {
        check("pieces", pieces + (size_t)i * 2 * Page, i);
        expect_equal("a byte between the pieces", 0, pieces[(size_t)(i * 2 + 1) * Page]);
    }
    check("read-only page", read_only, 3);
    unsigned answered = 0;
    __asm__ volatile("call *%1" : "=a"(answered) : "r"(code) : "memory", "cc");
    expect_equal("what code made at run time answers", 42, answered);

    check("heap", heap, 4);
    expect_equal("the program break", (long long)brk_before, (long long)sbrk(0));
    unsigned char *more = sbrk(100 * Page);
    expect_equal("where the heap grows", (long long)brk_before, (long long)more);
    fill(more, 5);
    check("new heap", more, 5);
    expect_equal("the stack, as deep as before", depth_before, deep(DeepFrames / 10));
    expect(deep(DeepFrames) > 0, "the stack does not grow");
    return application_verdict();
}
