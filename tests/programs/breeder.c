/*
 * Processes that fork and end all the time, as many and as deep as allowed: each has some children
 * at a time, waits for any of them, and makes a new one in its place. A child ends with the status
 * its parent has chosen for it, so that one that was lost, disturbed or is there twice is noticed.
 *
 * breeder [CHILDREN [DEPTH]]     of each process, and generations; 2 and 3 unless told
 */
#include "application.h"

#include <sys/wait.h>

enum { MaximalChildren = 16 };

typedef struct {
    pid_t pid;
    int status;
} Child;

static unsigned random_state;

static unsigned next_random(void)
{
    random_state = random_state * 1103515245 + 12345;
    return random_state >> 16;
}

static int live(int depth, int width, int status);

static Child born(int depth, int width)
{
    Child child = {.status = 1 + (int)(next_random() % 100)};
    unsigned seed = next_random();
    child.pid = (pid_t)must("fork", fork());
    if (child.pid == 0) {
        random_state = seed ^ (unsigned)getpid();
        _exit(live(depth - 1, width, child.status));
    }
    return child;
}

static void collect_one(Child *children, int count, int depth, int width, bool replace)
{
    int status = -1;
    pid_t pid = waitpid(-1, &status, 0);
    for (int i = 0; i < count; i++) {
        if (children[i].pid == pid) {
            expect_equal("the status of a child", children[i].status << 8, status);
            children[i].pid = 0;
            if (replace) {
                children[i] = born(depth, width);
            }
            return;
        }
    }
    expect(false, "waitpid: %d, which is no child of %d (%s)", pid, getpid(), strerror(errno));
    _exit(200);
}

/* Returns the status to end with. */
static int live(int depth, int width, int status)
{
    Child children[MaximalChildren];
    int count = depth > 0 ? width : 0;
    pid_t self = getpid();
    for (int i = 0; i < count; i++) {
        children[i] = born(depth, width);
    }
    bool first = status == 0;
    if (first) {
        application_ready();
    }
    for (unsigned rest = next_random() % 20; first ? !application_judged() : rest > 0; rest--) {
        if (count > 0) {
            collect_one(children, count, depth, width, true);
        } else {
            application_sleep(next_random() % 3);
        }
    }
    for (int i = 0; i < count; i++) {
        collect_one(children, count, depth, width, false);
    }
    expect_equal("the own pid", self, getpid());
    return atomic_load(&application_failures) == 0 ? status : 201;
}

int main(int count, char **arguments)
{
    int width = count > 1 ? atoi(arguments[1]) : 2;
    int depth = count > 2 ? atoi(arguments[2]) : 3;
    random_state = (unsigned)getpid();
    return live(depth, width, 0) == 0 ? application_verdict() : 1;
}
