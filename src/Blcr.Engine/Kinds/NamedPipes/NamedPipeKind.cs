using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.NamedPipes;

/// <summary>FIFOs: opened again by path; with their unread bytes if a reader and a writer are inside the checkpoint.</summary>
/// <remarks>A FIFO that is missing at restart is made again. What is in a FIFO that leads outside is not saved, which is
/// said. Not supported: one whose name has been removed.</remarks>
public sealed class NamedPipeKind : DescriptionKind
{
    private const string What = "the named pipe";

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.NamedPipe;

    public override bool Owns(Dump dump, FoundDescription found) =>
        found.Status.Type == FileType.Fifo && !found.IsPathOnly && !PipeSides.IsPipe(found);

    public override void Collect(Dump dump, FoundDescription found)
    {
        FileReference? file = FilesByPath.Collect(dump, found, What);
        if (file is null)
        {
            return;
        }

        found.Image.NamedPipe = new NamedPipe { File = file };
        List<FoundDescription> ends = dump.Descriptions.OfFile(found.Status);
        if (ends[0] == found)
        {
            CollectContents(dump, found, ends);
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        FileReference file = saved.Image.NamedPipe.File;
        string path = plan.Relocate(file.Path);
        SysResult looked;
        using (plan.Rights.Enter())
        {
            looked = Sys.LinkStatus(path, out _);
        }

        // Missing: it is made again. Opening it to try would block or wake somebody; the type and the rights are enough.
        if (looked.Error != Errno.NoEntry)
        {
            _ = FilesByPath.Check(plan, saved with { Image = PathOnly(saved) }, file, What);
        }
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        SavedDescription first = First(rebuilding.Image, saved);
        using OwnerRights.Scope rights = rebuilding.Plan.Rights.Enter();
        HeldNamedPipe held = rebuilding.Descriptions.Shared(first.Image.Id, () => HeldNamedPipe.Open(rebuilding.Plan, first));
        return held.OpenEnd(saved);
    }

    private static void CollectContents(Dump dump, FoundDescription found, List<FoundDescription> ends)
    {
        Pipe contents = PipeContents.Collect(dump, ends);
        bool inside = ends.Exists(end => end.Access != OpenFlags.WriteOnly) && ends.Exists(end => end.Access != OpenFlags.ReadOnly);
        if (inside)
        {
            found.Image.NamedPipe.Capacity = contents.Capacity;
            found.Image.NamedPipe.Contents.AddRange(contents.Contents);
            found.Image.NamedPipe.Packets = contents.Packets;
        }
        else if (contents.Contents.Count > 0)
        {
            dump.Diagnostics.Add($"pid {found.Process.Pid}: descriptor {found.Number}, {found.Name}, leaves the checkpoint, "
                + $"with {contents.Contents.Sum(part => part.Length)} bytes in it that are not saved");
        }
    }

    private static OpenDescription PathOnly(SavedDescription saved) =>
        new() { Id = saved.Image.Id, StatusFlags = (uint)OpenFlags.Path };

    /// <summary>The description that carries the contents of the same FIFO.</summary>
    private static SavedDescription First(ContextImage image, SavedDescription saved)
    {
        FileReference file = saved.Image.NamedPipe.File;
        foreach (OpenDescription other in image.Descriptions)
        {
            if (other.NamedPipe?.File is { } same && same.Device == file.Device && same.Inode == file.Inode)
            {
                return saved with { Image = other };
            }
        }

        return saved;
    }
}
