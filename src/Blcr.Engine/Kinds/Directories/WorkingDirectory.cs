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

/// <summary>The directory relative names start from. Found again by its path, which --relocate may change.</summary>
internal sealed class WorkingDirectory : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        attributes.WorkingDirectory = DirectoryReference.Read(process.Pid, "cwd", out Obstacle? obstacle);
        if (obstacle is not null)
        {
            dump.Obstacles.Add(obstacle);
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        string path = plan.Relocate(attributes.WorkingDirectory.Path);
        SysResult got = Sys.Status(path, out FileStatus status);
        if (got.Ok && status.Type == FileType.Directory)
        {
            return;
        }

        Errno error = got.Ok ? Errno.NotDirectory : got.Error;
        plan.Obstacles.Add(new Obstacle(process.Pid, error,
            $"its working directory cannot be used: {path}: {ErrorText.Of(error)}",
            "It cannot be restarted without.", "Make the directory again, or name another one with --relocate OLD=NEW."));
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        if (process.Image.FileSystemOf != 0)
        {
            return; // it has the one of the process it shares it with, who may have changed its root directory by now
        }

        string path = rebuilding.Plan.Relocate(attributes.WorkingDirectory.Path);
        SyscallProgram program = programs.For(1, 4 * (path.Length + 1));
        program.Call($"change to {path}", SyscallNumber.Chdir, program.Text(path));
    }
}
