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

    /// <summary>nobody too, whose commands have the capability that an administrator may give to their file.</summary>
    public static User Capable { get; } = WithCommands("cap_checkpoint_restore+ep");

    public bool IsSelf => Prefix.Count == 0;

    /// <summary>What setcap(8) gives to the file of our commands; empty: nothing.</summary>
    public string FileCapabilities { get; private init; } = "";

    /// <summary>nobody, whose commands have these capabilities. The bounding set is left whole: it limits what a file gives.</summary>
    public static User WithCommands(string fileCapabilities) => new(
        $"an ordinary user of commands with {fileCapabilities}",
        ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"])
    {
        FileCapabilities = fileCapabilities,
    };

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

        bool isOurs = Path.GetFileName(path).StartsWith("cr_", StringComparison.Ordinal);
        string folder = Path.Combine(Shared.Value, isOurs ? FileCapabilities : "");
        string copy = Path.Combine(folder, Path.GetFileName(path));
        lock (Shared)
        {
            if (!File.Exists(copy))
            {
                Directory.CreateDirectory(folder, (UnixFileMode)0x1ed); // 0755
                ChildProcess.CopyExecutable(path, copy);
                File.SetUnixFileMode(copy, (UnixFileMode)0x1ed);
                if (isOurs && FileCapabilities.Length > 0)
                {
                    ChildProcess.RunToEnd(["/usr/sbin/setcap", FileCapabilities, copy]);
                }
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
