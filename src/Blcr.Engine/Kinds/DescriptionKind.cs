using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds;

/// <summary>One sort of object behind open file descriptions (regular files, pipes, terminals, …).</summary>
/// <remarks>What all descriptions have (offset, flags, owner, locks, numbers) is the work of <see cref="DescriptorsKind"/>;
/// a kind sees to the object alone. Each description is collected, checked and made once, whoever shares it.</remarks>
public abstract class DescriptionKind
{
    /// <summary>Whether the description is of this kind. The first of <see cref="AllKinds.OfDescriptions"/> to say yes has it.</summary>
    public abstract bool Owns(Dump dump, FoundDescription found);

    /// <summary>Enters descriptions that are held by the object itself (descriptors in flight) into <see cref="Dump.Descriptions"/>.
    /// Called for every description of the tree, of whatever kind, before any is collected.</summary>
    public virtual void Discover(Dump dump, FoundDescription found)
    {
    }

    /// <summary>Sets the object of <see cref="FoundDescription.Image"/>, or notes an obstacle. Nothing about the
    /// description may change: the application shares it with us.</summary>
    public abstract void Collect(Dump dump, FoundDescription found);

    /// <summary>The member of the image that this kind fills.</summary>
    public abstract OpenDescription.ObjectOneofCase Object { get; }

    /// <summary>Image × this host → obstacles. Nothing is made, no file is changed.</summary>
    public abstract void Check(RestartPlan plan, SavedDescription saved);

    /// <summary>Whether it can only be made when all threads are there, not just the processes.</summary>
    public virtual bool NeedsThreads(OpenDescription image, ContextImage all) => false;

    /// <summary>The descriptor of ours that belongs at <paramref name="number"/> of the process; null: the number stays closed.
    /// It stays ours: the caller passes a duplicate on.</summary>
    public virtual Fd? SourceFor(Rebuilding rebuilding, SavedDescription saved, NewProcess process, int number) =>
        rebuilding.Descriptions.Made(saved, () => DescriptionRebuilder.Finish(saved, Make(rebuilding, saved)));

    /// <summary>For an object that is outside the checkpoint, so that a restart takes something of its own: the name by which
    /// a user may replace it, as /proc/PID/fd shows it. Null for what is restored.</summary>
    public virtual string? OutsideName(OpenDescription image) => null;

    /// <summary>Work inside the process once all processes have their threads and all their numbers in place.</summary>
    public virtual void Complete(Rebuilding rebuilding, SavedDescription saved, NewProcess process)
    {
    }

    /// <summary>Makes the object and opens a description of it with the saved access mode and flags, in this process.</summary>
    protected abstract Fd Make(Rebuilding rebuilding, SavedDescription saved);
}
