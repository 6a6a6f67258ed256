/*
 * Two fanotify instances: one is told of names that appear in a directory; the other of files that
 * are written in it, one of them left out, and of what is opened for writing on the mount of /sys.
 */
#include "application.h"

#include <sys/fanotify.h>
#include <sys/stat.h>

static int names, writes;

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

static void expect_written(const char *what, uint64_t mask, const char *end)
{
    struct fanotify_event_metadata event;
    ssize_t got = read(writes, &event, sizeof event); /* one at a time */
    if (!expect(got == (ssize_t)sizeof event, "%s: no event: %s", what, strerror(errno))) {
        return;
    }
    char link[64], path[PATH_MAX] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", event.fd);
    must("readlink", readlink(link, path, sizeof path - 1));
    expect_equal(what, (long long)mask, (long long)event.mask);
    expect(strlen(path) >= strlen(end) && strcmp(path + strlen(path) - strlen(end), end) == 0,
           "%s: expected %s, seen %s", what, end, path);
    expect_equal("flags of the event's descriptor", O_NOATIME,
                 fcntl(event.fd, F_GETFL) & O_NOATIME);
    close(event.fd);
}

int main(void)
{
    must("mkdir", mkdir(application_path("watched"), 0700));
    close(file("watched/loud"));
    close(file("watched/quiet"));
    names =
        (int)must("fanotify_init", fanotify_init(FAN_REPORT_DFID_NAME | FAN_NONBLOCK, O_RDONLY));
    writes = (int)must("fanotify_init",
                       fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY | O_NOATIME));
    must("mark of a directory", fanotify_mark(names, FAN_MARK_ADD, FAN_CREATE | FAN_ONDIR, AT_FDCWD,
                                              application_path("watched")));
    must("mark of files in it", fanotify_mark(writes, FAN_MARK_ADD, FAN_MODIFY | FAN_EVENT_ON_CHILD,
                                              AT_FDCWD, application_path("watched")));
    must("mark to leave out",
         fanotify_mark(writes, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
                       FAN_MODIFY, AT_FDCWD, application_path("watched/quiet")));
    must("mark of a mount",
         fanotify_mark(writes, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_CLOSE_WRITE, AT_FDCWD, "/sys"));

    application_ready();
    application_wait();

    char room[4096];
    expect(read(names, room, sizeof room) < 0 && errno == EAGAIN, "events of names by others");
    expect(read(writes, room, sizeof room) < 0 && errno == EAGAIN, "events of writes by others");
    write_to("watched/quiet");
    write_to("watched/loud");
    expect_written("a file in the directory", FAN_MODIFY, "/watched/loud");
    close((int)must("open", open("/sys/kernel/mm/ksm/run", O_WRONLY)));
    expect_written("a file on the mount", FAN_CLOSE_WRITE, "/sys/kernel/mm/ksm/run");
    expect(read(writes, room, sizeof room) < 0, "more writes than there should be");

    must("mkdir", mkdir(application_path("watched/new"), 0700));
    ssize_t got = read(names, room, sizeof room);
    struct fanotify_event_metadata event;
    memcpy(&event, room, sizeof event);
    expect(got > (ssize_t)sizeof event, "no event of a name: %s", strerror(errno));
    expect_equal("a name in the directory", FAN_CREATE | FAN_ONDIR, (long long)event.mask);
    expect(memmem(room, sizeof room, "new", 4) != NULL, "the event is without the name");
    return application_verdict();
}
