using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Kinds.Threads;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Signals;

/// <summary>Which signals a thread blocks. Everything is blocked until the release, which sets the saved mask.</summary>
internal sealed class SignalMasks : ThreadRoom
{
    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        // Not SigBlk of status: inside sigsuspend and ppoll that is the call's mask, and this is the one that comes back.
        SysResult got = Sys.PtraceGetSigMask(thread.Tid, out ulong mask);
        if (!got.Ok)
        {
            throw new RefusedException(thread.Pid, got.Error, $"could not read the signal mask of thread {thread.Tid}",
                "It cannot be saved. Nothing was written; the program runs on.", "See cr_checkpoint(1), section DIAGNOSTICS.");
        }

        thread.Image.BlockedSignals = mask;
    }
}
