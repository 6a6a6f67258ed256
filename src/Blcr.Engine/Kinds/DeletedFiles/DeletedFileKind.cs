using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.DeletedFiles;

/// <summary>Regular files without a name (deleted files, O_TMPFILE, memfds): saved by content, made again without one.
/// And those of /dev/shm, which are memory with a name: saved by content, and made again with it; and what the user has chosen to be saved so.</summary>
/// <remarks>The content is the work of FileContents, which saves each file once, whether it is mapped, open or both.</remarks>
public sealed class DeletedFileKind : DescriptionKind
{
    private const string MemoryFilePrefix = "/memfd:";
    private const string DeletedSuffix = " (deleted)"; // fs/d_path.c

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.ContentFile;

    public override bool Owns(Dump dump, FoundDescription found) =>
        found.Status.Type == FileType.Regular && !found.IsPathOnly && (found.IsDeleted || IsNamedMemory(found) || dump.ChosenFiles.Has(found));

    public override void Collect(Dump dump, FoundDescription found)
    {
        string name = found.Name.EndsWith(DeletedSuffix, StringComparison.Ordinal) ? found.Name[..^DeletedSuffix.Length] : found.Name;
        if (name.StartsWith("/secretmem", StringComparison.Ordinal))
        {
            found.Refuse(dump, Errno.NotSupported, "secret memory (memfd_secret), which nobody else may read", "Start the program without it.");
            return;
        }

        if (IsNamedMemory(found))
        {
            uint id = dump.FileContents.Add(found.Duplicate(), FileContentOrigin.ContentNamedMemory, name, found.Process.Pid).Id;
            found.Image.ContentFile = new ContentFile { Content = id };
            return;
        }

        if (dump.ChosenFiles.Has(found))
        {
            found.Image.ContentFile = new ContentFile { Content = dump.FileContents.Add(found.Duplicate(), FileContentOrigin.ContentChosenFile, name, found.Process.Pid).Id };
            return;
        }

        bool memory = name.StartsWith(MemoryFilePrefix, StringComparison.Ordinal);
        FileContent content = dump.FileContents.Add(found.Duplicate(),
            memory ? FileContentOrigin.ContentMemfd : FileContentOrigin.ContentDeletedFile,
            memory ? name[MemoryFilePrefix.Length..] : name, found.Process.Pid);
        found.Image.ContentFile = new ContentFile { Content = content.Id };
    }

    private static bool IsNamedMemory(FoundDescription found) =>
        NamedMemory.Is(found.Name, found.Status) && Sys.LinkStatus(found.Name, out FileStatus there).Ok && there.IsSameFile(found.Status);

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        uint id = saved.Image.ContentFile.Content;
        foreach (FileContent content in plan.Image.FileContents)
        {
            if (content.Id == id)
            {
                return;
            }
        }

        saved.Refuse(plan, Errno.Invalid, $"refers to file content {id}, which the context file does not have",
            "The context file was not written by cr_checkpoint.");
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        const OpenFlags kept = OpenFlags.AccessMode | OpenFlags.Append | OpenFlags.NonBlocking | OpenFlags.Sync
            | OpenFlags.Direct | OpenFlags.NoAccessTime;
        return rebuilding.Files.Open(saved.Image.ContentFile.Content, saved.Flags & kept);
    }
}
