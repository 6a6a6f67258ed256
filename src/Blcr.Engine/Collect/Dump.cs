using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Engine.Kinds.PseudoTerminals;
using Blcr.Engine.Kinds.UnixSockets;
using Blcr.Engine.Kinds.WatchedFiles;
using Blcr.Engine.Write;

namespace Blcr.Engine.Collect;

/// <summary>One checkpoint under way, between freeze and write.</summary>
public sealed class Dump(CheckpointRequest request) : IDisposable
{
    private readonly List<IDisposable> _kept = [];

    public CheckpointRequest Request { get; } = request;

    public ContextImage Image { get; } = new();

    public List<FrozenProcess> Processes { get; } = [];

    /// <summary>Everything in the way. Not empty after collecting: refuse with all of them.</summary>
    public List<Obstacle> Obstacles { get; } = [];

    /// <summary>Remarks for --kmsg-warning.</summary>
    public List<string> Diagnostics { get; } = [];

    /// <summary>Where the pages of the page data section come from, in order.</summary>
    public PageSources Pages { get; } = new();

    /// <summary>Files saved by content, each once.</summary>
    public FileContentTable FileContents => field ??= new(this);

    /// <summary>Those that the user wants to be saved so.</summary>
    public ChosenFiles ChosenFiles { get; } = new(request.SaveBelow, request.SaveOpenBelow);

    /// <summary>Finds names of files that are watched.</summary>
    public WatchedFileSearch WatchedFiles => field ??= new(this);

    /// <summary>Files mapped by the tree that are found again by their path, each described once.</summary>
    public MappedFileTable MappedFiles { get; } = new();

    /// <summary>Open file descriptions held by the tree, each once.</summary>
    public DescriptionTable Descriptions { get; } = new();

    /// <summary>Unix sockets of this host and of the tree.</summary>
    public SocketTable Sockets => field ??= new(this);

    /// <summary>Keeps something open until the context file is written, because pages come from it.</summary>
    public void Keep(IDisposable source) => _kept.Add(source);
    /// <summary>Pseudo-terminals that have their master in the tree.</summary>
    internal PseudoTerminalTable PseudoTerminals => field ??= PseudoTerminalTable.Of(Descriptions);

    /// <summary>Closes the files that pages were to come from, and descriptors that were found in flight.</summary>
    public void Dispose()
    {
        Sockets.Dispose();
        FileContents.Dispose();
        _kept.ForEach(source => source.Dispose());
    }
}
