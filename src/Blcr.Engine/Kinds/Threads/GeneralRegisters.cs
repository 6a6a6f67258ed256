using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>The general registers, with the bases of fs and gs. Set again by the release of the restarted tree
/// (<see cref="Sleeps.SleepAgain.ResumeRegisters"/>), not here.</summary>
internal sealed class GeneralRegisters : ThreadRoom
{
    private const ulong UserCodeSegment = 0x33; // __USER_CS, arch/x86/include/asm/segment.h

    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        thread.Image.Registers = ByteString.CopyFrom(thread.Registers.Span);
        Registers registers = Registers.From(thread.Registers.Span);
        if (registers.Cs != UserCodeSegment)
        {
            throw new RefusedException(thread.Pid, Errno.NotSupported,
                $"thread {thread.Tid} runs 32-bit code (code segment {registers.Cs:x})",
                "It cannot be saved. Nothing was written; the program runs on.",
                "Only 64-bit programs can be checkpointed.");
        }
    }
}
