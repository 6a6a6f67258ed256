using Blcr.Linux;

namespace Blcr.Engine.Kinds.MessageQueues;

/// <summary>While it lives, this process may have as many bytes in POSIX queues as its hard limit allows: a process of the
/// context file may have had more than we.</summary>
internal sealed unsafe class RaisedQueueLimit : IDisposable
{
    private const int QueueBytes = 12; // RLIMIT_MSGQUEUE

    private readonly Limit _before;
    private readonly bool _raised;

    public RaisedQueueLimit()
    {
        // Above the hard limit with CAP_SYS_RESOURCE only.
        _raised = Sys.GetLimit(0, QueueBytes, out _before).Ok
            && (Set(new Limit { Soft = Limit.Infinity, Hard = Limit.Infinity }) || Set(_before with { Soft = _before.Hard }));
    }

    public void Dispose()
    {
        if (_raised)
        {
            Set(_before);
        }
    }

    private static bool Set(Limit limit) => Sys.Call(SyscallNumber.Prlimit64, 0, QueueBytes, (nint)(&limit), 0).Ok;
}
