using Blcr.Engine.Image;
using Blcr.Engine.Kinds.ChosenFolders;
using Blcr.Engine.Read;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Check;

/// <summary>A restart before the first process is made: the verified file, what was asked, and what stands in the way.</summary>
public sealed class RestartPlan
{
    public RestartPlan(RestartRequest request, ContextFile file)
    {
        Request = request;
        File = file;
        Rights = new(file.OwnerUid);
        Replacements = new(this);
        Folders = new(this);
        Requester = new(() => Check.Requester.Look(this));
        Family = FamilyPlan.Of(file.Image, request);
        if (request.OwnGroups)
        {
            OwnGroups.Take(file.Image);
        }
    }

    public RestartRequest Request { get; }

    public ContextFile File { get; }

    public ContextImage Image => File.Image;

    /// <summary>Who is born by whom, and in which session and group they will be.</summary>
    internal FamilyPlan Family { get; }

    internal Lazy<Requester> Requester { get; }

    /// <summary>With whose rights files named by the context file are opened.</summary>
    public OwnerRights Rights { get; }

    /// <summary>What the user gives for ends that lead outside.</summary>
    public Replacements Replacements { get; }

    /// <summary>Directories that were saved with all that is in them.</summary>
    public RestoredFolders Folders { get; }

    public List<Obstacle> Obstacles { get; } = [];

    public List<string> Diagnostics { get; } = [];

    /// <summary>The path to use now for a saved one (blcr-contract, 1.4, Relocation: first match, whole components, once).</summary>
    public string Relocate(string saved)
    {
        foreach (Relocation relocation in Request.Relocations)
        {
            if (relocation.Old == "/")
            {
                return relocation.New == "/" ? saved : relocation.New + saved;
            }

            if (saved == relocation.Old)
            {
                return relocation.New;
            }

            if (saved.StartsWith(relocation.Old + "/", StringComparison.Ordinal))
            {
                return relocation.New == "/" ? saved[relocation.Old.Length..] : relocation.New + saved[relocation.Old.Length..];
            }
        }

        return saved;
    }
}
