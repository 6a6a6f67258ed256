using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Directories;

/// <summary>The directory absolute names start from; chroot(2). Only set when it is not the tool's own.</summary>
internal sealed class RootDirectory : ProcessRoom
{
    private const string Own = "/";

    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        attributes.RootDirectory = DirectoryReference.Read(process.Pid, "root", out Obstacle? obstacle);
        if (obstacle is not null)
        {
            dump.Obstacles.Add(obstacle);
        }

        // man 2 clone, CLONE_FS: threads share both directories and the umask unless one has unshared them.
        foreach (FrozenThread thread in process.Threads.Skip(1))
        {
            if (Sys.Kcmp(process.Pid, thread.Tid, KcmpType.Fs) is { Ok: true, Value: not 0 })
            {
                dump.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported,
                    $"thread {thread.Tid} has a working directory of its own (unshare CLONE_FS)",
                    "It cannot be saved. Nothing was written; the program runs on.",
                    "Checkpoint the program when that thread has ended."));
            }
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        if (attributes.RootDirectory.Path == Own)
        {
            return;
        }

        string path = plan.Relocate(attributes.RootDirectory.Path);
        SysResult got = Sys.Status(path, out FileStatus status);
        if (!got.Ok || status.Type != FileType.Directory)
        {
            Errno error = got.Ok ? Errno.NotDirectory : got.Error;
            plan.Obstacles.Add(new Obstacle(process.Pid, error,
                $"its root directory cannot be used: {path}: {ErrorText.Of(error)}",
                "It cannot be restarted without.", "Make the directory again, or name another one with --relocate OLD=NEW."));
        }
        else if (!Requester.Of(plan).Can(Capability.SysChroot))
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NotPermitted,
                $"its root directory is {path}", "You may not set it: that needs CAP_SYS_CHROOT.", "Restart it as root."));
        }
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        if (attributes.RootDirectory.Path == Own || process.Image.FileSystemOf != 0)
        {
            return;
        }

        string path = rebuilding.Plan.Relocate(attributes.RootDirectory.Path);
        SyscallProgram program = programs.For(1, 4 * (path.Length + 1));
        program.Call($"make {path} the root directory", SyscallNumber.Chroot, program.Text(path));
    }
}
