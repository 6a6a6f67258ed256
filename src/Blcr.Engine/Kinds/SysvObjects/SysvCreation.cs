using Blcr.Engine.Image;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvObjects;

/// <summary>Makes a System V object again, with its id, inside the new process that the kernel shall note as its creator.</summary>
internal static class SysvCreation
{
    private const int Create = 0x200;    // IPC_CREAT
    private const int Exclusive = 0x400; // IPC_EXCL
    private const uint OwnerMayAll = 0x180; // 0600: until everything is in it
    private const int Attempts = 20;
    private const int Unchanged = -1;

    /// <param name="creator">The process to make it in; it still has the rights of whoever restarts it.</param>
    /// <param name="sort">What to make.</param>
    /// <param name="saved">Its id, key and owner.</param>
    /// <param name="size">Second argument of shmget(2) and semget(2); nothing for msgget(2).</param>
    /// <param name="flags">More flags of the call.</param>
    /// <exception cref="RefusedException">It cannot be made, or not with its id.</exception>
    public static void Make(NewProcess creator, SysvSort sort, SysvObject saved, long? size = null, int flags = 0)
    {
        using ChosenId wish = ChosenId.Of(sort);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            bool wished = wish.Wish(saved.Id);
            int id = MakeAny(creator, sort, saved, size, flags | Create | Exclusive | (int)(saved.Mode | OwnerMayAll));
            if (id == saved.Id)
            {
                return;
            }

            _ = Sys.SysvRemove(sort, id); // ours: made a moment ago
            if (!wished)
            {
                throw CannotChoose(sort, saved);
            }
        }

        throw new RefusedException(0, Errno.Busy, $"{SysvObjects.Name(sort, saved)} did not get its id",
            "Another object is in its place. No process was left behind.", $"Look at ipcs -{sort.Letter}, and try again.");
    }

    /// <summary>Owner, group and rwx bits as they were. The last thing of all: they may take our own rights away.</summary>
    public static void GiveToOwner(SysvSort sort, SysvObject saved, ulong capacity = 0)
    {
        SysResult result = Sys.SysvStatus(sort, saved.Id, out SysvStatus status);
        if (result.Ok)
        {
            (status.Uid, status.Gid, status.Mode, status.Capacity) = (saved.Uid, saved.Gid, saved.Mode, capacity);
            result = Sys.SysvSet(sort, saved.Id, status);
        }

        if (!result.Ok)
        {
            throw new RefusedException(0, result.Error,
                $"{SysvObjects.Name(sort, saved)} cannot be given back to user {saved.Uid}: {ErrorText.Of(result.Error)}",
                "Its owner and rights are part of it. No process was left behind.", "Restart it as root.");
        }
    }

    private static int MakeAny(NewProcess creator, SysvSort sort, SysvObject saved, long? size, int flags)
    {
        SyscallProgram program = new($"make {SysvObjects.Name(sort, saved)} again");
        bool asAnother = saved.CreatorUid != (uint)Sys.EffectiveUid || saved.CreatorGid != EffectiveGid();
        if (asAnother)
        {
            program.Call("become its creator's group", SyscallNumber.Setresgid, Unchanged, saved.CreatorGid, Unchanged);
            program.Call("become its creator", SyscallNumber.Setresuid, Unchanged, saved.CreatorUid, Unchanged);
        }

        Result made = size is { } length
            ? program.TryCall("make it", sort.Get, saved.Key, length, flags)
            : program.TryCall("make it", sort.Get, saved.Key, flags);
        if (asAnother)
        {
            program.Call("become itself again", SyscallNumber.Setresuid, Unchanged, Sys.EffectiveUid, Unchanged);
            program.Call("become itself again", SyscallNumber.Setresgid, Unchanged, EffectiveGid(), Unchanged);
        }

        ProgramOutcome outcome = creator.Leader.Run(program).OrRefuse(creator.Image.Pid);
        SysResult got = outcome[made];
        return got.Ok ? (int)got.Value : throw CannotMake(sort, saved, got.Error);
    }

    private static uint EffectiveGid() => (uint)Sys.Call(SyscallNumber.Getegid).Value;

    private static RefusedException CannotMake(SysvSort sort, SysvObject saved, Errno error) => new(0, error,
        $"{SysvObjects.Name(sort, saved)} cannot be made again: {ErrorText.Of(error)}",
        "Processes of the context file use it. No process was left behind.", error switch
        {
            Errno.Exists => "Somebody has taken its key meanwhile; look at ipcs(1), and try again.",
            Errno.NoSpace => $"The limits for such objects are reached: see `ipcs -l`, and /proc/sys/kernel/{sort.Folder}*.",
            _ => $"See `ipcs -l` for the limits, and man 2 {sort.Folder}get.",
        });

    private static RefusedException CannotChoose(SysvSort sort, SysvObject saved) => new(0, Errno.NotPermitted,
        $"{SysvObjects.Name(sort, saved)} must come back with its id, and choosing one is not permitted",
        "Programs keep the id in their memory. No process was left behind.",
        "Ask the administrator for `setcap cap_checkpoint_restore+ep` on cr_restart, or restart as root.");
}
