/*
 * Private huge pages by fork: the child has its parent's until one of them writes. And System V
 * segments of huge pages, and locked in memory. Needs free huge pages (vm.nr_hugepages). Writes
 * "m ID" for each segment into the file "objects".
 */
#include "application.h"
#include "page-size.h"

#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>

static const size_t Huge = 2UL << 20;

static char *segment(size_t size, int flags, int *id)
{
    *id = (int)must("shmget", shmget(IPC_PRIVATE, size, IPC_CREAT | 0600 | flags));
    char line[32];
    snprintf(line, sizeof line, "m %d\n", *id);
    application_note("objects", line);
    char *at = shmat(*id, NULL, 0);
    must("shmat", at == (void *)-1 ? -1 : 0);
    return at;
}

static bool is_locked(int id)
{
    struct shmid_ds state;
    must("IPC_STAT", shmctl(id, IPC_STAT, &state));
    return (state.shm_perm.mode & SHM_LOCKED) != 0;
}

static int child(const char *private, char *huge)
{
    application_wait();
    expect_equal("written by the parent before the fork", 'p', private[0]);
    expect_equal("written by the child", 'c', private[Huge]);
    expect_equal("page size of the child", (long long)Huge, page_size(private));
    huge[2] = 'c';
    return application_failures != 0;
}

int main(void)
{
    char *private = mmap(NULL, 2 * Huge, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (private == MAP_FAILED && !getenv("BLCR_TEST_DIR")) {
        puts("there are not enough huge pages to try (vm.nr_hugepages)");
        return 0;
    }
    must("mmap", private == MAP_FAILED ? -1 : 0);
    private[0] = private[Huge] = 'p';
    int huge_id, locked_id;
    char *huge = segment(Huge, SHM_HUGETLB, &huge_id), *locked = segment(3 * 4096, 0, &locked_id);
    huge[1] = 'p';
    strcpy(locked, "locked");
    must("SHM_LOCK", shmctl(locked_id, SHM_LOCK, NULL));
    pid_t pid = (pid_t)must("fork", fork());
    if (pid == 0) {
        private[Huge] = 'c';
        application_note("written", "");
        _exit(child(private, huge));
    }
    while (access(application_path("written"), F_OK) != 0) {
        application_sleep(1);
    }
    unlink(application_path("written"));
    private[1] = 'x';

    application_ready();
    application_wait();

    int status = -1;
    expect_equal("waitpid", pid, waitpid(pid, &status, 0));
    expect_equal("the status of the child", 0, status);
    expect_equal("the parent's first page", 'p', private[0]);
    expect_equal("the parent's second page", 'p', private[Huge]);
    expect_equal("what the parent wrote after the fork", 'x', private[1]);
    expect_equal("the segment of huge pages", 'p', huge[1]);
    expect_equal("which is shared", 'c', huge[2]);
    expect_equal("its page size", (long long)Huge, page_size(huge));
    expect_text("the locked segment", "locked", locked);
    expect(is_locked(locked_id), "it is not locked any more");
    expect(!is_locked(huge_id), "the other one is locked");
    must("SHM_UNLOCK", shmctl(locked_id, SHM_UNLOCK, NULL));
    must("IPC_RMID", shmctl(huge_id, IPC_RMID, NULL));
    must("IPC_RMID", shmctl(locked_id, IPC_RMID, NULL));
    return application_verdict();
}
