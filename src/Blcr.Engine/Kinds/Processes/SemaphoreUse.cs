using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Processes;

/// <summary>System V semaphores are refused: what the kernel is to undo at the end of the process (SEM_UNDO, man 2 semop)
/// nobody can read, and when the process is killed after its checkpoint, it is undone.</summary>
/// <remarks>kcmp(2) cannot tell who has such a list: every process with a second thread has one, mostly empty. So the
/// sign is the last operation on a semaphore; one that another process has operated on since is not noticed.</remarks>
internal sealed class SemaphoreUse : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        foreach (int set in SemaphoreSets.LastOperatedBy(process.Pid))
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported, $"it uses the System V semaphore set {set}",
                "What it may have to undo there at its end (SEM_UNDO) cannot be saved. Nothing was written; the program runs on.",
                "Let the program use POSIX semaphores."));
        }
    }
}
