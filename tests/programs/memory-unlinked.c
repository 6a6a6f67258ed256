/* A program whose executable was deleted while it runs, as an upgrade does: it starts a copy of
 * itself, which removes the copy. */
#include "application.h"

#include <sys/sendfile.h>
#include <sys/stat.h>

static void copy_myself(const char *path)
{
    int from = (int)must("open myself", open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    int to = (int)must("open the copy", open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
    struct stat status;
    must("fstat", fstat(from, &status));
    for (off_t at = 0; at < status.st_size;) {
        must("sendfile", sendfile(to, from, &at, (size_t)(status.st_size - at)));
    }
    close(from);
    close(to);
}

static void read_link(char *to, size_t room)
{
    ssize_t length = must("readlink", readlink("/proc/self/exe", to, room - 1));
    to[length] = 0;
}

int main(int count, char **arguments)
{
    const char *path = application_path("copy");
    if (count == 1) {
        copy_myself(path);
        char again[] = "again";
        must("execv", execv(path, (char *[]){arguments[0], again, NULL}));
    }
    must("unlink", unlink(path));
    static char before[PATH_MAX];
    static char after[PATH_MAX];
    read_link(before, sizeof before);

    application_ready();
    application_wait();

    struct stat status;
    if (geteuid() == 0) { /* an ordinary user cannot set the link */
        read_link(after, sizeof after);
        expect_text("/proc/self/exe", before, after);
        must("stat", stat("/proc/self/exe", &status));
        expect_equal("mode of the executable", 0755, status.st_mode & 07777);
    }
    expect(stat(application_path("copy"), &status) != 0,
           "the deleted executable has its name back");
    return application_verdict();
}
