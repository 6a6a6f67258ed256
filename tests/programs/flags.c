/*
 * Status flags of regular files, the rare ones too: each comes back as F_GETFL showed it.
 */
#include "application.h"

static const struct {
    const char *name;
    int flags;
} openings[] = {
    {"O_SYNC", O_RDWR | O_SYNC},
    {"O_DSYNC", O_WRONLY | O_DSYNC},
    {"O_DIRECT", O_RDONLY | O_DIRECT},
    {"O_NOATIME", O_RDONLY | O_NOATIME},
    {"O_NOFOLLOW", O_RDWR | O_NOFOLLOW},
    {"O_APPEND and O_NONBLOCK", O_WRONLY | O_APPEND | O_NONBLOCK},
};

enum { Count = sizeof openings / sizeof *openings };

int main(void)
{
    int descriptors[Count], before[Count];
    close((int)must("creat", creat(application_path("file"), 0644)));
    for (int i = 0; i < Count; i++) {
        descriptors[i] = open(application_path("file"), openings[i].flags);
        if (descriptors[i] < 0 && (openings[i].flags & O_DIRECT) != 0) {
            continue; /* not every file system has it */
        }
        before[i] = (int)must(openings[i].name, fcntl(descriptors[i], F_GETFL));
    }
    int directory = (int)must("O_DIRECTORY", open(application_folder(), O_RDONLY | O_DIRECTORY));
    int directory_before = fcntl(directory, F_GETFL);

    application_ready();
    application_wait();

    for (int i = 0; i < Count; i++) {
        if (descriptors[i] >= 0) {
            expect_equal(openings[i].name, before[i], fcntl(descriptors[i], F_GETFL));
        }
    }
    expect_equal("O_DIRECTORY", directory_before, fcntl(directory, F_GETFL));
    return application_verdict();
}
