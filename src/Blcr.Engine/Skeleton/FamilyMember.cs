using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A process of the context file in its family: where it will be, and how it gets there.</summary>
/// <remarks>Sessions and groups are spoken of by their saved ids; 0 is the one of the tool.</remarks>
internal sealed class FamilyMember(ProcessImage image, FamilyMember? parent)
{
    public ProcessImage Image { get; } = image;

    /// <summary>Null: the tool.</summary>
    public FamilyMember? Parent { get; } = parent;

    /// <summary>Generations above it.</summary>
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    public int Session { get; init; }

    /// <summary>It opens the session itself (setsid(2)).</summary>
    public bool LeadsSession { get; init; }

    public int Group { get; init; }

    /// <summary>It opens the group itself (setpgid(2), or setsid(2)).</summary>
    public bool LeadsGroup { get; init; }

    /// <summary>The session it is born in: its own unless it opens one.</summary>
    public int BornIn { get; set; }

    public BirthWay Way { get; set; }

    /// <summary>A sibling with which it shares its descriptors or directories, and which therefore bears it (CLONE_PARENT).</summary>
    public FamilyMember? Twin { get; set; }

    public bool IsZombie => Image.Zombie is not null;

    /// <inheritdoc cref="GoesToInit"/>
    public bool BelongsToInit => GoesToInit(Image);

    /// <summary>It will be a child of init. Process 1 of a namespace, which the tool may be, keeps all of its children.</summary>
    public static bool GoesToInit(ProcessImage image) => image.ChildOfInit && Sys.Getpid() != 1;
}

/// <summary>How a process comes into the session it is born in. A session can only be joined by being born in it.</summary>
internal enum BirthWay
{
    /// <summary>Its parent is in that session from its own birth on.</summary>
    Early,

    /// <summary>Its parent opens that session.</summary>
    Late,

    /// <summary>Its parent never was in that session: it is an orphan that was handed on to that parent, a subreaper (or the tool,
    /// as init was). Somebody in that session bears it for that parent.</summary>
    Adopted,
}
