using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Engine.Kinds.RegularFiles;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Rebuild;

/// <summary>One restart under way, between skeleton and resume.</summary>
public sealed class Rebuilding : IDisposable
{
    private readonly Dictionary<int, int> _ids = [];

    public Rebuilding(RestartPlan plan)
    {
        Plan = plan;
        Files = new(plan);
        CutBack = new(plan);
        Descriptions.Adopt(plan.Replacements.Used);
    }

    public RestartPlan Plan { get; }

    public ContextImage Image => Plan.Image;

    public List<NewProcess> Processes { get; } = [];

    /// <summary>Files saved by content, made again once each, as descriptors of ours.</summary>
    public RestoredFiles Files { get; }

    /// <summary>What has grown since the checkpoint, with --cut-back.</summary>
    public CutBack CutBack { get; }

    /// <summary>Open file descriptions, made again once each, as descriptors of ours.</summary>
    public RebuiltDescriptions Descriptions { get; } = new();

    /// <summary>What takes effect outside the new processes or starts a clock (files set back to their size, timers):
    /// done in order when everything has been rebuilt, just before release. Throws <see cref="RefusedException"/>.</summary>
    public List<Action> Last { get; } = [];

    /// <summary>Whoever watches files begins to when all of <see cref="Last"/> is done, so as not to see us at work.</summary>
    public List<Action> Watching { get; } = [];

    /// <summary>Everything is done: what was made outside the new processes stays.</summary>
    public bool Succeeded { get; set; }

    /// <summary>Saved pid or tid → the one it has now. An id of nobody in the context file is returned as it is.</summary>
    /// <remarks>All processes are there when the first kind asks; their threads when the kinds of threads are rebuilt.</remarks>
    public int IdOf(int saved) => _ids.GetValueOrDefault(saved, saved);

    /// <summary>Saved process group → the one it is now.</summary>
    public IdsNow Groups { get; } = new((int)Sys.Call(SyscallNumber.Getpgid, 0).Value);

    /// <summary>Saved session → the one it is now.</summary>
    public IdsNow Sessions { get; } = new((int)Sys.Call(SyscallNumber.Getsid, 0).Value);

    /// <summary>Notes the id that a process or thread has now.</summary>
    internal void Note(int saved, int now) => _ids[saved] = now;

    /// <summary>Closes our descriptors of what the new processes now hold themselves.</summary>
    public void Dispose()
    {
        Descriptions.Dispose();
        Files.Dispose();
    }
}
