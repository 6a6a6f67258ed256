/* Another root directory, below the folder; the working directory is in it. Takes root. */
#include "application.h"

#include <sys/stat.h>

int main(void)
{
    if (geteuid() != 0) {
        application_ready();
        application_wait();
        return application_verdict();
    }
    int outside = (int)must("open", open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    int folder = (int)must("open", open(application_folder(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    must("mkdirat", mkdirat(folder, "jail", 0755));
    must("mkdirat", mkdirat(folder, "jail/inside", 0755));
    application_ready();
    must("fchdir", fchdir(folder));
    must("chroot", chroot("jail"));
    must("chdir", chdir("/inside"));
    close((int)must("openat", openat(folder, "jailed", O_CREAT | O_WRONLY | O_CLOEXEC, 0644)));

    for (int i = 0; getenv("BLCR_TEST_DIR") ? faccessat(folder, "judge", F_OK, 0) != 0 : i < 20;
         i++) {
        application_sleep(10);
    }
    char where[PATH_MAX];
    const char *now = getcwd(where, sizeof where) ? where : strerror(errno);
    bool inside = access("/inside", F_OK) == 0 && access("/proc", F_OK) != 0;
    must("fchdir", fchdir(outside));
    must("chroot", chroot("."));
    must("fchdir", fchdir(folder));
    expect_text("working directory", "/inside", now);
    expect(inside, "the root directory is another one");
    return application_verdict();
}
