using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.RegularFiles;

/// <summary>Regular files that have a name: saved by reference, opened again by their path.</summary>
/// <remarks>A file the application can write is set back to its saved size at restart, so that what it wrote after the
/// checkpoint is written once, not twice. It has to be at least as long as it was; so has one that is only read.
/// With --cut-back what is cut off is kept (<see cref="CutBack"/>). The contents are not saved: a change of size or time since the checkpoint is noticed and said.</remarks>
public sealed class RegularFileKind : DescriptionKind
{
    private const string What = "the file";

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.RegularFile;

    public override bool Owns(Dump dump, FoundDescription found) =>
        found.Status.Type == FileType.Regular && !found.IsPathOnly && !found.IsDeleted;

    public override void Collect(Dump dump, FoundDescription found)
    {
        FileReference? file = FilesByPath.Collect(dump, found, What);
        if (file is not null)
        {
            found.Image.RegularFile = new RegularFile { File = file };
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        FileReference file = saved.Image.RegularFile.File;
        if (file is not null && ProcPaths.IsOfSavedProcess(plan, file.Path))
        {
            return; // /proc/PID/…: there is no such process yet
        }

        if (FilesByPath.Check(plan, saved, file, What) is not FileStatus there)
        {
            return;
        }

        string path = plan.Relocate(file!.Path);
        if (there.Size < checked((long)file.Size))
        {
            saved.Refuse(plan, Errno.Invalid, $"is {What} {path}: expected {file.Size} bytes, there are {there.Size}",
                "Put the file back as it was, or say with --relocate OLD=NEW where it is now.");
        }
        else if (there.Size > checked((long)file.Size) && saved.Writes && plan.Request.CutBack)
        {
            CutBack.Check(plan, saved, file, path);
        }
        else if (there.Size > checked((long)file.Size) && saved.Writes)
        {
            plan.Diagnostics.Add($"{path} has grown from {file.Size} to {there.Size} bytes since the checkpoint and is set back to {file.Size}");
        }
        else if (there.ModifyNs != file.MtimeNs && !IsOfKernel(path))
        {
            plan.Diagnostics.Add($"{path}, open in pid {saved.Pid} as descriptor {saved.Number}, has changed since the checkpoint");
        }
    }

    public override bool NeedsThreads(OpenDescription image, ContextImage all) => ProcPaths.IsOfLateThread(all, image.RegularFile.File);

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        FileReference file = saved.Image.RegularFile.File;
        Fd opened = FilesByPath.Open(rebuilding, saved, file, What);
        if (saved.Writes)
        {
            long size = checked((long)file.Size);
            if (rebuilding.Plan.Request.CutBack && rebuilding.CutBack.Add(opened, rebuilding.Plan.Relocate(file.Path), size))
            {
                rebuilding.Last.Add(rebuilding.CutBack.KeepAll);
            }

            rebuilding.Last.Add(() => SetBack(saved, opened, size));
        }

        return opened;
    }

    /// <summary>The one thing a restart does to a file, so it comes when nothing can fail any more.</summary>
    private static void SetBack(SavedDescription saved, Fd opened, long size)
    {
        SysResult done = Sys.Status(opened, out FileStatus now);
        if (done.Ok && now.Size > size)
        {
            done = Sys.SetSize(opened, size);
        }

        if (!done.Ok)
        {
            throw saved.Failed(done.Error, $"is a file that cannot be set back to its saved size, {size} bytes");
        }
    }

    // Made up when they are read: their times mean nothing.
    private static bool IsOfKernel(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal);
}
