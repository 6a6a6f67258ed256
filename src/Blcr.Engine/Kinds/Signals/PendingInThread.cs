using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Signals;

/// <summary>Signals sent to one thread: tgkill(2), faults, timers that name a thread.</summary>
internal sealed class PendingInThread : ThreadRoom
{
    public override void Look(Dump dump, FrozenThread thread, ThreadRights status) =>
        PendingSignals.Collect(thread, ofProcess: false, thread.Image.Pending);

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread) =>
        CheckForm(plan, process, thread.Pending.Concat(process.Attributes?.Pending ?? []));

    public override void Rebuild(ProgramSeries programs, ThreadImage thread) =>
        PendingSignals.Rebuild(programs, ofProcess: false, thread.Pending);

    private static void CheckForm(RestartPlan plan, ProcessImage process, IEnumerable<ByteString> pending)
    {
        foreach (ByteString info in pending)
        {
            if (info.Length != Sys.SigInfoSize || PendingSignals.NumberOf(info.Span) is < 1 or > Signal.Last or Signal.Kill or Signal.Stop)
            {
                plan.Obstacles.Add(new Obstacle(process.Pid, Errno.Invalid, "a pending signal in the context file makes no sense",
                    "The file cannot be used.", "Make a new checkpoint."));
            }
        }
    }
}
