using System.Buffers.Text;
using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Processes that trace others. The relation is not saved, so that one of them is refused or left out
/// (blcr-contract, 1.3 "Ptrace policy").</summary>
internal static class Tracers
{
    /// <summary>Pids of the processes that trace somebody now.</summary>
    /// <remarks>Only the traced know their tracer (man 5 proc_pid_status, TracerPid: a thread id), so that all have to be
    /// asked: 10 µs each. Asked once, before the freeze, after which we trace ourselves.</remarks>
    public static IReadOnlySet<int> Now()
    {
        HashSet<int> tracers = [];
        foreach (int pid in ProcIds.All())
        {
            if (TracerOf(pid) is > 0 and int tracer)
            {
                tracers.Add(ProcStatus.Read(tracer).Value?.ThreadGroup ?? tracer);
            }
        }

        return tracers;
    }

    // One line of one read, and no object made for the rest: there may be thousands of processes.
    private static int TracerOf(int pid)
    {
        SysResult<Fd> opened = Sys.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"), OpenFlags.ReadOnly | OpenFlags.CloseOnExec);
        if (opened.Value is not { } file)
        {
            return 0; // it has ended
        }

        using (file)
        {
            Span<byte> room = stackalloc byte[1024]; // the line is the eighth
            ReadOnlySpan<byte> text = room[..(int)Math.Max(0, Sys.Read(file, room).Value)];
            int at = text.IndexOf("\nTracerPid:\t"u8);
            return at >= 0 && Utf8Parser.TryParse(text[(at + "\nTracerPid:\t".Length)..], out int tracer, out _) ? tracer : 0;
        }
    }
}
