/* So much memory that two threads of the tool move it: neighbouring pages, every second page, pages
 * it may not read, pages it may only write.
 */
#include "application.h"

#include <stdint.h>
#include <sys/mman.h>

enum { page = 4096, close_by = 80 << 20, scattered = 32 << 20, closed = 3 << 20 };

static uint64_t value_of(size_t offset)
{
    return (offset + 1) * 0x9e3779b97f4a7c15u;
}

/* Every 512th byte, so that a page that is out of place is found, in little time. */
static unsigned char *filled(size_t length, size_t step, int protection)
{
    unsigned char *start = mmap(NULL, length, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must("mmap", start == MAP_FAILED ? -1 : 0);
    for (size_t at = 0; at < length; at += step) {
        for (size_t word = 0; word < page; word += 512) {
            uint64_t value = value_of(at + word);
            memcpy(start + at + word, &value, sizeof value);
        }
    }
    must("mprotect", mprotect(start, length, protection));
    return start;
}

static void check(const char *what, unsigned char *start, size_t length, size_t step)
{
    must("mprotect", mprotect(start, length, PROT_READ));
    for (size_t at = 0; at < length; at += page) {
        for (size_t word = 0; word < page; word += 512) {
            uint64_t now;
            memcpy(&now, start + at + word, sizeof now);
            if (!expect(now == (at % step == 0 ? value_of(at + word) : 0),
                        "%s: another value at byte %zu", what, at + word)) {
                return;
            }
        }
    }
}

/* What was left open in the process, the context file before all, would have taken this number. */
static int lowest_free_descriptor(void)
{
    int lowest = (int)must("dup", dup(0));
    close(lowest);
    return lowest;
}

int main(void)
{
    unsigned char *plain = filled(close_by, page, PROT_READ | PROT_WRITE);
    unsigned char *holes = filled(scattered, 2 * (size_t)page, PROT_READ | PROT_WRITE);
    unsigned char *forbidden = filled(closed, page, PROT_NONE);
    unsigned char *write_only = filled(closed, page, PROT_WRITE);
    int free_descriptor = lowest_free_descriptor();

    application_ready();
    application_wait();

    expect_equal("the lowest free descriptor", free_descriptor, lowest_free_descriptor());
    check("neighbouring pages", plain, close_by, page);
    check("every second page", holes, scattered, 2 * (size_t)page);
    check("closed pages", forbidden, closed, page);
    check("pages for writing only", write_only, closed, page);
    return application_verdict();
}
