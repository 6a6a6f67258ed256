/* Settings of threads and of the process that prctl, sched and the like keep: each thread has
 * others. */
#include "application.h"

#include <linux/prctl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static pthread_barrier_t set, judge;

struct settings {
    char name[16];
    int slack, policy, priority, nice, ioprio, persona, death_signal;
    unsigned long cpus;
};

static struct settings read_settings(void)
{
    struct settings now = {0};
    prctl(PR_GET_NAME, now.name);
    now.slack = prctl(PR_GET_TIMERSLACK);
    now.policy = sched_getscheduler(0);
    struct sched_param parameters;
    sched_getparam(0, &parameters);
    now.priority = parameters.sched_priority;
    now.nice = getpriority(PRIO_PROCESS, (id_t)gettid());
    now.ioprio = (int)syscall(SYS_ioprio_get, 1, 0);
    now.persona = personality(0xffffffff);
    prctl(PR_GET_PDEATHSIG, &now.death_signal);
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    sched_getaffinity(0, sizeof cpus, &cpus);
    memcpy(&now.cpus, &cpus, sizeof now.cpus);
    return now;
}

static void compare(const struct settings *then)
{
    struct settings now = read_settings();
    expect_text("name", then->name, now.name);
    expect_equal("timer slack", then->slack, now.slack);
    expect_equal("policy", then->policy, now.policy);
    expect_equal("priority", then->priority, now.priority);
    expect_equal("nice", then->nice, now.nice);
    expect_equal("I/O priority", then->ioprio, now.ioprio);
    expect_equal("personality", then->persona, now.persona);
    expect_equal("parent-death signal", then->death_signal, now.death_signal);
    expect_equal("CPUs", (long long)then->cpus, (long long)now.cpus);
}

static void *thread_main(void *unused)
{
    (void)unused;
    prctl(PR_SET_NAME, "odd \xff name");
    prctl(PR_SET_TIMERSLACK, 123456UL);
    setpriority(PRIO_PROCESS, (id_t)gettid(), 7);
    sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
    syscall(SYS_ioprio_set, 1, 0, 3 << 13);
    personality(ADDR_NO_RANDOMIZE);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);
    struct settings then = read_settings();
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&judge);
    compare(&then);
    return NULL;
}

int main(void)
{
    if (geteuid() == 0) {
        sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &(struct sched_param){3});
    }
    pthread_t thread;
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&judge, NULL, 2);
    must("pthread_create", -pthread_create(&thread, NULL, thread_main, NULL));
    prctl(PR_SET_PDEATHSIG, 10);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(65 /* PR_SET_MDWE, Linux 6.3 */, 1, 0, 0, 0);
    int denied = prctl(66 /* PR_GET_MDWE */, 0, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, geteuid() == 0 ? 0 : 1);
    struct rlimit files, core;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = 77;
    setrlimit(RLIMIT_NOFILE, &files);
    core = (struct rlimit){4096, 8192};
    setrlimit(RLIMIT_CORE, &core);
    must("mkdir", mkdir(application_path("somewhere"), 0777) < 0 && errno != EEXIST ? -1 : 0);
    must("chdir", chdir(application_path("somewhere")));
    umask(0137);
    char where[PATH_MAX], there[PATH_MAX];
    must("getcwd", getcwd(where, sizeof where) ? 0 : -1);
    pthread_barrier_wait(&set);
    struct settings then = read_settings();

    /* Alone, the folder was relative. */
    if (!getenv("BLCR_TEST_DIR")) {
        must("chdir", chdir(".."));
    }
    application_ready();
    application_wait();
    if (!getenv("BLCR_TEST_DIR")) {
        must("chdir", chdir("somewhere"));
    }

    compare(&then);
    pthread_barrier_wait(&judge);
    pthread_join(thread, NULL);
    int subreaper = 0;
    prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    expect_equal("child subreaper", 1, subreaper);
    expect_equal("deny write and execute", denied, prctl(66, 0, 0, 0, 0));
    expect_equal("dumpable", geteuid() == 0 ? 0 : 1, prctl(PR_GET_DUMPABLE));
    expect_equal("umask", 0137, umask(0));
    struct rlimit now;
    getrlimit(RLIMIT_NOFILE, &now);
    expect_equal("RLIMIT_NOFILE", 77, (long long)now.rlim_cur);
    expect_equal("hard RLIMIT_NOFILE", (long long)files.rlim_max, (long long)now.rlim_max);
    getrlimit(RLIMIT_CORE, &now);
    expect_equal("RLIMIT_CORE", 4096, (long long)now.rlim_cur);
    expect_equal("hard RLIMIT_CORE", 8192, (long long)now.rlim_max);
    must("getcwd", getcwd(there, sizeof there) ? 0 : -1);
    expect_text("working directory", where, there);
    if (!getenv("BLCR_TEST_DIR")) {
        must("chdir", chdir(".."));
    }
    return application_verdict();
}
