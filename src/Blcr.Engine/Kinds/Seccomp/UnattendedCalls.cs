using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Seccomp;

/// <summary>May a thread with filters be entered at all? While we trace it they are suspended; if we are killed, the
/// runner finishes a call or two and leaves under the filters again. They must let it.</summary>
/// <remarks>A call that only fails is no harm where the runner goes on without it; leaving takes four that must work.
/// Actions: man 2 seccomp. TRAP forces a SIGSYS, which kills a thread with all signals blocked.</remarks>
internal static class UnattendedCalls
{
    private const uint KillProcess = 0x8000_0000;
    private const uint KillThread = 0;
    private const uint Trap = 0x0003_0000;
    private const uint Notify = 0x7fc0_0000;
    private const uint Log = 0x7ffc_0000;
    private const uint Allow = 0x7fff_0000;

    private static readonly int[] MustWork =
        [SyscallNumber.Ppoll, SyscallNumber.Close, SyscallNumber.Munmap, SyscallNumber.RtSigprocmask];

    private static readonly int[] MayFail =
    [
        SyscallNumber.Mmap, SyscallNumber.PidfdOpen, SyscallNumber.RtSigaction, SyscallNumber.Sigaltstack, SyscallNumber.Prctl,
        SyscallNumber.ArchPrctl, SyscallNumber.Getitimer, SyscallNumber.TimerGettime, SyscallNumber.TimerGetoverrun,
        SyscallNumber.Membarrier, SyscallNumber.Brk, SyscallNumber.RestartSyscall,
    ];

    /// <exception cref="RefusedException">The filters forbid one of the calls in a way that would harm the program.</exception>
    public static void RefuseIfForbidden(FrozenThread thread, ThreadImage image)
    {
        foreach (int number in MustWork)
        {
            if (WorstAction(image, number) is not (Allow or Log))
            {
                throw Refusal(thread, number);
            }
        }

        foreach (int number in MayFail)
        {
            if (WorstAction(image, number) is KillProcess or KillThread or Trap or Notify)
            {
                throw Refusal(thread, number);
            }
        }
    }

    /// <summary>All filters are asked, and the strictest answer counts: the lowest, as signed numbers.</summary>
    private static uint WorstAction(ThreadImage image, int number)
    {
        int worst = (int)Allow;
        ReadOnlySpan<ulong> args = number == SyscallNumber.RtSigprocmask ? [2 /* SIG_SETMASK */, 0, 0, 8] : [];
        foreach (Google.Protobuf.ByteString filter in image.SeccompFilters)
        {
            worst = Math.Min(worst, unchecked((int)ClassicBpf.ActionFor(filter.Span, number, args)));
        }

        return unchecked((uint)worst);
    }

    private static RefusedException Refusal(FrozenThread thread, int number) => new(thread.Pid, Errno.NotSupported,
        $"thread {thread.Tid} restricts its system calls (seccomp) and forbids call {number}",
        "Should cr_checkpoint be killed while it works there, the program could not go on unharmed. Nothing was written; it runs on.",
        "Allow it ppoll, close, munmap and rt_sigprocmask, and let other forbidden calls fail instead of killing.");
}
