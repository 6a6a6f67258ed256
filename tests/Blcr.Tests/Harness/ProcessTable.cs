using System.Globalization;
using System.Text;

namespace Blcr.Tests.Harness;

/// <summary>What /proc says of a process, as the tests need it. A process that is gone has nothing to say.</summary>
public static class ProcessTable
{
    public static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, null, out int pid) ? pid : 0)
            .Where(pid => pid > 0);

    /// <summary>Every member of a session, zombies left out.</summary>
    public static IEnumerable<int> OfSession(int session) =>
        All().Where(pid => SessionOf(pid) == session && IsAlive(pid));

    /// <summary>0 if it is gone.</summary>
    public static int ParentOf(int pid) => Stat(pid) is string[] stat ? int.Parse(stat[1]) : 0;

    public static int SessionOf(int pid) => Stat(pid) is string[] stat ? int.Parse(stat[3]) : 0;

    /// <summary>Children of any thread of the process.</summary>
    public static IReadOnlyList<int> ChildrenOf(int pid)
    {
        List<int> children = [];
        try
        {
            foreach (string task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                children.AddRange(Text($"{task}/children")
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => int.Parse(word)));
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It has ended meanwhile.
        }

        return children;
    }

    public static IEnumerable<int> DescendantsOf(int pid) =>
        ChildrenOf(pid).SelectMany(child => DescendantsOf(child).Prepend(child));

    /// <summary>R, S, D, T (stopped), t (traced), Z; 0 if it is gone.</summary>
    public static char StateOf(int pid) => Stat(pid) is string[] stat ? stat[0][0] : '\0';

    /// <summary>There and not a zombie.</summary>
    public static bool IsAlive(int pid) => StateOf(pid) is not ('\0' or 'Z' or 'X');

    /// <summary>The pid of its tracer; 0 for none, -1 if it is gone.</summary>
    public static int TracerOf(int pid)
    {
        string? line = Text($"/proc/{pid}/status").Split('\n').FirstOrDefault(text => text.StartsWith("TracerPid:"));
        return line is null ? -1 : int.Parse(line["TracerPid:".Length..].Trim());
    }

    public static bool HasInEnvironment(int pid, string assignment) =>
        Text($"/proc/{pid}/environ").Split('\0').Contains(assignment);

    /// <summary>CPU time used by all its threads, in this life.</summary>
    public static TimeSpan CpuTimeOf(int pid) =>
        Stat(pid) is string[] stat
            ? TimeSpan.FromMilliseconds((long.Parse(stat[11]) + long.Parse(stat[12])) * 10) // USER_HZ is 100
            : TimeSpan.Zero;

    public static IReadOnlyList<int> ThreadsOf(int pid)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{pid}/task").Select(path => int.Parse(Path.GetFileName(path)))];
        }
        catch (IOException)
        {
            return []; // it has ended, perhaps while we looked
        }
    }

    /// <summary>Its words, separated by spaces; empty for one that has ended.</summary>
    public static string CommandLineOf(int pid) => Text($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();

    /// <summary>One line for a failure message.</summary>
    public static string Describe(int pid) =>
        Stat(pid) is string[] stat
            ? $"pid {pid} ({Text($"/proc/{pid}/comm").Trim()}) state {stat[0]} parent {stat[1]} session {stat[3]} " +
              $"tracer {TracerOf(pid)} threads {ThreadsOf(pid).Count}"
            : $"pid {pid} is gone";

    /// <summary>The fields of /proc/PID/stat from the state (3) on.</summary>
    private static string[]? Stat(int pid)
    {
        string text = Text($"/proc/{pid}/stat");
        int end = text.LastIndexOf(") ", StringComparison.Ordinal);
        return end < 0 ? null : text[(end + 2)..].Split(' ');
    }

    private static string Text(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return ""; // ENOENT or ESRCH: it has ended
        }
    }
}
