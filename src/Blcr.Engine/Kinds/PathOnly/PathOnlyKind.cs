using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PathOnly;

/// <summary>O_PATH descriptors: a place in the file system, whatever is there, not open for anything.</summary>
public sealed class PathOnlyKind : DescriptionKind
{
    private const string What = "a place in the file system (O_PATH)";

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.PathOnly;

    public override bool Owns(Dump dump, FoundDescription found) => found.IsPathOnly;

    public override void Collect(Dump dump, FoundDescription found)
    {
        FileReference? file = FilesByPath.Collect(dump, found, What);
        if (file is not null)
        {
            found.Image.PathOnly = new Image.PathOnly { File = file };
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        FileReference file = saved.Image.PathOnly.File;
        if (file is null || !ProcPaths.IsOfSavedProcess(plan, file.Path))
        {
            _ = FilesByPath.Check(plan, saved, file, What); // that it is there and of its type is all
        }
    }

    public override bool NeedsThreads(OpenDescription image, ContextImage all) => ProcPaths.IsOfLateThread(all, image.PathOnly.File);

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved) =>
        FilesByPath.Open(rebuilding, saved, saved.Image.PathOnly.File, What);
}
