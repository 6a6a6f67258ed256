/* What the kernel keeps beside the mappings: arguments, environment, auxv, the exe link, the vdso.
 */
#include "application.h"

#include <sys/auxv.h>
#include <sys/prctl.h>

typedef struct {
    char bytes[20000];
    ssize_t length;
} text;

static text read_text(const char *path)
{
    text got = {.length = 0};
    int fd = (int)must(path, open(path, O_RDONLY | O_CLOEXEC));
    ssize_t part;
    while ((part = read(fd, got.bytes + got.length, sizeof got.bytes - (size_t)got.length - 1)) >
           0) {
        got.length += part;
    }
    close(fd);
    return got;
}

static void expect_same(const char *path, const text *before)
{
    text now = read_text(path);
    expect(before->length == now.length &&
               memcmp(before->bytes, now.bytes, (size_t)now.length) == 0,
           "%s: other bytes than before", path);
}

static text exe_link(void)
{
    text got = {.length = 0};
    got.length = readlink("/proc/self/exe", got.bytes, sizeof got.bytes - 1);
    must("readlink", got.length);
    return got;
}

int main(void)
{
    static text command_line, environment, vectors, executable;
    command_line = read_text("/proc/self/cmdline");
    environment = read_text("/proc/self/environ");
    vectors = read_text("/proc/self/auxv");
    executable = exe_link();
    unsigned long vdso = getauxval(AT_SYSINFO_EHDR);
    int thp = prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0);

    application_ready();
    application_wait();

    expect_same("/proc/self/cmdline", &command_line);
    expect_same("/proc/self/environ", &environment);
    expect_same("/proc/self/auxv", &vectors);
    if (geteuid() == 0) { /* an ordinary user cannot set the link */
        expect_text("/proc/self/exe", executable.bytes, exe_link().bytes);
    }
    if (vdso) {
        expect(memcmp((const void *)vdso, "\177ELF", 4) == 0, "no vdso at %lx", vdso);
    }
    struct timespec now;
    expect_equal("clock_gettime, by way of the vdso", 0, clock_gettime(CLOCK_MONOTONIC, &now));
    expect_equal("PR_GET_THP_DISABLE", thp, prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    return application_verdict();
}
