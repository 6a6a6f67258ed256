using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>A POSIX timer of a process as /proc/PID/timers shows it; man 5 proc_pid_timers.</summary>
/// <param name="Id">The kernel's timer id.</param>
/// <param name="Notify">SIGEV_SIGNAL 0, SIGEV_NONE 1, SIGEV_THREAD 2, and 4 added for one thread (SIGEV_THREAD_ID).</param>
/// <param name="Target">Process or thread the signal goes to.</param>
public readonly record struct PosixTimerLine(int Id, int Signal, ulong Value, int Notify, int Target, int Clock)
{
    /// <summary>Needs CONFIG_CHECKPOINT_RESTORE; ENOENT without it.</summary>
    public static SysResult<List<PosixTimerLine>> Read(int pid)
    {
        SysResult<byte[]> file = Sys.ReadFile($"/proc/{pid}/timers");
        return file.Ok
            ? new(Parse(Encoding.ASCII.GetString(file.Value!)), Errno.None)
            : new(null, file.Error);
    }

    // fs/proc/base.c: show_timer()
    //   ID: 0
    //   signal: 60/000000000000002a
    //   notify: signal/pid.2634
    //   ClockID: 0
    public static List<PosixTimerLine> Parse(string text)
    {
        List<PosixTimerLine> timers = [];
        PosixTimerLine timer = default;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            string value = line[(colon + 2)..];
            switch (line[..colon])
            {
                case "ID":
                    timer = default(PosixTimerLine) with { Id = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "signal":
                    int slash = value.IndexOf('/');
                    timer = timer with
                    {
                        Signal = int.Parse(value.AsSpan(0, slash), CultureInfo.InvariantCulture),
                        Value = ulong.Parse(value.AsSpan(slash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                    };
                    break;
                case "notify":
                    timer = timer with
                    {
                        Notify = NotifyOf(value),
                        Target = int.Parse(value.AsSpan(value.IndexOf('.') + 1), CultureInfo.InvariantCulture),
                    };
                    break;
                case "ClockID":
                    timers.Add(timer with { Clock = int.Parse(value, CultureInfo.InvariantCulture) });
                    break;
                default:
                    break;
            }
        }

        return timers;
    }

    // "none", "signal" or "thread", then "/tid." for SIGEV_THREAD_ID or "/pid."
    private static int NotifyOf(string value)
    {
        int how = value.StartsWith("signal", StringComparison.Ordinal) ? 0
            : value.StartsWith("none", StringComparison.Ordinal) ? 1 : 2;
        return value.Contains("/tid.", StringComparison.Ordinal) ? how + 4 : how;
    }
}
