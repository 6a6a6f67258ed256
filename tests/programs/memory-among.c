/* Memory that several processes have mapped: anonymous, a memfd, a file of /dev/shm, a file; one
 * object each, seen by all of them. And what processes wait for in such memory: a condition, a
 * semaphore, a mutex, and a robust mutex whose owner will die.
 *
 *     memory-among [unprivileged]     without what a user cannot save or what knows thread ids: a
 * robust mutex */
#include "application.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { Page = 4096, Length = 4 * Page, Objects = 4, Most = 5 };

struct meeting {
    pthread_mutex_t mutex, locked, robust;
    pthread_cond_t changed;
    sem_t semaphore;
    bool go;
    int held; /* by whom the robust mutex is held */
};

static const char *names[Objects] = {"anonymous memory", "the memfd", "the file of /dev/shm",
                                     "the file"};
static char *objects[Objects];
static struct meeting *meeting;

static char *map(int fd, off_t offset)
{
    char *at = mmap(NULL, Length, PROT_READ | PROT_WRITE, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0),
                    fd, offset);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

/* Waits until a child sleeps in futex(2). */
static void await_futex(pid_t pid)
{
    char path[64], text[8] = "";
    snprintf(path, sizeof path, "/proc/%d/syscall", pid);
    while (strncmp(text, "202 ", 4) != 0) {
        int fd = (int)must("open", open(path, O_RDONLY | O_CLOEXEC));
        ssize_t got = read(fd, text, sizeof text - 1);
        close(fd);
        if (got < 0 && errno == EPERM) { /* of another user: cannot be, but do not wait for ever */
            must("read", -1);
        }
        application_sleep(1);
    }
}

/* Everybody writes a place of its own in every object, and everybody's is seen by the parent. */
static void sign(int number)
{
    for (int i = 0; i < Objects; i++) {
        expect_equal(names[i], 'p', objects[i][0]);
        objects[i][Page + number] = (char)('a' + number);
    }
}

static void sleep_and_sign(int number, int memfd, const char *shm)
{
    if (number == 1) { /* other mappings of the same objects, at other addresses */
        char *old = objects[1];
        objects[1] = map(memfd, 0);
        must("munmap", munmap(old, Length));
        int fd = (int)must("open", open(shm, O_RDWR | O_CLOEXEC));
        objects[2] = map(fd, 0);
        close(fd);
    } else {
        close(memfd);
    }
    switch (number) {
    case 0:
        pthread_mutex_lock(&meeting->mutex);
        while (!meeting->go) {
            pthread_cond_wait(&meeting->changed, &meeting->mutex);
        }
        pthread_mutex_unlock(&meeting->mutex);
        break;
    case 1:
        expect_equal("waiting for the semaphore", 0, sem_wait(&meeting->semaphore));
        break;
    case 2:
        expect_equal("waiting for the mutex", 0, pthread_mutex_lock(&meeting->locked));
        pthread_mutex_unlock(&meeting->locked);
        break;
    case 3:
        expect_equal("taking the robust mutex", 0, pthread_mutex_lock(&meeting->robust));
        meeting->held = 1;
        application_wait();
        break; /* dies with it */
    default:
        expect_equal("waiting for the robust mutex", EOWNERDEAD,
                     pthread_mutex_lock(&meeting->robust));
        expect_equal("repairing it", 0, pthread_mutex_consistent(&meeting->robust));
        pthread_mutex_unlock(&meeting->robust);
        break;
    }
    sign(number);
    _exit(application_failures != 0);
}

static void prepare(void)
{
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&meeting->mutex, &shared);
    pthread_mutex_init(&meeting->locked, &shared);
    pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&meeting->robust, &shared);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&meeting->changed, &condition);
    must("sem_init", sem_init(&meeting->semaphore, 1, 0));
    pthread_mutex_lock(&meeting->locked);
}

int main(int count, char **arguments)
{
    (void)arguments;
    int children = count > 1 ? 3 : Most;
    char shm[64];
    snprintf(shm, sizeof shm, "/dev/shm/blcr-among-%d", getpid());
    int memfd = (int)must("memfd_create", memfd_create("among", MFD_CLOEXEC));
    int fd = (int)must("open", open(shm, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    int file =
        (int)must("open", open(application_path("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    must("ftruncate", ftruncate(memfd, Length) | ftruncate(fd, Length) | ftruncate(file, Length));
    objects[0] = map(-1, 0);
    objects[1] = map(memfd, 0);
    objects[2] = map(fd, 0);
    objects[3] = map(file, 0);
    close(fd);
    close(file);
    meeting = (struct meeting *)(void *)(objects[0] + 2 * Page);
    prepare();
    for (int i = 0; i < Objects; i++) {
        objects[i][0] = 'p';
    }
    for (int i = 0; i < children; i++) {
        pid_t pid = (pid_t)must("fork", fork());
        if (pid == 0) {
            sleep_and_sign(i, memfd, shm);
        }
        if (i != 3) {
            await_futex(pid);
        }
        while (i == 3 && !*(volatile int *)&meeting->held) {
            application_sleep(1);
        }
    }
    close(memfd);
    application_ready();
    application_wait();

    pthread_mutex_lock(&meeting->mutex);
    meeting->go = true;
    pthread_cond_signal(&meeting->changed);
    pthread_mutex_unlock(&meeting->mutex);
    sem_post(&meeting->semaphore);
    pthread_mutex_unlock(&meeting->locked);
    for (int i = 0; i < children; i++) {
        int status = 0;
        expect(wait(&status) > 0, "there are fewer processes than %d", children);
        expect_equal("the status of a process", 0, status);
    }
    for (int i = 0; i < Objects; i++) {
        for (int number = 0; number < children; number++) {
            expect_equal(names[i], 'a' + number, objects[i][Page + number]);
        }
    }
    expect_equal("removing the file of /dev/shm", 0, unlink(shm));
    return application_verdict();
}
