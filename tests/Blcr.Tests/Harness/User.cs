namespace Blcr.Tests.Harness;

/// <summary>As whom something is run.</summary>
/// <param name="Prefix">What stands in front of the command line; it execs, so the pid is the command's.</param>
public sealed record User(string Name, IReadOnlyList<string> Prefix)
{
    /// <summary>Whoever runs the suite: root in CI.</summary>
    public static User Self { get; } = new("the suite's user", []);

    /// <summary>nobody: no capability, no group.</summary>
    public static User Ordinary { get; } = new(
        "an ordinary user",
        ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]);

    /// <summary>A second one, who owns nothing of the first.</summary>
    public static User Stranger { get; } = new(
        "a stranger",
        ["/usr/bin/setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]);

    public bool IsSelf => Prefix.Count == 0;

    /// <summary>Becoming another user takes root. A test that needs it says so with Assert.SkipUnless.</summary>
    public static bool CanBeAnother => Environment.IsPrivilegedProcess;

    /// <summary>
    /// A copy of an executable that this user can reach: the repository may lie in a folder closed to others.
    /// </summary>
    public string Reach(string path)
    {
        if (IsSelf)
        {
            return path;
        }

        string copy = Path.Combine(Shared.Value, Path.GetFileName(path));
        lock (Shared)
        {
            if (!File.Exists(copy))
            {
                ChildProcess.CopyExecutable(path, copy);
                File.SetUnixFileMode(copy, (UnixFileMode)0x1ed); // 0755
            }
        }

        return copy;
    }

    private static readonly Lazy<string> Shared = new(() =>
    {
        string folder = Directory.CreateTempSubdirectory("blcr-commands-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ed);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });
}
