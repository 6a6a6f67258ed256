using System.Buffers.Binary;
using Blcr.Engine.Freeze;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Kinds.Signals;

/// <summary>Signals that wait, with their whole siginfo_t, in the order they came.</summary>
/// <remarks>They come back by rt_sigqueueinfo(2) to oneself: the only way to keep codes of the kernel such as SI_TIMER or
/// CLD_EXITED (kernel/signal.c: do_rt_sigqueueinfo()). Everything is blocked then, so a signal stays pending even if its
/// action is to ignore it (sig_ignored()). One of a POSIX timer comes back as an ordinary queued signal: the program
/// sees the same siginfo, and the timer, set again with the time it had left, counts overruns from zero.</remarks>
internal static class PendingSignals
{
    private const int Batch = 64;

    public static void Collect(FrozenThread thread, bool ofProcess, RepeatedField<ByteString> to)
    {
        SysResult got = Sys.PtracePeekSigInfo(thread.Tid, ofProcess, out List<byte[]> infos);
        if (!got.Ok)
        {
            throw new RefusedException(thread.Pid, got.Error, $"could not read the pending signals of thread {thread.Tid}",
                "They would be lost. Nothing was written; the program runs on.", "See cr_checkpoint(1), section DIAGNOSTICS.");
        }

        foreach (byte[] info in infos)
        {
            if (NumberOf(info) == Signal.Stop)
            {
                // It cannot be blocked, so it would stop the new process in the middle of its making: as good as stopped.
                thread.Process.Image.Stopped = true;
                thread.Process.Image.StopSignal = Signal.Stop;
                continue;
            }

            to.Add(ByteString.CopyFrom(info));
        }
    }

    /// <summary>Adds the calls that queue them again, to the thread that runs them or to its process (leader only).</summary>
    public static void Rebuild(ProgramSeries programs, bool ofProcess, IReadOnlyList<ByteString> pending)
    {
        for (int first = 0; first < pending.Count; first += Batch)
        {
            int count = Math.Min(Batch, pending.Count - first);
            SyscallProgram program = programs.For(count + 3, count * Sys.SigInfoSize + sizeof(ulong));
            program.Call("block all signals", SyscallNumber.RtSigprocmask,
                SetMask, program.Input(ulong.MaxValue), 0, sizeof(ulong));
            Result pid = program.Call("tell the process id", SyscallNumber.Getpid);
            Result tid = program.Call("tell the thread id", SyscallNumber.Gettid);
            foreach (ByteString info in pending.Skip(first).Take(count))
            {
                int signal = NumberOf(info.Span);
                Data data = program.Input(info.Span);
                _ = ofProcess
                    ? program.Call($"queue signal {signal} to the process", SyscallNumber.RtSigqueueinfo, pid, signal, data)
                    : program.Call($"queue signal {signal} to the thread", SyscallNumber.RtTgsigqueueinfo, pid, tid, signal, data);
            }
        }
    }

    /// <summary>Whether one of them could be delivered to a thread that blocks <paramref name="blocked"/>.</summary>
    public static bool AnyDeliverable(IEnumerable<ByteString> pending, ulong blocked) =>
        pending.Any(info => (Signal.Bit(NumberOf(info.Span)) & blocked) == 0);

    /// <summary>si_signo, the first word of siginfo_t.</summary>
    public static int NumberOf(ReadOnlySpan<byte> info) => BinaryPrimitives.ReadInt32LittleEndian(info);

    private const int SetMask = 2; // SIG_SETMASK
}
