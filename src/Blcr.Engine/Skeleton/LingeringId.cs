using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Waits a little for an id whose last owner has just died.</summary>
/// <remarks>A killed process can be waited for before the kernel has freed the ids of all its threads
/// (kernel/exit.c: release_task() frees them after it has let go of the task list): a thread of a deadline policy, or an
/// idle one on a busy machine, was seen to take 100 ms for that. clone3 gives EEXIST then, though nobody has the id.</remarks>
internal readonly struct LingeringId(int wanted)
{
    private const long BetweenTries = 1_000_000; // nanoseconds

    private readonly Deadline _end = Deadline.In(TimeSpan.FromSeconds(2));

    /// <summary>Whether a clone3 that gave this is worth another try; the wait before it is over then.</summary>
    public bool IsWorthAnother(SysResult made)
    {
        if (made.Error != Errno.Exists || wanted == 0 || _end.Passed || Sys.Kill(wanted, 0).Error != Errno.NoProcess)
        {
            return false;
        }

        Sys.Sleep(BetweenTries);
        return true;
    }
}
