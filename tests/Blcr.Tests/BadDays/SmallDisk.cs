using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.BadDays;

/// <summary>A file system of a few megabytes.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _logs;

    public SmallDisk(string folder, int megabytes)
    {
        Assert.SkipUnless(User.CanBeAnother, "mounting a small file system takes root");
        Folder = Directory.CreateDirectory(folder).FullName;
        _logs = Directory.CreateTempSubdirectory("blcr-mount-").FullName;
        Run("/usr/bin/mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Folder);
    }

    public string Folder { get; }

    public void Dispose()
    {
        Run("/usr/bin/umount", Folder);
        Directory.Delete(_logs, recursive: true);
    }

    private void Run(params string[] commandLine)
    {
        string errors = Path.Combine(_logs, "errors");
        Ending? ending = ChildProcess.Start(new Launch
        {
            CommandLine = commandLine,
            Environment = new Dictionary<string, string>(),
            Folder = "/",
            Output = Path.Combine(_logs, "output"),
            Errors = errors,
        }).WaitForEnd(Limits.Command);
        Assert.True(ending == Ending.Exit(0), $"{string.Join(' ', commandLine)}: {ending}: {File.ReadAllText(errors)}");
    }
}
