namespace Blcr.Tests.Harness;

/// <summary>What `make install` puts under a prefix, as far as scripts need it, where every user can reach it.</summary>
public sealed class InstalledTree : IDisposable
{
    private static readonly string[] Commands = ["cr_run", "cr_checkpoint", "cr_restart", "cr_info"];

    public InstalledTree()
    {
        Make(Prefix);
        Make(PathOf("bin"));
        Make(PathOf("sbin"));
        Make(PathOf("libexec"));
        Make(PathOf("libexec/blcr"));
        ChildProcess.CopyExecutable(Repository.Command("cr"), PathOf("bin/cr"));
        foreach (string name in Commands)
        {
            File.CreateSymbolicLink(PathOf($"bin/{name}"), "cr");
        }

        ChildProcess.CopyExecutable(Path.Combine(Repository.Root, "packaging/privileges/blcr-capabilities"), PathOf("sbin/blcr-capabilities"));
        foreach (string script in Directory.EnumerateFiles(Path.Combine(Repository.Root, "packaging/batch")))
        {
            ChildProcess.CopyExecutable(script, PathOf($"libexec/blcr/{Path.GetFileName(script)}"));
        }
    }

    public string Prefix { get; } = Directory.CreateTempSubdirectory("blcr-prefix-").FullName;

    public string PathOf(string name) => Path.Combine(Prefix, name);

    /// <summary>As root: `blcr-capabilities on` and the like; it must work.</summary>
    public void Capabilities(params string[] words) => ChildProcess.RunToEnd([PathOf("sbin/blcr-capabilities"), .. words]);

    public void Dispose() => Directory.Delete(Prefix, recursive: true);

    private static void Make(string folder)
    {
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ed); // 0755, whatever the umask is
    }
}
