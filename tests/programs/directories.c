/*
 * A directory in the middle of readdir, and places held by O_PATH: what comes after the place is
 * read once, and the places are still those.
 */
#include "application.h"

#include <dirent.h>
#include <sys/stat.h>

enum { Files = 600, ReadBefore = 250 };

static int count_names(DIR *directory, char *seen, int limit)
{
    int count = 0;
    struct dirent *entry;
    while (count < limit && (entry = readdir(directory)) != NULL) {
        int number;
        if (sscanf(entry->d_name, "file-%d", &number) == 1) {
            expect(seen[number]++ == 0, "%s was read twice", entry->d_name);
            count++;
        }
    }
    return count;
}

int main(void)
{
    static char seen[Files];
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", application_path("directory"));
    if (mkdir(path, 0755) < 0 && errno != EEXIST) {
        must("mkdir", -1);
    }
    int place = (int)must("O_PATH", open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < Files; i++) {
        char name[32];
        snprintf(name, sizeof name, "file-%d", i);
        close((int)must("openat", openat(place, name, O_WRONLY | O_CREAT, 0644)));
    }
    unlinkat(place, "link", 0);
    must("symlinkat", symlinkat("file-7", place, "link"));
    int link = (int)must("O_PATH of a link", openat(place, "link", O_PATH | O_NOFOLLOW));
    DIR *directory = opendir(path);
    must("opendir", directory ? 0 : -1);
    int before = count_names(directory, seen, ReadBefore);

    application_ready();
    application_wait();

    expect_equal("names in all", Files, before + count_names(directory, seen, Files));
    struct stat status;
    expect_equal("fstatat below O_PATH", 0, fstatat(place, "file-599", &status, 0));
    char target[16] = "";
    expect_equal("readlinkat of the link itself", 6, readlinkat(link, "", target, sizeof target));
    expect_text("the link's target", "file-7", target);
    expect_equal("O_PATH cannot be read", -1, read(place, target, 1));
    return application_verdict();
}
