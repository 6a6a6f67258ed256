/* Started by root: threads with different ids, groups, capabilities and secure bits. */
#include "application.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static pthread_barrier_t set, judge;

/* The lines of status that tell credentials; secure bits behind them. */
static void read_all(char *text, size_t size)
{
    char path[64], line[4096];
    size_t length = 0;
    snprintf(path, sizeof path, "/proc/thread-self/status");
    FILE *status = fopen(path, "re");
    must("status", status ? 0 : -1);
    while (fgets(line, sizeof line, status)) {
        static const char *const names[] = {
            "Uid:",    "Gid:",    "Groups:", "CapInh:",    "CapPrm:",
            "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (strncmp(line, names[i], strlen(names[i])) == 0) {
                length += (size_t)snprintf(text + length, size - length, "%s", line);
            }
        }
    }
    fclose(status);
    snprintf(text + length, size - length, "securebits %d, dies with %d", prctl(PR_GET_SECUREBITS),
             ({
                 int signal;
                 prctl(PR_GET_PDEATHSIG, &signal);
                 signal;
             }));
}

static void capabilities(unsigned long long inheritable, unsigned long long permitted,
                         unsigned long long effective)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(unsigned)effective, (unsigned)permitted, (unsigned)inheritable},
        {(unsigned)(effective >> 32), (unsigned)(permitted >> 32), (unsigned)(inheritable >> 32)},
    };
    must("capset", syscall(SYS_capset, &header, data));
}

/* A daemon that dropped root: other ids and groups, two capabilities kept, one of them ambient. */
static void become_daemon(void)
{
    gid_t groups[] = {7, 5, 1000};
    must("setgroups", syscall(SYS_setgroups, 3, groups));
    must("setresgid", syscall(SYS_setresgid, 1234, 1235, 1236));
    must("bounding", prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT));
    must("keepcaps", prctl(PR_SET_KEEPCAPS, 1));
    must("setresuid", syscall(SYS_setresuid, 2345, 2346, 2347));
    capabilities(1ULL << CAP_NET_RAW, 1ULL << CAP_NET_RAW | 1ULL << CAP_CHOWN, 1ULL << CAP_CHOWN);
    must("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0));
    prctl(PR_SET_PDEATHSIG, 12);
}

/* Root that looks at files as somebody else, with locked secure bits. */
static void become_server(void)
{
    must("securebits", prctl(PR_SET_SECUREBITS,
                             SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE));
    syscall(SYS_setfsgid, 77);
    syscall(SYS_setfsuid, 88);
}

static void *thread_main(void *become)
{
    ((void (*)(void))(intptr_t)become)();
    char then[8192], now[8192];
    read_all(then, sizeof then);
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&judge);
    read_all(now, sizeof now);
    expect_text("credentials", then, now);
    return NULL;
}

int main(void)
{
    if (geteuid() != 0) {
        application_ready();
        application_wait();
        return application_verdict();
    }
    pthread_t threads[3];
    pthread_barrier_init(&set, NULL, 3);
    pthread_barrier_init(&judge, NULL, 3);
    must("pthread_create",
         -pthread_create(&threads[0], NULL, thread_main, (void *)(intptr_t)become_daemon));
    must("pthread_create",
         -pthread_create(&threads[1], NULL, thread_main, (void *)(intptr_t)become_server));
    pthread_barrier_wait(&set);
    application_ready();
    application_wait();
    pthread_barrier_wait(&judge);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    return application_verdict();
}
