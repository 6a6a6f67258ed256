/*
 * Appends numbered lines to a file, as a computation does that notes its results. It crashes or
 * ends when a file in its folder says so, and in the end every number is there once and in order.
 *     crash        made by the test, removed by the program: it dies by SIGSEGV, this once
 *     crash-again  it dies by SIGSEGV, in every life
 *     end          it exits with the status in the file
 */
#include "application.h"

#include <signal.h>
#include <sys/resource.h>

static void crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static bool is_there(const char *name)
{
    return access(application_path(name), F_OK) == 0;
}

static int number_in(const char *name)
{
    char text[20] = "";
    int fd = (int)must(name, open(application_path(name), O_RDONLY | O_CLOEXEC));
    must(name, read(fd, text, sizeof text - 1));
    close(fd);
    return atoi(text);
}

/* The file holds 1 … count, a line each. */
static void expect_lines(int count)
{
    FILE *ledger = fopen(application_path("ledger"), "re");
    char line[40];
    int number = 0;
    while (ledger && fgets(line, sizeof line, ledger)) {
        number++;
        if (!expect(atoi(line) == number, "line %d is %s", number, line)) {
            break;
        }
    }
    expect_equal("lines", count, number);
    if (ledger) {
        fclose(ledger);
    }
}

int main(void)
{
    must("setrlimit", setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
    application_note("begun", "1\n"); /* once, whatever happens afterwards */
    unlink(application_path("ledger"));
    int ledger = (int)must("ledger", open(application_path("ledger"),
                                          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    application_ready();

    int number = 0;
    while (!application_judged()) {
        char line[40];
        int length = snprintf(line, sizeof line, "%d\n", ++number);
        must("write", write(ledger, line, (size_t)length));
        if (unlink(application_path("crash")) == 0 || is_there("crash-again")) {
            crash();
        }
        if (is_there("end")) {
            return number_in("end");
        }
        application_sleep(10);
    }

    close(ledger);
    expect_lines(number);
    return application_verdict();
}
