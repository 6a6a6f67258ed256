/*
 * An inotify instance whose watches have holes in their numbers: a directory, a file that was
 * renamed since, a file to be told about once, a symbolic link itself, a deleted file that is still
 * open.
 */
#include "application.h"

#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>

static int instance;

static int watch(const char *name, uint32_t mask)
{
    return (int)must(name, inotify_add_watch(instance, application_path(name), mask));
}

static int file(const char *name)
{
    return (int)must(name, open(application_path(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static void write_to(const char *name)
{
    int fd = file(name);
    must("write", write(fd, "x", 1));
    close(fd);
}

/* The next event. */
static void expect_event(const char *what, int number, uint32_t mask, const char *name)
{
    char room[sizeof(struct inotify_event) + NAME_MAX + 1] = {0};
    struct inotify_event *event = (struct inotify_event *)room;
    static char queue[8192];
    static ssize_t filled, next;
    if (next >= filled) {
        next = 0;
        filled = read(instance, queue, sizeof queue);
    }
    if (!expect(filled > 0, "%s: no event: %s", what, strerror(errno))) {
        return;
    }
    memcpy(room, queue + next, sizeof *event);
    memcpy(room, queue + next, sizeof *event + event->len);
    next += (ssize_t)(sizeof *event + event->len);
    expect_equal(what, number, event->wd);
    expect_equal(what, mask, event->mask);
    expect_text(what, name, event->len ? event->name : "");
}

int main(void)
{
    instance = (int)must("inotify_init1", inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    must("mkdir", mkdir(application_path("watched"), 0700));
    close(file("before"));
    close(file("once"));
    must("symlink", symlink("nowhere", application_path("link")));
    int deleted = file("deleted");
    must("write", write(deleted, "contents", 8));

    int directory = watch("watched", IN_CREATE | IN_DELETE | IN_ONLYDIR);
    int removed = watch("before", IN_ATTRIB);
    int once = watch("once", IN_MODIFY | IN_ONESHOT);
    must("inotify_rm_watch", inotify_rm_watch(instance, removed));
    int renamed = watch("before", IN_MODIFY);
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s/before", application_folder());
    must("rename", rename(name, application_path("after")));
    int link_itself = watch("link", IN_DELETE_SELF | IN_DONT_FOLLOW);
    int gone = watch("deleted", IN_MODIFY | IN_DELETE_SELF);
    must("unlink", unlink(application_path("deleted")));
    expect_event("removing a watch", removed, IN_IGNORED, "");
    expect_equal("the number of a later watch", removed + 2, renamed);

    application_ready();
    application_wait();

    char nothing[64];
    expect(read(instance, nothing, sizeof nothing) < 0 && errno == EAGAIN, "events of others");
    expect_equal("flags", O_NONBLOCK, fcntl(instance, F_GETFL) & O_NONBLOCK);
    close(file("watched/new"));
    must("write", write(deleted, "more", 4));
    write_to("after");
    write_to("once");
    write_to("once");
    must("unlink", unlink(application_path("link")));
    close(deleted);
    unlink(application_path("watched/new"));
    expect_event("a file in the directory", directory, IN_CREATE, "new");
    expect_event("the deleted file is written", gone, IN_MODIFY, "");
    expect_event("the renamed file is written", renamed, IN_MODIFY, "");
    expect_event("the file watched once is written", once, IN_MODIFY, "");
    expect_event("the file watched once", once, IN_IGNORED, "");
    expect_event("the link is removed", link_itself, IN_DELETE_SELF, "");
    expect_event("the link", link_itself, IN_IGNORED, "");
    expect_event("the deleted file is closed", gone, IN_DELETE_SELF, "");
    expect_event("the deleted file", gone, IN_IGNORED, "");
    expect_event("a file is removed", directory, IN_DELETE, "new");
    expect(read(instance, nothing, sizeof nothing) < 0, "more events than there should be");
    expect(watch("watched", IN_CREATE) == directory, "the directory is watched by another number");
    int later = watch("after", IN_ATTRIB);
    expect_equal("a watch changed", renamed, later);
    return application_verdict();
}
