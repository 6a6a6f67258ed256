using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>A segment attached to this process for a while.</summary>
internal sealed class OwnAttachment : IDisposable
{
    private OwnAttachment(nint address) => Address = address;

    public nint Address { get; }

    public static SysResult<OwnAttachment> Make(int segment, int flags = 0)
    {
        SysResult attached = Sys.AttachSegment(segment, flags);
        return attached.Ok ? new(new OwnAttachment((nint)attached.Value), Errno.None) : new(null, attached.Error);
    }

    /// <summary>Bytes of its pages if they are huge ones, else 0. Nothing else tells of a segment that nobody has attached.</summary>
    public ulong HugePageSize() =>
        ProcVma.ReadAll(Sys.Getpid()).Value?.Find(vma => vma.Start == (ulong)Address) is { } vma && vma.Has("ht") ? vma.PageSize : 0;

    public void Dispose() => _ = Sys.DetachSegment(Address); // ours, attached above
}
