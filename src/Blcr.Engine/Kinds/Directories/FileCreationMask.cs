using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Directories;

/// <summary>Permissions that files the process makes do not get; umask(2). Late: files are made again before.</summary>
internal sealed class FileCreationMask : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        SysResult<ProcStatus> status = process.Leader.Status;
        attributes.Umask = status.Ok
            ? status.Value!.Umask
            : throw new RefusedException(process.Pid, status.Error, "could not read the status of the process",
                "It cannot be saved. Nothing was written; it runs on.", "Check that it still runs.");
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes) =>
        programs.For(1).Call("set the file creation mask", SyscallNumber.Umask, attributes.Umask);
}
