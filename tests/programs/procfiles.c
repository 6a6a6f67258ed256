/*
 * Files of /proc and /sys: of the program itself, of one of its threads, of its child, of nobody.
 * Ids may change, the files are still those of the same processes.
 */
#include "application.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static atomic_int thread_id;
static atomic_bool over;

static void *idle(void *nothing)
{
    prctl(PR_SET_NAME, "my thread");
    while (!atomic_load(&over)) {
        atomic_store(&thread_id, gettid());
        application_sleep(5);
    }
    return nothing;
}

static int file(const char *path)
{
    return (int)must(path, open(path, O_RDONLY | O_CLOEXEC));
}

static const char *text_of(int fd)
{
    static char text[8192];
    memset(text, 0, sizeof text);
    must("pread", pread(fd, text, sizeof text - 1, 0));
    return text;
}

static void await_thread(void)
{
    atomic_store(&thread_id, 0);
    for (int i = 0; i < 6000 && atomic_load(&thread_id) == 0; i++) {
        application_sleep(10);
    }
}

int main(void)
{
    pthread_t thread;
    must("pthread_create", -pthread_create(&thread, NULL, idle, NULL));
    await_thread();
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        application_wait();
        while (access(application_path("seen"), F_OK) != 0) {
            application_sleep(5);
        }
        return application_verdict();
    }
    char path[64], line[64];
    int status = file("/proc/self/status"), memory = file("/proc/meminfo");
    int system = file("/sys/kernel/mm/transparent_hugepage/enabled");
    int directory = file("/proc/self/fdinfo");
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", atomic_load(&thread_id));
    int name = file(path);
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    int of_child = file(path);
    char start[100];
    must("read", read(status, start, sizeof start));

    application_ready();
    application_wait();

    expect_equal("offset", sizeof start, lseek(status, 0, SEEK_CUR));
    snprintf(line, sizeof line, "\nPid:\t%d\n", getpid());
    expect(strstr(text_of(status), line) != NULL, "status is not of pid %d: %s", getpid(),
           text_of(status));
    expect_text("name of the thread", "my thread\n", text_of(name));
    int child_now = atoi(text_of(of_child));
    expect(strstr(text_of(of_child), "(procfiles)") != NULL, "stat is not the child's: %s",
           text_of(of_child));
    expect(strncmp(text_of(memory), "MemTotal:", 9) == 0, "meminfo: %s", text_of(memory));
    expect(strstr(text_of(system), "[") != NULL, "a file of /sys: %s", text_of(system));
    char own[64];
    snprintf(own, sizeof own, "%d", directory);
    int information = openat(directory, own, O_RDONLY);
    expect(information >= 0, "fdinfo of the program itself: %s", strerror(errno));
    application_note("seen", "");
    int ended = -1;
    pid_t waited = wait(&ended);
    expect_equal("the child whose stat it is", waited, child_now);
    expect_equal("the child's end", 0, ended);
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    return application_verdict();
}
