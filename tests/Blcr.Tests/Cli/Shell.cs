using System.Diagnostics;
using Blcr.Tests.Harness;

namespace Blcr.Tests.Cli;

/// <summary>Runs our commands where no application is needed, in a folder that is gone afterwards.</summary>
internal sealed class Shell : IDisposable
{
    private readonly List<ChildProcess> _started = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("blcr-shell-").FullName;

    /// <summary>Beside PATH.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>One of our commands, to its end.</summary>
    public Outcome Run(string command, params string[] arguments) => RunProgram([Repository.Command(command), .. arguments]);

    /// <summary>A line for /bin/sh, in which our commands are found by name.</summary>
    public Outcome Say(string line) => RunProgram(["/bin/sh", "-c", line]);

    public Outcome RunProgram(IReadOnlyList<string> commandLine)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ChildProcess child = Start(commandLine);
        Ending? ending = child.WaitForEnd(Limits.Command);
        return new(child.CommandLine, ending, Read("out"), Read("err"), watch.Elapsed);
    }

    /// <summary>Starts it and does not wait.</summary>
    public ChildProcess Start(IReadOnlyList<string> commandLine)
    {
        ChildProcess child = ChildProcess.Start(new Launch
        {
            CommandLine = commandLine,
            Environment = new Dictionary<string, string>(Environment)
            {
                ["PATH"] = $"{Path.GetDirectoryName(Repository.Command("cr"))}:/usr/local/bin:/usr/bin:/bin",
                ["LANG"] = "C.UTF-8",
                ["SHELL"] = "/bin/bash", // for script(1); dash would stay between the terminal and our command
            },
            Folder = Folder,
            Output = Path.Combine(Folder, "out"),
            Errors = Path.Combine(Folder, "err"),
        });
        _started.Add(child);
        return child;
    }

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public void Dispose()
    {
        foreach (ChildProcess child in _started.Where(child => child.Ended() is null))
        {
            ChildProcess.Signal(child.Pid, 9);
            child.WaitForEnd(Limits.Command);
        }

        Directory.Delete(Folder, recursive: true);
    }
}
