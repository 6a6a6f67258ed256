/*
 * Shared memory and semaphores with names (shm_open, sem_open): open and mapped, only mapped, a semaphore with a sleeper. A
 * number in the memory grows all the time by one, and its double elsewhere: what is brought back must belong together.
 */
#include "application.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { Page = 4096, Pages = 300 };

static sem_t *gate;
static volatile long *numbers;

static char *name(const char *of)
{
    static char text[4][64];
    static int next, pid;
    pid = pid ? pid : getpid(); /* it may be another one after a restart */
    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[next], "/blcr-test-%d-%s", pid, of);
    return text[next];
}

static char *map(int fd, int protection)
{
    char *at = mmap(NULL, Pages * Page, protection, MAP_SHARED, fd, 0);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

static int make(const char *of)
{
    int fd = (int)must("shm_open", shm_open(name(of), O_RDWR | O_CREAT | O_EXCL, 0640));
    must("ftruncate", ftruncate(fd, Pages * Page));
    return fd;
}

static void *sleeper(void *unused)
{
    expect_equal("sem_wait", 0, sem_wait(gate));
    return unused;
}

int main(void)
{
    char path[128];
    snprintf(path, sizeof path, "/dev/shm%s", name("open"));
    int fd = make("open");
    char *open_one = map(fd, PROT_READ | PROT_WRITE), *reader = map(fd, PROT_READ);
    int closed = make("mapped");
    numbers = (volatile long *)map(closed, PROT_READ | PROT_WRITE);
    close(closed);
    strcpy(open_one + 200 * Page, "in a page far from the beginning");
    gate = sem_open(name("gate"), O_CREAT | O_EXCL, 0600, 0);
    sem_t *counter = sem_open(name("counter"), O_CREAT | O_EXCL, 0600, 5);
    must("sem_open", gate == SEM_FAILED || counter == SEM_FAILED ? -1 : 0);
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);

    application_ready();
    while (!application_judged()) {
        numbers[0]++;
        numbers[Pages * Page / sizeof(long) - 1] = 2 * numbers[0];
        for (int i = 0; i < 1000; i++) {
            expect_equal("the double", 2 * numbers[0], numbers[Pages * Page / sizeof(long) - 1]);
        }
    }

    struct stat status, there;
    must("fstat", fstat(fd, &status));
    expect_equal("size", Pages * Page, status.st_size);
    expect_equal("mode", 0640, status.st_mode & 0777);
    expect(stat(path, &there) == 0 && there.st_ino == status.st_ino, "its name leads elsewhere");
    expect_text("what is in it", "in a page far from the beginning", reader + 200 * Page);
    expect_equal("a hole", 0, reader[100 * Page]);
    strcpy(open_one, "seen");
    expect_text("at the other address", "seen", reader);
    expect_equal("written all the time", 2 * numbers[0], numbers[Pages * Page / sizeof(long) - 1]);

    int value = 0;
    must("sem_getvalue", sem_getvalue(counter, &value));
    expect_equal("the counter", 5, value);
    sem_t *same = sem_open(name("gate"), 0);
    must("sem_open", same == SEM_FAILED ? -1 : 0);
    must("sem_post", sem_post(same));
    pthread_join(thread, NULL);
    must("shm_unlink", shm_unlink(name("open")) | shm_unlink(name("mapped")));
    must("sem_unlink", sem_unlink(name("gate")) | sem_unlink(name("counter")));
    return application_verdict();
}
