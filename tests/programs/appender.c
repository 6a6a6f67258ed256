/*
 * Regular files as programs hold them: read half way, written at an offset through a duplicate,
 * appended to, read-write without truncation, close-on-exec. It keeps writing until it is judged,
 * so that the files have grown past their state in the checkpoint when it is restarted.
 */
#include "application.h"

#include <stdint.h>
#include <sys/stat.h>

enum { Records = 1000, RecordSize = 16 };

static void record(char *buffer, int number)
{
    char text[RecordSize * 2];
    snprintf(text, sizeof text, "record %08d\n", number);
    memcpy(buffer, text, RecordSize);
}

static void write_record(const char *what, int fd, int number)
{
    char buffer[RecordSize];
    record(buffer, number);
    expect_equal(what, RecordSize, write(fd, buffer, RecordSize));
}

/* The file holds records 0 … count-1, nothing doubled, lost or torn. */
static void expect_records(const char *name, int count)
{
    char expected[RecordSize], seen[RecordSize];
    int fd = (int)must(name, open(application_path(name), O_RDONLY | O_CLOEXEC));
    struct stat status;
    must("fstat", fstat(fd, &status));
    expect_equal(name, (long long)count * RecordSize, status.st_size);
    for (int i = 0; i < count; i++) {
        record(expected, i);
        if (read(fd, seen, RecordSize) != RecordSize || memcmp(expected, seen, RecordSize) != 0) {
            expect(false, "%s: record %d is \"%.15s\"", name, i, seen);
            break;
        }
    }
    close(fd);
}

int main(void)
{
    int written =
        (int)must("written", open(application_path("written"), O_RDWR | O_CREAT | O_TRUNC, 0644));
    int duplicate = (int)must("dup", dup(written));
    int appended =
        (int)must("appended", open(application_path("appended"),
                                   O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
    for (int i = 0; i < Records; i++) {
        write_record("write", i % 2 ? written : duplicate, i);
        write_record("append", appended, i);
    }
    int read_only = (int)must("open", open(application_path("written"), O_RDONLY));
    expect_equal("lseek", 100 * RecordSize, lseek(read_only, 100 * RecordSize, SEEK_SET));

    application_ready();
    int count = Records, reading = 100;
    while (!application_judged()) {
        write_record("write", count % 2 ? written : duplicate, count);
        write_record("append", appended, count);
        count++;
        char expected[RecordSize], seen[RecordSize];
        record(expected, reading);
        expect_equal("read", RecordSize, read(read_only, seen, RecordSize));
        expect(memcmp(expected, seen, RecordSize) == 0,
               "reading: expected record %d, seen \"%.15s\"", reading, seen);
        reading++;
        application_sleep(5);
    }

    expect_equal("offset of the duplicate", (long long)count * RecordSize,
                 lseek(duplicate, 0, SEEK_CUR));
    expect_equal("flags of appended", O_WRONLY | O_APPEND,
                 fcntl(appended, F_GETFL) & (O_ACCMODE | O_APPEND));
    expect_equal("close-on-exec of appended", FD_CLOEXEC, fcntl(appended, F_GETFD));
    expect_equal("close-on-exec of written", 0, fcntl(written, F_GETFD));
    expect_records("written", count);
    expect_records("appended", count);
    return application_verdict();
}
