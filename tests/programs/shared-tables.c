/*
 * Processes that share a descriptor table (CLONE_FILES) or root, working directory and umask
 * (CLONE_FS) with their parent, or with a brother, and one that shares nothing. At the verdict the
 * first process and the elder brother change theirs, and each tells what it sees of it.
 */
#include "application.h"

#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { Number = 77, BrothersNumber = 78, Mask = 0147, Readers = 4, Children = 5 };

static int go[2];
static const char *elsewhere;

static pid_t fork_sharing(unsigned long flags)
{
    return (pid_t)must("clone", syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0));
}

/* umask(2) would change it for the others. */
static unsigned own_mask(void)
{
    unsigned mask = ~0U;
    char line[256];
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status) && sscanf(line, "Umask: %o", &mask) != 1) {
    }
    must("fopen", status ? fclose(status) : -1);
    return mask;
}

static void sees(const char *who, int number, bool files, bool directories)
{
    char byte, cwd[PATH_MAX];
    must("read", read(go[0], &byte, 1));
    expect(files == (fcntl(number, F_GETFD) >= 0), "%s: descriptor %d", who, number);
    must("getcwd", getcwd(cwd, sizeof cwd) ? 0 : -1);
    expect(directories == (strcmp(cwd, elsewhere) == 0), "%s: working directory %s", who, cwd);
    unsigned mask = own_mask();
    expect(directories == (mask == Mask), "%s: umask %o", who, mask);
}

static int elder_brother(void)
{
    /* CLONE_PARENT: a child of our parent, with our table. */
    int word[2];
    must("pipe", pipe(word));
    pid_t younger = fork_sharing(CLONE_FILES | CLONE_PARENT);
    if (younger == 0) {
        char byte;
        must("read", read(word[0], &byte, 1));
        expect(fcntl(BrothersNumber, F_GETFD) >= 0, "the younger brother: descriptor");
        return application_verdict();
    }
    application_wait();
    must("dup2", dup2(2, BrothersNumber));
    must("write", write(word[1], "", 1));
    sees("the elder brother", Number, false, false);
    return application_verdict();
}

int main(void)
{
    must("pipe", pipe(go));
    must("mkdir", mkdir(application_path("elsewhere"), 0755));
    elsewhere = realpath(application_path("elsewhere"), NULL);
    must("realpath", elsewhere ? 0 : -1);

    if (fork_sharing(CLONE_FILES) == 0) {
        sees("who shares descriptors", Number, true, false);
        return application_verdict();
    }
    if (fork_sharing(CLONE_FS) == 0) {
        sees("who shares directories", Number, false, true);
        return application_verdict();
    }
    if (fork_sharing(CLONE_FILES | CLONE_FS) == 0) {
        sees("who shares both", Number, true, true);
        return application_verdict();
    }
    if (fork() == 0) {
        return elder_brother();
    }
    application_ready();
    application_wait();

    must("dup2", dup2(2, Number));
    must("chdir", chdir(elsewhere));
    umask(Mask);
    must("write", write(go[1], "4444", Readers));
    int status;
    for (int i = 0; i < Children; i++) {
        must("wait", wait(&status));
        expect_equal("the status of a child", 0, status);
    }
    return application_verdict();
}
