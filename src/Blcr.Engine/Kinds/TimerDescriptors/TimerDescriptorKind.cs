using System.Globalization;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.TimerDescriptors;

/// <summary>timerfd_create(2): a timer that is read.</summary>
/// <remarks>It goes on with the time that was left, and starts when the process does. A timer set to an absolute time
/// of day (CLOCK_REALTIME, TFD_TIMER_ABSTIME) keeps that time of day, so that it may be over when it comes back.
/// Expirations not read yet come back by TFD_IOC_SET_TICKS (CONFIG_CHECKPOINT_RESTORE).</remarks>
public sealed class TimerDescriptorKind : DescriptionKind
{
    private const long NsPerSecond = 1_000_000_000;
    private const long SetTicks = 0x40085400; // TFD_IOC_SET_TICKS, _IOW('T', 0, __u64)
    private const uint Absolute = 1;          // TFD_TIMER_ABSTIME

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.TimerDescriptor;

    public override bool Owns(Dump dump, FoundDescription found) => found.Name == "anon_inode:[timerfd]";

    public override void Collect(Dump dump, FoundDescription found) => found.Image.TimerDescriptor = Parse(found.Info);

    /// <summary>fs/timerfd.c: timerfd_show(): clockid, ticks, settime flags (octal), it_value, it_interval: (seconds, nanoseconds).</summary>
    public static TimerDescriptor Parse(FdInfo info) => new()
    {
        Clock = int.Parse(info.Value("clockid")!, CultureInfo.InvariantCulture),
        Ticks = ulong.Parse(info.Value("ticks")!, CultureInfo.InvariantCulture),
        SettimeFlags = Convert.ToUInt32(info.Value("settime flags"), 8),
        RemainingNs = Time(info.Value("it_value")!),
        IntervalNs = Time(info.Value("it_interval")!),
    };

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        // Every kernel that runs this has timerfd_create(2); a clock it lacks is told by Make.
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        TimerDescriptor image = saved.Image.TimerDescriptor;
        SysResult made = Sys.Call(SyscallNumber.TimerfdCreate, image.Clock, (long)(OpenFlags.NonBlocking | OpenFlags.CloseOnExec));
        if (!made.Ok)
        {
            throw saved.Failed(made.Error, $"is a timerfd of clock {image.Clock} that cannot be made again");
        }

        Fd timer = new((int)made.Value);
        rebuilding.Last.Add(() => Start(rebuilding, saved, timer));
        return timer;
    }

    private static unsafe void Start(Rebuilding rebuilding, SavedDescription saved, Fd timer)
    {
        TimerDescriptor image = saved.Image.TimerDescriptor;
        SysResult done = new(0, Errno.None);
        if (image.RemainingNs != 0 || image.IntervalNs != 0)
        {
            bool timeOfDay = (image.SettimeFlags & Absolute) != 0 && image.Clock == (int)ClockId.Realtime;
            long value = timeOfDay ? checked(rebuilding.Image.Origin.RealtimeNs + image.RemainingNs) : image.RemainingNs;
            long* setting = stackalloc long[4]; // struct itimerspec: interval, value
            (setting[0], setting[1]) = Math.DivRem(image.IntervalNs, NsPerSecond);
            (setting[2], setting[3]) = Math.DivRem(value, NsPerSecond);
            done = Sys.Call(SyscallNumber.TimerfdSettime, timer.Number, timeOfDay ? image.SettimeFlags : 0, (nint)setting, 0);
        }

        if (done.Ok && image.Ticks != 0)
        {
            ulong ticks = image.Ticks;
            done = Sys.Call(SyscallNumber.Ioctl, timer.Number, SetTicks, (nint)(&ticks));
        }

        if (!done.Ok)
        {
            throw saved.Failed(done.Error, "is a timerfd that cannot be set as it was");
        }
    }

    // "(0, 49406829)"
    private static long Time(string pair)
    {
        string[] parts = pair.Trim('(', ')').Split(',');
        return checked((long.Parse(parts[0], CultureInfo.InvariantCulture) * NsPerSecond)
            + long.Parse(parts[1].Trim(), CultureInfo.InvariantCulture));
    }
}
