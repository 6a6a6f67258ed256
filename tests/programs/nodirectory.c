/* Stands in a directory that has been removed. */
#include "application.h"

#include <sys/stat.h>

int main(void)
{
    char back[PATH_MAX];
    must("getcwd", getcwd(back, sizeof back) ? 0 : -1);
    must("mkdir", mkdir(application_path("removed"), 0777));
    must("chdir", chdir(application_path("removed")));
    must("rmdir", rmdir(getenv("BLCR_TEST_DIR") ? application_path("removed") : "../removed"));
    if (!getenv("BLCR_TEST_DIR")) {
        must("chdir", chdir(back));
    }
    application_ready();
    application_wait();
    return application_verdict();
}
