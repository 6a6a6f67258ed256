using System.Text;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>Where and when the checkpoint was taken.</summary>
internal static unsafe class OriginCollector
{
    public static Origin Collect(CheckpointRequest request) => new()
    {
        Host = Line("/proc/sys/kernel/hostname"),
        KernelRelease = Line("/proc/sys/kernel/osrelease"),
        BootId = Line("/proc/sys/kernel/random/boot_id"),
        RealtimeNs = Clock(0),
        MonotonicNs = Clock(1),
        BoottimeNs = Clock(7),
        ToolVersion = request.ToolVersion,
        Scope = (uint)request.Scope,
        Target = request.Target,
    };

    private static string Line(string path) => Encoding.UTF8.GetString(Sys.ReadFile(path).Value ?? []).TrimEnd('\n');

    /// <summary>man 2 clock_gettime; nanoseconds.</summary>
    private static long Clock(int clock)
    {
        long* time = stackalloc long[2];
        _ = Sys.Call(SyscallNumber.ClockGettime, clock, (nint)time); // these clocks exist on every kernel we support
        return time[0] * 1_000_000_000 + time[1];
    }
}
