/*
 * Causes an event, leaves it unread for a moment, reads it, and does nothing for a moment, again
 * and again until it is judged: a checkpoint has to find a moment without unread events.
 */
#include "application.h"

#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>

int main(void)
{
    must("mkdir", mkdir(application_path("watched"), 0700));
    int instance = (int)must("inotify_init1", inotify_init1(IN_NONBLOCK));
    int directory =
        (int)must("watch", inotify_add_watch(instance, application_path("watched"), IN_CREATE));
    application_ready();
    for (int round = 0; !application_judged(); round++) {
        char name[40];
        snprintf(name, sizeof name, "watched/%d", round);
        unlink(application_path(name)); /* of a life that was not saved */
        close((int)must(name, open(application_path(name), O_CREAT | O_WRONLY, 0600)));
        application_sleep(1);

        char room[4096] = {0};
        struct inotify_event event;
        ssize_t length = read(instance, room, sizeof room);
        memcpy(&event, room, sizeof event);
        if (!expect_equal("bytes of the event", sizeof event + 16, length)) {
            break;
        }
        expect_equal("watch", directory, event.wd);
        expect_text("name", name + strlen("watched/"), room + sizeof event);
        application_sleep(3);
    }
    return application_verdict();
}
