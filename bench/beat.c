/*
 * beat FILE MIB [PROCESSES]: so many megabytes of touched anonymous memory, no two pages alike, and
 * a counter in a shared mapping of FILE that goes up all the time: whoever maps the file sees that
 * it runs. With PROCESSES the first one has children, which end with it, and the last-born counts.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int fd = argc >= 3 ? open(argv[1], O_RDWR) : -1;
    int children = argc == 4 ? atoi(argv[3]) - 1 : 0;
    size_t words = argc >= 3 ? (size_t)atol(argv[2]) << 17 : 0;
    atomic_ulong *counter = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    uint64_t *memory =
        mmap(NULL, words * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (counter == MAP_FAILED || memory == MAP_FAILED) {
        return 1;
    }
    close(fd);
    for (size_t i = 0; i < words; i++) {
        uint64_t x = (i + 1) * 0x9e3779b97f4a7c15U;
        memory[i] = x ^ (x >> 29);
    }
    for (int i = 0; i < children; i++) {
        pid_t child = fork();
        if (child < 0) {
            return 1;
        }
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            children = i == children - 1 ? 0 : 1;
            break;
        }
    }
    while (children > 0) {
        pause();
    }
    for (;;) {
        atomic_fetch_add(counter, 1);
        nanosleep(&(struct timespec){0, 100000}, NULL);
    }
}
