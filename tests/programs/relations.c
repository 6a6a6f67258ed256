/*
 * Process groups, sessions and parents of every sort: leaders that live and leaders that are gone,
 * groups inside a session, a child from before its parent opened a session, orphans that came to a
 * subreaper out of a session it never was in, exit signals.
 *
 * relations             the first process's own session and group may become others, the rest not
 * relations --same      all ids come back
 * relations --new-ids   ids may change, who belongs together may not
 */
#include "application.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum Person {
    Lead,             /* child subreaper of all */
    Plain,            /* child of Lead, nothing special */
    Opener,           /* child of Lead, leads a session ... */
    FromBefore,       /* ... its child, born before that: in Lead's session */
    Member,           /* ... its child, in its group */
    OwnGroup,         /* ... its child, leads a group */
    OwnGroupMember,   /* ... its child, in that group */
    Left,             /* child of Lead in a group whose leader is gone */
    LeftToo,          /* another one */
    LostSession,      /* adopted by Lead, in a session whose leader is gone */
    LostSessionChild, /* its child */
    LostSessionGroup, /* adopted by Lead, of that session, leads a group */
    Adopted,          /* adopted by Lead, in Opener's session */
    Deep,             /* child of Plain, leads a session */
    AdoptedFromDeep,  /* adopted by Lead, in Deep's session */
    Silent,           /* child of Lead without an exit signal */
    Loud,             /* child of Lead with SIGUSR2 as exit signal */
    People
};

static const char *const names[People] = {
    "Lead",    "Plain",       "Opener",           "FromBefore",
    "Member",  "OwnGroup",    "OwnGroupMember",   "Left",
    "LeftToo", "LostSession", "LostSessionChild", "LostSessionGroup",
    "Adopted", "Deep",        "AdoptedFromDeep",  "Silent",
    "Loud"};

struct Ids {
    pid_t pid, parent, group, session;
};

/* Filled by each of its own accord, then, and when it is judged. */
static struct Shared {
    struct Ids then[People], now[People];
    atomic_int born, told;
    atomic_bool over;
} * shared;

static struct Ids ids(void)
{
    return (struct Ids){getpid(), getppid(), getpgrp(), getsid(0)};
}

static void live(enum Person self)
{
    shared->then[self] = ids();
    atomic_fetch_add(&shared->born, 1);
    application_wait();
    shared->now[self] = ids();
    atomic_fetch_add(&shared->told, 1);
    while (!atomic_load(&shared->over)) {
        application_sleep(10);
    }
    _exit(self);
}

/* Waits for a number another process counts up; not for ever. */
static void await(const atomic_int *number, int value)
{
    for (int i = 0; i < 6000 && atomic_load(number) < value; i++) {
        application_sleep(10);
    }
    expect(atomic_load(number) >= value, "%d processes have come so far", atomic_load(number));
}

static pid_t child(void)
{
    fflush(stderr);
    return (pid_t)must("fork", fork());
}

static pid_t start(enum Person person)
{
    pid_t pid = child();
    if (pid == 0) {
        live(person);
    }
    return pid;
}

static void live_as_orphan(enum Person self)
{
    while (getppid() != shared->then[Lead].pid) {
        application_sleep(1);
    }
    live(self);
}

static void start_orphan(enum Person person)
{
    if (child() == 0) {
        live_as_orphan(person);
    }
}

static void start_in_group(enum Person person, pid_t group)
{
    pid_t pid = child();
    if (pid == 0) {
        must("setpgid", setpgid(0, group));
        live(person);
    }
}

static void start_with_signal(enum Person person, int signal)
{
    if (must("clone", syscall(SYS_clone, signal, NULL, NULL, NULL, NULL)) == 0) {
        live(person);
    }
}

static void reap(pid_t pid)
{
    must("waitpid", waitpid(pid, NULL, 0));
}

static void opener(void)
{
    start(FromBefore);
    must("setsid", setsid());
    start(Member);
    start_in_group(OwnGroup, 0);
    while (shared->then[OwnGroup].pid == 0) {
        application_sleep(1);
    }
    start_in_group(OwnGroupMember, shared->then[OwnGroup].pid);
    pid_t between = child();
    if (between == 0) {
        start_orphan(Adopted);
        _exit(0);
    }
    reap(between);
    live(Opener);
}

static void group_without_leader(void)
{
    pid_t leader = child();
    if (leader == 0) {
        setpgid(0, 0);
        pause();
    }
    setpgid(leader, leader);
    start_in_group(Left, leader);
    start_in_group(LeftToo, leader);
    while (shared->then[Left].pid == 0 || shared->then[LeftToo].pid == 0) {
        application_sleep(1);
    }
    kill(leader, SIGKILL);
    reap(leader);
}

static void session_without_leader(void)
{
    pid_t leader = child();
    if (leader == 0) {
        setsid();
        if (child() == 0) {
            start(LostSessionChild);
            live_as_orphan(LostSession);
        }
        if (child() == 0) {
            setpgid(0, 0);
            live_as_orphan(LostSessionGroup);
        }
        _exit(0);
    }
    reap(leader);
}

static void plain(void)
{
    if (child() == 0) {
        setsid();
        pid_t between = child();
        if (between == 0) {
            start_orphan(AdoptedFromDeep);
            _exit(0);
        }
        reap(between);
        live(Deep);
    }
    live(Plain);
}

static const char *how(enum Person person)
{
    static char text[64];
    snprintf(text, sizeof text, "of %s", names[person]);
    return text;
}

/* Two of them belong together now if they did so then. */
static void expect_relations(void)
{
    const struct Ids *then = shared->then, *now = shared->now;
    for (enum Person one = 0; one < People; one++) {
        for (enum Person other = 0; other < People; other++) {
            expect((then[one].session == then[other].session) ==
                       (now[one].session == now[other].session),
                   "sessions of %s and %s: %d and %d, then %d and %d", names[one], names[other],
                   now[one].session, now[other].session, then[one].session, then[other].session);
            expect((then[one].group == then[other].group) == (now[one].group == now[other].group),
                   "groups of %s and %s: %d and %d, then %d and %d", names[one], names[other],
                   now[one].group, now[other].group, then[one].group, then[other].group);
            expect((then[one].parent == then[other].pid) == (now[one].parent == now[other].pid),
                   "%s is %d, the parent of %s is %d", names[other], now[other].pid, names[one],
                   now[one].parent);
        }
        if (then[one].session == then[one].pid && one != Lead) {
            expect_equal(how(one), now[one].pid, now[one].session);
        }
        if (then[one].group == then[one].pid && one != Lead) {
            expect_equal(how(one), now[one].pid, now[one].group);
        }
    }
}

static void expect_ids(bool of_lead_too)
{
    const struct Ids *then = shared->then, *now = shared->now;
    for (enum Person one = 0; one < People; one++) {
        expect_equal(how(one), then[one].pid, now[one].pid);
        expect(one == Lead || then[one].parent == now[one].parent, "parent %s: %d, then %d",
               how(one), now[one].parent, then[one].parent);
        if (of_lead_too || then[one].session != then[Lead].session) {
            expect_equal(how(one), then[one].session, now[one].session);
        }
        if (of_lead_too || then[one].group != then[Lead].group) {
            expect_equal(how(one), then[one].group, now[one].group);
        }
    }
}

static int unexpected_signals;

static void count(int signal)
{
    (void)signal;
    unexpected_signals++;
}

int main(int argc, char **argv)
{
    bool same = argc > 1 && strcmp(argv[1], "--same") == 0;
    bool new_ids = argc > 1 && strcmp(argv[1], "--new-ids") == 0;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must("mmap", shared == MAP_FAILED ? -1 : 0);
    shared->then[Lead] = ids();
    must("prctl", prctl(PR_SET_CHILD_SUBREAPER, 1));

    if (child() == 0) {
        plain();
    }
    if (child() == 0) {
        opener();
    }
    group_without_leader();
    session_without_leader();
    start_with_signal(Silent, 0);
    start_with_signal(Loud, SIGUSR2);

    await(&shared->born, People - 1);
    struct sigaction counting = {.sa_handler = count};
    sigaction(SIGCHLD, &counting, NULL);
    sigaction(SIGUSR2, &counting, NULL);
    application_ready();
    application_wait();

    expect_equal("signals that nobody sent", 0, unexpected_signals);
    shared->now[Lead] = ids();
    await(&shared->told, People - 1);
    expect_relations();
    if (!new_ids) {
        expect_ids(same);
    }

    signal(SIGCHLD, SIG_DFL);
    atomic_store(&shared->over, true);
    while (waitpid(-1, NULL, __WALL) > 0) {
    }
    expect_equal("signals of the child that ends with one", 1, unexpected_signals);
    return application_verdict();
}
