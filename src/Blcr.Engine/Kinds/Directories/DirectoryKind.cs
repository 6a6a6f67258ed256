using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Directories;

/// <summary>Directories: opened again by path, with the place that readdir(3) had come to.</summary>
/// <remarks>The place is a cookie of the file system. It holds for the same directory; on another file system (a copy,
/// --relocate) it need not, which is said when the directory was in the middle of being read.</remarks>
public sealed class DirectoryKind : DescriptionKind
{
    private const string What = "the directory";

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.Directory;

    public override bool Owns(Dump dump, FoundDescription found) =>
        found.Status.Type == FileType.Directory && !found.IsPathOnly;

    public override void Collect(Dump dump, FoundDescription found)
    {
        FileReference? file = FilesByPath.Collect(dump, found, What);
        if (file is not null)
        {
            found.Image.Directory = new DirectoryFile { File = file };
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        FileReference file = saved.Image.Directory.File;
        if (file is not null && ProcPaths.IsOfSavedProcess(plan, file.Path))
        {
            return; // /proc/PID/…: there is no such process yet
        }

        if (FilesByPath.Check(plan, saved, file, What) is not FileStatus there)
        {
            return;
        }

        if (saved.Image.Position != 0 && (there.Inode != file!.Inode || there.Device != file.Device))
        {
            plan.Diagnostics.Add($"{plan.Relocate(file.Path)} is another directory than the one pid {saved.Pid} was reading "
                + $"(descriptor {saved.Number}): it may see entries twice or not at all");
        }
    }

    public override bool NeedsThreads(OpenDescription image, ContextImage all) => ProcPaths.IsOfLateThread(all, image.Directory.File);

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved) =>
        FilesByPath.Open(rebuilding, saved, saved.Image.Directory.File, What);
}
