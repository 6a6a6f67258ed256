/*
 * Open files whose names have changed since: renamed, moved with their folder, opened by one of two
 * names that is gone, replaced by another file of the same name. Each is the same file still, also
 * for a child that shares the description.
 */
#include "application.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int make(const char *name)
{
    int fd =
        (int)must(name, open(application_path(name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    must("write", write(fd, name, strlen(name)));
    return fd;
}

static void move(const char *from, const char *to)
{
    char old[PATH_MAX];
    snprintf(old, sizeof old, "%s", application_path(from));
    must("rename", rename(old, application_path(to)));
}

static void give_another_name(const char *name, const char *another)
{
    char old[PATH_MAX];
    snprintf(old, sizeof old, "%s", application_path(name));
    unlink(application_path(another));
    must("link", link(old, application_path(another)));
}

/* What the file was when it was opened, and where it is to be found; NULL: nowhere. */
static void expect_file(const char *original, int fd, off_t at, const char *path, nlink_t links)
{
    char seen[100] = "";
    struct stat open_one, named;
    must("fstat", fstat(fd, &open_one));
    expect_equal("position", at, lseek(fd, 0, SEEK_CUR));
    must("pread", pread(fd, seen, sizeof seen - 1, 0));
    expect_text("content", original, seen);
    expect_equal(original, (long long)links, (long long)open_one.st_nlink);
    if (path) {
        must(path, stat(application_path(path), &named));
        expect(named.st_dev == open_one.st_dev && named.st_ino == open_one.st_ino,
               "%s is another file than %s", path, original);
    }
}

int main(void)
{
    int renamed = make("renamed");
    move("renamed", "has-a-new-name");
    mkdir(application_path("folder"), 0755);
    int moved = make("folder/moved");
    move("folder", "moved-folder");
    int linked = make("linked");
    give_another_name("linked", "other-link");
    must("unlink", unlink(application_path("linked")));
    int replaced = make("replaced");
    close(make("replacement"));
    give_another_name("replaced", "was-replaced");
    move("replacement", "replaced");
    int mapped = make("mapped");
    must("ftruncate", ftruncate(mapped, 4096));
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mapped, 0);
    must("mmap", page == MAP_FAILED ? -1 : 0);
    give_another_name("mapped", "mapped-too");
    must("unlink", unlink(application_path("mapped")));
    lseek(renamed, 3, SEEK_SET);
    pid_t child = (pid_t)must("fork", fork());
    if (child == 0) {
        application_wait();
        lseek(renamed, 1, SEEK_CUR);
        page[10] = '!';
        _exit(0);
    }

    application_ready();
    application_wait();

    int status = -1;
    expect_equal("waitpid", child, waitpid(child, &status, 0));
    expect_equal("the status of the child", 0, status);
    expect_file("renamed", renamed, 4, "has-a-new-name", 1);
    expect_file("folder/moved", moved, 12, "moved-folder/moved", 1);
    expect_file("linked", linked, 6, "other-link", 1);
    expect_file("replaced", replaced, 8, "was-replaced", 1);
    expect_equal("the mapped page", '!', page[10]);
    int again = (int)must("open", open(application_path("mapped-too"), O_RDONLY | O_CLOEXEC));
    char seen = 0;
    expect_equal("reading the mapped file", 1, pread(again, &seen, 1, 10));
    expect_equal("what the child wrote through the mapping", '!', seen);
    return application_verdict();
}
