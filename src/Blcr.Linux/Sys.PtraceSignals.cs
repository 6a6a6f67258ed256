namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>sizeof(siginfo_t)</summary>
    public const int SigInfoSize = 128;

    /// <summary>Blocked signals, bit 0 = signal 1 (PTRACE_GETSIGMASK, Linux 3.11).</summary>
    /// <remarks>Inside sigsuspend, ppoll and friends the kernel gives the saved mask, the one that comes back after
    /// the call (kernel/ptrace.c: test_tsk_restore_sigmask()).</remarks>
    public static SysResult PtraceGetSigMask(int tid, out ulong mask)
    {
        ulong got = 0;
        SysResult result = Ptrace(PtraceRequest.GetSigMask, tid, sizeof(ulong), (nint)(&got));
        mask = got;
        return result;
    }

    /// <summary>Sets the blocked signals (PTRACE_SETSIGMASK). A mask saved for the end of sigsuspend is dropped:
    /// kernel/ptrace.c clears TIF_RESTORE_SIGMASK.</summary>
    public static SysResult PtraceSetSigMask(int tid, ulong mask) =>
        Ptrace(PtraceRequest.SetSigMask, tid, sizeof(ulong), (nint)(&mask));

    /// <summary>The signal of a signal-delivery stop, 128 bytes. EINVAL: a group-stop, which has none.</summary>
    public static SysResult PtraceGetSigInfo(int tid, Span<byte> info)
    {
        fixed (byte* at = info[..SigInfoSize])
        {
            return Ptrace(PtraceRequest.GetSigInfo, tid, 0, (nint)at);
        }
    }

    /// <summary>Pending signals, oldest first, without taking them (PTRACE_PEEKSIGINFO, Linux 3.10).</summary>
    /// <param name="tid">A thread in a ptrace stop.</param>
    /// <param name="shared">Those of the process instead of the thread's own.</param>
    /// <param name="infos">siginfo_t of each, 128 bytes.</param>
    public static SysResult PtracePeekSigInfo(int tid, bool shared, out List<byte[]> infos)
    {
        infos = [];
        byte* room = stackalloc byte[16 * SigInfoSize];

        // struct ptrace_peeksiginfo_args: u64 off, u32 flags (1: PTRACE_PEEKSIGINFO_SHARED), s32 nr
        ulong* request = stackalloc ulong[2];
        while (true)
        {
            request[0] = (ulong)infos.Count;
            request[1] = (shared ? 1u : 0u) | (16ul << 32);
            SysResult got = Ptrace(PtraceRequest.PeekSigInfo, tid, (nint)request, (nint)room);
            if (!got.Ok || got.Value == 0)
            {
                return got;
            }

            for (int i = 0; i < got.Value; i++)
            {
                infos.Add(new ReadOnlySpan<byte>(room + i * SigInfoSize, SigInfoSize).ToArray());
            }
        }
    }
}
