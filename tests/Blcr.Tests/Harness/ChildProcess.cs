using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Blcr.Tests.Harness;

/// <summary>How a process is started.</summary>
public sealed record Launch
{
    public required IReadOnlyList<string> CommandLine { get; init; }

    /// <summary>The whole environment: results must not depend on who runs the suite.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string Folder { get; init; }

    public string Input { get; init; } = "/dev/null";

    /// <summary>Path of the file that becomes standard output; not opened for appending.</summary>
    public required string Output { get; init; }

    public required string Errors { get; init; }

    public User User { get; init; } = User.Self;
}

/// <summary>How a process ended.</summary>
public readonly record struct Ending(int? ExitStatus, int? Signal)
{
    public static Ending Exit(int status) => new(status, null);

    public static Ending By(int signal) => new(null, signal);

    public override string ToString() => ExitStatus is int status ? $"exit status {status}" : $"signal {Signal}";
}

/// <summary>
/// A child process in a session of its own: whatever it starts can be found, and ended, by that session.
/// </summary>
/// <remarks>
/// posix_spawn(3) and not System.Diagnostics.Process: a test must tell death by signal 9 from exit status 137, and
/// .NET's ignored SIGPIPE must not be inherited.
/// </remarks>
public sealed partial class ChildProcess
{
    private const short SetSignalDefaults = 0x04; // POSIX_SPAWN_SETSIGDEF
    private const short SetSignalMask = 0x08;     // POSIX_SPAWN_SETSIGMASK
    private const short SetSession = 0x80;        // POSIX_SPAWN_SETSID, glibc 2.26
    private const int WriteCreateTruncate = 0x241; // O_WRONLY | O_CREAT | O_TRUNC

    private Ending? _ending;

    private ChildProcess(int pid, string commandLine)
    {
        Pid = pid;
        CommandLine = commandLine;
    }

    public int Pid { get; }

    public string CommandLine { get; }

    public static unsafe ChildProcess Start(Launch launch)
    {
        string[] commandLine = [.. launch.User.Prefix, .. launch.CommandLine];
        // Larger than glibc's posix_spawnattr_t (336), posix_spawn_file_actions_t (80) and sigset_t (128).
        byte* attributes = stackalloc byte[512];
        byte* actions = stackalloc byte[512];
        byte* signals = stackalloc byte[128];
        Check(SpawnAttributesInit(attributes));
        Check(SpawnActionsInit(actions));
        new Span<byte>(signals, 128).Clear();
        Check(SpawnSetMask(attributes, signals));
        new Span<byte>(signals, 8).Fill(0xff);
        Check(SpawnSetDefaults(attributes, signals));
        Check(SpawnSetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession));
        Check(SpawnOpen(actions, 0, launch.Input, 0, 0));
        Check(SpawnOpen(actions, 1, launch.Output, WriteCreateTruncate, 0x1b6));
        Check(SpawnOpen(actions, 2, launch.Errors, WriteCreateTruncate, 0x1b6));
        Check(SpawnChangeDirectory(actions, launch.Folder));
        Check(SpawnCloseFrom(actions, 3)); // what other tests have open at this moment is not the application's

        string?[] arguments = [.. commandLine, null];
        string?[] environment = [.. launch.Environment.Select(pair => $"{pair.Key}={pair.Value}"), null];
        int error = Spawn(out int pid, commandLine[0], actions, attributes, arguments, environment);
        Check(SpawnActionsDestroy(actions));
        Check(SpawnAttributesDestroy(attributes));
        string line = string.Join(' ', commandLine);
        if (error != 0)
        {
            throw new InvalidOperationException($"{line}: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        Orphans.IsNone(pid);
        return new ChildProcess(pid, line);
    }

    /// <summary>How it ended; null while it runs. Reaps it.</summary>
    public Ending? Ended()
    {
        if (_ending is null && Orphans.Collect(Pid, out int status) == Pid)
        {
            int signal = status & 0x7f;
            _ending = signal == 0 ? Ending.Exit((status >> 8) & 0xff) : Ending.By(signal);
        }

        return _ending;
    }

    /// <summary>Waits for the end; null when it has not come within the limit.</summary>
    public Ending? WaitForEnd(TimeSpan limit)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Ending? ending;
        while ((ending = Ended()) is null && watch.Elapsed < limit)
        {
            Thread.Sleep(watch.ElapsedMilliseconds < 100 ? 1 : 10);
        }

        return ending;
    }

    /// <summary>Copies a program that is going to be executed.</summary>
    /// <remarks>By a process of its own: were the copy open for writing here, a child started by another test at this
    /// moment would hold it open too, and execve(2) would say ETXTBSY.</remarks>
    public static void CopyExecutable(string from, string to) => RunToEnd(["/bin/cp", from, to]);

    /// <summary>Runs something that has to work and says nothing.</summary>
    public static void RunToEnd(IReadOnlyList<string> commandLine)
    {
        Ending? ending = Start(new Launch
        {
            CommandLine = commandLine,
            Environment = new Dictionary<string, string>(),
            Folder = "/",
            Output = "/dev/null",
            Errors = "/dev/null",
        }).WaitForEnd(Limits.Command);
        if (ending != Ending.Exit(0))
        {
            throw new InvalidOperationException($"{string.Join(' ', commandLine)}: {ending}");
        }
    }

    /// <summary>kill(2). False if there is no such process any more, or it is not ours.</summary>
    public static bool Signal(int pid, int signal) => SendSignal(pid, signal) == 0;

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Spawn(
        out int pid, string path, byte* actions, byte* attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int SpawnAttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int SpawnAttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SpawnSetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SpawnSetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SpawnSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int SpawnActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int SpawnActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SpawnOpen(byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SpawnChangeDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static unsafe partial int SpawnCloseFrom(byte* actions, int from); // glibc 2.34
}
