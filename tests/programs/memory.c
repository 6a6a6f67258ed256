/*
 * So many megabytes of anonymous memory, touched, with contents no compressor shortens:
 * `memory 2048`. It compares them when it is judged.
 */
#include "application.h"

#include <stdint.h>
#include <sys/mman.h>

static uint64_t word_of(uint64_t place)
{
    uint64_t x = (place + 1) * 0x9e3779b97f4a7c15U;
    return x ^ (x >> 29);
}

int main(int argc, char **argv)
{
    size_t words = (argc > 1 ? (size_t)atol(argv[1]) : 10) << 17;
    uint64_t *memory =
        mmap(NULL, words * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must("mmap", memory == MAP_FAILED ? -1 : 0);
    for (size_t i = 0; i < words; i++) {
        memory[i] = word_of(i);
    }
    application_ready();
    application_wait();
    for (size_t i = 0; i < words; i++) {
        if (!expect(memory[i] == word_of(i), "word %zu: expected %llx, seen %llx", i,
                    (unsigned long long)word_of(i), (unsigned long long)memory[i])) {
            break;
        }
    }
    return application_verdict();
}
