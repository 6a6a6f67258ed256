/*
 * A tree of processes, each of which knows its family: its own pid, its parent's, its children's.
 *
 * tree [BREADTH [DEPTH]]     children of each process, and generations below the first; 3 and 2
 * unless told tree BREADTH DEPTH --new-ids   the pids may change, the family not
 */
#include "application.h"

#include <sys/wait.h>

enum { Pattern = 64 << 10, MaximalBreadth = 1000 };

static int breadth = 3;
static bool same_ids = true;
static unsigned char pattern[Pattern];
static pid_t children[MaximalBreadth];

static unsigned char expected_at(pid_t pid, size_t at)
{
    return (unsigned char)((size_t)pid * 31 + at * 7 + at / 256);
}

static int judge(pid_t self, pid_t parent, int born)
{
    application_wait();
    if (same_ids) {
        expect_equal("the own pid", self, getpid());
        expect(parent == 0 || parent == getppid(), "the parent: expected %d, seen %d", parent,
               getppid());
    }
    for (size_t i = 0; i < Pattern; i++) {
        if (!expect(pattern[i] == expected_at(self, i), "byte %zu of process %d", i, self)) {
            break;
        }
    }
    for (int i = 0; i < born; i++) {
        int status = -1;
        pid_t child = waitpid(same_ids ? children[i] : -1, &status, 0);
        expect(child > 0 && (!same_ids || child == children[i]), "waitpid for child %d: %d",
               children[i], child);
        expect_equal("the status of a child", 0, status);
    }
    expect_equal("waitpid when there is no child left", -1, waitpid(-1, NULL, 0));
    return application_verdict();
}

/* The first process is ready when all others have closed the pipe. */
static void meet(const int *complete, bool first)
{
    char nothing;
    close(complete[1]);
    if (first) {
        must("read", read(complete[0], &nothing, 1));
        application_ready();
    }
    close(complete[0]);
}

static int live(int depth, pid_t parent, const int *complete)
{
    pid_t self = getpid();
    int born = 0;
    while (depth > 0 && born < breadth) {
        pid_t child = (pid_t)must("fork", fork());
        if (child == 0) {
            return live(depth - 1, self, complete);
        }
        children[born++] = child;
    }
    for (size_t i = 0; i < Pattern; i++) {
        pattern[i] = expected_at(self, i);
    }
    meet(complete, parent == 0);
    return judge(self, parent, born);
}

int main(int count, char **arguments)
{
    breadth = count > 1 ? atoi(arguments[1]) : breadth;
    int depth = count > 2 ? atoi(arguments[2]) : 2;
    same_ids = count < 4;

    /* The end of this pipe says that nobody holds it any more: all have come as far as to wait. */
    int complete[2];
    must("pipe", pipe(complete));
    return live(depth, 0, complete);
}
