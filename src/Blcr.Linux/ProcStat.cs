using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>/proc/PID/stat or /proc/PID/task/TID/stat: one line, man 5 proc_pid_stat.</summary>
public sealed class ProcStat
{
    private const uint KernelThread = 0x00200000; // PF_KTHREAD, include/linux/sched.h

    private const uint Exiting = 0x4;             // PF_EXITING

    private readonly byte[] _line;
    private readonly Range _name;

    private ProcStat(byte[] line)
    {
        // The name is between the first '(' and the last ')': it may contain either.
        _line = line;
        _name = (line.AsSpan().IndexOf((byte)'(') + 1)..line.AsSpan().LastIndexOf((byte)')');
        Id = int.Parse(line.AsSpan(0, _name.Start.Value - 2), CultureInfo.InvariantCulture);
    }

    public int Id { get; }

    /// <summary>comm; may hold any byte, spaces and parentheses too.</summary>
    public string Name => Encoding.UTF8.GetString(NameBytes);

    public ReadOnlySpan<byte> NameBytes => _line.AsSpan()[_name];

    /// <summary>R, S, D, T (stopped), t (traced), Z, X, I.</summary>
    public char State => (char)Field(3)[0];

    public bool IsZombie => State is 'Z' or 'X';

    /// <summary>Whether it is ending, or about to: a SIGKILL is on its way (kernel/signal.c: complete_signal()).</summary>
    public bool IsEnding => IsZombie || ((uint)Number(9) & Exiting) != 0 || (Number(31) & (1L << (Signal.Kill - 1))) != 0;

    public int Parent => (int)Number(4);

    public int Group => (int)Number(5);

    public int Session => (int)Number(6);

    /// <summary>tty_nr; 0: no controlling terminal.</summary>
    public int Terminal => (int)Number(7);

    /// <summary>The CPU it last ran on ("processor").</summary>
    public int LastCpu => (int)Number(39);

    /// <summary>In clock ticks since boot ("starttime"): tells it from another one that has its pid later. execve does not change it.</summary>
    public long StartTime => Number(22);

    /// <summary>Of a zombie, as wait4(2) will tell it; 0 for whoever may not trace it (fs/proc/array.c: do_task_stat()). Before
    /// Linux 5.19 it is that of the first thread.</summary>
    public WaitStatus ExitStatus => new((int)Number(52));

    public bool IsKernelThread => ((uint)Number(9) & KernelThread) != 0;

    /// <summary>A field by its number in the man page (1 is the pid; 3 and up are here). Addresses are given as 0
    /// without the right to trace the process.</summary>
    public long Number(int field)
    {
        ReadOnlySpan<byte> text = Field(field);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : unchecked((long)ulong.Parse(text, CultureInfo.InvariantCulture));
    }

    /// <summary>Reads it. ENOENT or ESRCH: there is no such task (any more).</summary>
    public static SysResult<ProcStat> Read(int pid) => ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

    /// <summary>The same for a thread.</summary>
    public static SysResult<ProcStat> Read(int pid, int tid) => ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{tid}/stat"));

    public static ProcStat Parse(ReadOnlySpan<byte> line) => new(line.ToArray());

    private static SysResult<ProcStat> ReadFile(string path)
    {
        SysResult<byte[]> bytes = Sys.ReadFile(path);
        return bytes.Ok && bytes.Value!.Length > 0
            ? new SysResult<ProcStat>(new ProcStat(bytes.Value), Errno.None)
            : new SysResult<ProcStat>(null, bytes.Ok ? Errno.NoProcess : bytes.Error);
    }

    // Found when asked for: most callers want two or three of the fifty.
    private ReadOnlySpan<byte> Field(int number)
    {
        ReadOnlySpan<byte> rest = _line.AsSpan(_name.End.Value + 2).TrimEnd((byte)'\n');
        for (int field = 3; field < number; field++)
        {
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        }

        int end = rest.IndexOf((byte)' ');
        return end < 0 ? rest : rest[..end];
    }
}
