using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Are the mapped files where they were (or were relocated to), and are they the same?</summary>
/// <remarks>A program goes on in the middle of its own text: another version of a library under the same name would run
/// into nowhere. Equal is: same size, and the same build id, time or content. A file that is mapped shared and writable
/// is expected to change; it must only not have become shorter.</remarks>
internal static class MappedFileChecker
{
    private const uint TypeBits = 0xf000;

    public static void Check(RestartPlan plan, ProcessImage process)
    {
        HashSet<(string, bool)> seen = [];
        foreach (Vma vma in process.Memory.Vmas.Where(vma => vma.Backing == VmaBacking.VmaFile))
        {
            bool written = vma.Shared && (vma.MayProtection & (ulong)MemoryProtection.Write) != 0;
            if (seen.Add((vma.File.Path, written)))
            {
                CheckFile(plan, process, vma.File, written);
            }
        }

        FileReference? executable = process.Memory.Executable;
        if (executable is not null && process.Memory.ExecutableContent == 0 && seen.Add((executable.Path, false)))
        {
            CheckFile(plan, process, executable, written: false);
        }
    }

    private static void CheckFile(RestartPlan plan, ProcessImage process, FileReference file, bool written)
    {
        string path = plan.Relocate(file.Path);
        if (path.Length >= 4096)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NameTooLong, $"Failed to open file '{path}'", "Its path got too long by --relocate.",
                "Give it a shorter place."));
            return;
        }

        SysResult looked = Sys.Status(path, out FileStatus there);
        if (looked.Ok)
        {
            looked = plan.Rights.CanOpen(path, written ? OpenFlags.ReadWrite : OpenFlags.ReadOnly);
        }

        if (!looked.Ok)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, looked.Error, $"Failed to open file '{path}'",
                $"It is mapped by the program and cannot be {(written ? "written to" : "read")} here: {ErrorText.Of(looked.Error)}.",
                "Put it back, or say where it is with --relocate; or save mapped files with the checkpoint (--save-all)."));
            return;
        }

        if (FindDifference(file, path, there, written) is { } difference)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.Invalid, $"{path} is not the file that was mapped: {difference}",
                "The program would run on with parts of another one.",
                "Put the old one back, or say where it is with --relocate; or save mapped files with the checkpoint (--save-all)."));
        }
        else if (written && there.ModifyNs != file.MtimeNs)
        {
            plan.Diagnostics.Add($"{path}, which pid {process.Pid} has mapped shared, has changed since the checkpoint");
        }
    }

    private static string? FindDifference(FileReference file, string path, in FileStatus there, bool written)
    {
        if ((file.Mode & TypeBits) != (there.Mode & TypeBits))
        {
            return "it is another sort of file";
        }

        if (there.Type != FileType.Regular)
        {
            return null;
        }

        if (written)
        {
            return (ulong)there.Size >= file.Size ? null : $"it had {file.Size} bytes, now {there.Size}";
        }

        if ((ulong)there.Size != file.Size)
        {
            return $"it had {file.Size} bytes, now {there.Size}";
        }

        bool touched = there.ModifyNs != file.MtimeNs;
        if (file.BuildId.IsEmpty && !touched)
        {
            return null;
        }

        using Fd? now = Sys.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.CloseOnExec).Value;
        if (now is null)
        {
            return touched ? "it was changed since, and cannot be read" : null;
        }

        if (!file.BuildId.IsEmpty)
        {
            byte[] id = ElfBuildId.Read(now);
            return file.BuildId.Span.SequenceEqual(id)
                ? null : $"its build id was {Convert.ToHexStringLower(file.BuildId.Span)}, now {(id.Length > 0 ? Convert.ToHexStringLower(id) : "none")}";
        }

        bool equal = !file.Digest.IsEmpty && file.Digest.Span.SequenceEqual(FileReferences.DigestOf(now, there.Size));
        return equal ? null : "its content was changed since the checkpoint";
    }
}
