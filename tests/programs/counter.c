/* One thread that computes: a chain of numbers on the heap in which every link depends on all
 * before it. */
#include "application.h"

#include <stdint.h>

enum { Links = 1 << 16 };

static uint64_t next_link(uint64_t link)
{
    link ^= link << 13;
    link ^= link >> 7;
    link ^= link << 17;
    return link;
}

int main(void)
{
    uint64_t *chain = malloc(Links * sizeof *chain);
    if (!chain) {
        return 98;
    }
    chain[0] = 88172645463325252U;
    for (size_t i = 1; i < Links; i++) {
        chain[i] = next_link(chain[i - 1]);
    }

    application_ready();

    unsigned long rounds = 0;
    while (!application_judged()) {
        size_t at = rounds % (Links - 1);
        if (!expect(chain[at + 1] == next_link(chain[at]), "link %zu: expected %llx, seen %llx",
                    at + 1, (unsigned long long)next_link(chain[at]),
                    (unsigned long long)chain[at + 1])) {
            break;
        }
        rounds++;
        if (rounds % 1000 == 0) {
            application_sleep(1);
        }
    }

    for (size_t i = 1; i < Links; i++) {
        if (!expect(chain[i] == next_link(chain[i - 1]), "link %zu is wrong at the end", i)) {
            break;
        }
    }
    free(chain);
    return application_verdict();
}
