using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>While it lives, orphans of the new processes become children of this process, and not of init
/// (prctl(2), PR_SET_CHILD_SUBREAPER): if the restart fails, it collects every one of them itself.</summary>
internal sealed unsafe class Subreaper : IDisposable
{
    private readonly bool _wasOne;

    public Subreaper()
    {
        int was = 0;
        _ = Sys.Prctl(PrctlOption.GetChildSubreaper, (nint)(&was)); // it cannot fail, nor can setting it
        _wasOne = was != 0;
        _ = Sys.Prctl(PrctlOption.SetChildSubreaper, 1);
    }

    /// <summary>Does something by which a new process loses its parent, and becomes a child of init (or of a subreaper above us).</summary>
    public static void Without(Action something)
    {
        _ = Sys.Prctl(PrctlOption.SetChildSubreaper, 0);
        something();
        _ = Sys.Prctl(PrctlOption.SetChildSubreaper, 1);
    }

    public void Dispose() => _ = Sys.Prctl(PrctlOption.SetChildSubreaper, _wasOne ? 1 : 0);
}
