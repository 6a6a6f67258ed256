using Blcr.Linux;

namespace Blcr.Engine.Rebuild;

/// <summary>While it lives, this process may have as many open files as its hard limit allows: at restart it holds every
/// description of every process for a while, above the numbers they use.</summary>
public sealed unsafe class RaisedOpenFiles : IDisposable
{
    private readonly Limit _before;
    private readonly bool _raised;

    public RaisedOpenFiles()
    {
        _raised = Sys.GetLimit(0, ResourceNumber.OpenFiles, out _before).Ok && Set(_before with { Soft = _before.Hard });
    }

    public void Dispose()
    {
        if (_raised)
        {
            Set(_before);
        }
    }

    // Raising the soft limit up to the hard one is always allowed (man 2 setrlimit).
    private static bool Set(Limit limit) =>
        Sys.Call(SyscallNumber.Prlimit64, 0, ResourceNumber.OpenFiles, (nint)(&limit), 0).Ok;
}
