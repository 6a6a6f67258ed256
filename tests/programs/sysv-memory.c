/*
 * System V shared memory: attached once, twice, read-only, in parts, marked for destruction, made and not attached. The
 * ids stay what they are, and so does what the kernel counts. Writes "m ID" for each into the file "objects".
 */
#include "application.h"

#include <sys/mman.h>
#include <sys/shm.h>

enum { Page = 4096, Pages = 64, Mark = 0x5a5a };

static int make(key_t key, size_t size, int mode)
{
    int id = (int)must("shmget", shmget(key, size, IPC_CREAT | IPC_EXCL | mode));
    char line[32];
    snprintf(line, sizeof line, "m %d\n", id);
    application_note("objects", line);
    return id;
}

static char *attach(int id, void *at, int flags)
{
    char *address = shmat(id, at, flags);
    must("shmat", address == (void *)-1 ? -1 : 0);
    return address;
}

static struct shmid_ds state(int id)
{
    struct shmid_ds state;
    must("IPC_STAT", shmctl(id, IPC_STAT, &state));
    return state;
}

int main(void)
{
    key_t key = 0x42000000 | getpid();
    int keyed = make(key, 3 * Page + 100, 0640);
    char *there = attach(keyed, NULL, 0);
    strcpy(there + Page, "in the second page");

    int doomed = make(IPC_PRIVATE, Page, 0600);
    char *one = attach(doomed, NULL, 0), *other = attach(doomed, NULL, SHM_RDONLY);
    must("IPC_RMID", shmctl(doomed, IPC_RMID, NULL));
    strcpy(one, "doomed");

    int left = make(IPC_PRIVATE, 2 * Page, 0600);
    char *for_now = attach(left, NULL, 0);
    strcpy(for_now + Page, "nobody is here");
    must("shmdt", shmdt(for_now));

    /* The first page unmapped, one in the middle protected: four mappings less one, three attachments. */
    int cut = make(IPC_PRIVATE, Pages * Page, 0600);
    char *parts = attach(cut, NULL, 0);
    parts[0] = 'a';
    parts[40 * Page] = 'b';
    parts[41 * Page] = 'c';
    must("munmap", munmap(parts, Page));
    must("mprotect", mprotect(parts + 40 * Page, Page, PROT_READ));
    long attached = (long)state(cut).shm_nattch;

    application_ready();
    application_wait();

    struct shmid_ds now = state(keyed);
    expect_equal("the id of the key", keyed, shmget(key, 0, 0));
    expect_equal("its size", 3 * Page + 100, (long long)now.shm_segsz);
    expect_equal("its rights", 0640, now.shm_perm.mode & 0777);
    expect_equal("its creator", (long long)geteuid(), now.shm_perm.cuid);
    expect_equal("the process that made it", getpid(), now.shm_cpid);
    expect_equal("attached", 1, (long long)now.shm_nattch);
    expect_text("what is in it", "in the second page", there + Page);
    expect_equal("what nobody wrote", 0, there[2 * Page]);

    now = state(doomed);
    expect_equal("marked for destruction", SHM_DEST, now.shm_perm.mode & SHM_DEST);
    expect_equal("attached twice", 2, (long long)now.shm_nattch);
    strcat(one, " yet");
    expect_text("seen at the other address", "doomed yet", other);
    expect(mprotect(other, Page, PROT_READ | PROT_WRITE) < 0, "the read-only attachment can be made writable");

    expect_equal("not attached", 0, (long long)state(left).shm_nattch);
    for_now = attach(left, NULL, 0);
    expect_text("left in it", "nobody is here", for_now + Page);
    must("shmdt", shmdt(for_now));

    expect_equal("attachments of the cut one", attached, (long long)state(cut).shm_nattch);
    expect_equal("in the protected page", 'b', parts[40 * Page]);
    expect_equal("behind it", 'c', parts[41 * Page]);
    parts[Page] = 'd';
    char *again = attach(cut, NULL, 0);
    expect_equal("in the page that is not mapped", 'a', again[0]);
    expect_equal("written", 'd', again[Page]);
    must("shmdt", shmdt(again));
    /* From the place the first page would be at: takes all parts away. */
    must("shmdt", shmdt(parts));
    expect_equal("attachments after shmdt", 0, (long long)state(cut).shm_nattch);

    must("IPC_RMID", shmctl(keyed, IPC_RMID, NULL));
    must("IPC_RMID", shmctl(left, IPC_RMID, NULL));
    must("IPC_RMID", shmctl(cut, IPC_RMID, NULL));
    must("shmdt", shmdt(one));
    must("shmdt", shmdt(other));
    struct shmid_ds gone;
    expect(shmctl(doomed, IPC_STAT, &gone) < 0, "the doomed segment is still there");
    return application_verdict();
}
