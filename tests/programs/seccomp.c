/* Seccomp filters: a call they forbid fails as before. With "strict", a thread in strict mode
 * beside them; with "killing", a filter that kills: those are refused. */
#include "application.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static int to_strict[2], from_strict[2];

static void forbid(unsigned number, unsigned action)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    must("seccomp",
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &program));
}

/* In strict mode only read, write, exit and rt_sigreturn are left. */
static void *strict(void *unused)
{
    (void)unused;
    must("prctl", prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
    char byte = 's';
    if (write(from_strict[1], &byte, 1) != 1) {
        syscall(SYS_exit, 1);
    }
    while (read(to_strict[0], &byte, 1) == 1 && write(from_strict[1], &byte, 1) == 1) {
    }
    syscall(SYS_exit, 0);
    return NULL;
}

static int mode_of(pid_t tid)
{
    char path[64], line[256];
    int mode = -1;
    snprintf(path, sizeof path, "/proc/self/task/%d/status", tid);
    FILE *status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status)) {
        if (sscanf(line, "Seccomp: %d", &mode) == 1) {
            break;
        }
    }
    if (status) {
        fclose(status);
    }
    return mode;
}

int main(int count, char **arguments)
{
    bool with_strict = count > 1 && strcmp(arguments[1], "strict") == 0;
    if (with_strict) {
        must("pipe", pipe(to_strict));
        must("pipe", pipe(from_strict));
        pthread_t thread;
        must("pthread_create", -pthread_create(&thread, NULL, strict, NULL));
        char byte;
        must("read", read(from_strict[0], &byte, 1)); /* it is in strict mode */
    }
    must("prctl", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    forbid(SYS_getppid, SECCOMP_RET_ERRNO | ENOTNAM);
    forbid(SYS_close_range, SECCOMP_RET_ERRNO | EXFULL);
    forbid(SYS_getpgrp, SECCOMP_RET_ERRNO | EBADE);
    if (count > 1 && strcmp(arguments[1], "killing") == 0) {
        forbid(SYS_pidfd_open, SECCOMP_RET_KILL_PROCESS);
    }
    if (count > 1 && strcmp(arguments[1], "staying") == 0) {
        forbid(SYS_munmap, SECCOMP_RET_ERRNO | EXFULL);
    }

    application_ready();
    application_wait();

    expect_equal("seccomp mode", SECCOMP_MODE_FILTER, mode_of(getpid()));
    expect(syscall(SYS_getppid) == -1 && errno == ENOTNAM, "getppid is allowed");
    expect(syscall(SYS_getpgrp) == -1 && errno == EBADE, "getpgrp is allowed");
    expect(syscall(SYS_close_range, 9, 8, 0) == -1 && errno == EXFULL, "close_range is allowed");
    expect_equal("no_new_privs", 1, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    if (with_strict) {
        char byte = 'x';
        must("write", write(to_strict[1], &byte, 1));
        expect(read(from_strict[0], &byte, 1) == 1 && byte == 'x',
               "the strict thread does not answer");
    }
    return application_verdict();
}
