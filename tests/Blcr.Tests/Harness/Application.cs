using System.Diagnostics;
using System.Text;
using Xunit;

namespace Blcr.Tests.Harness;

/// <summary>
/// A real process that is checkpointed, killed and restarted, through all its lives: its pid, its files, what the
/// commands said, and in the end its own verdict. Disposing ends exactly what was started here.
/// </summary>
/// <remarks>tests/programs/application.h is the other side of the talk: ready, judge, verdict.</remarks>
public sealed partial class Application : IDisposable
{
    private readonly List<ChildProcess> _started = []; // the application, then every cr_restart that brought it back
    private readonly List<ChildProcess> _commands = [];
    private readonly List<Outcome> _outcomes = [];
    private readonly Dictionary<string, string> _environment; // of the commands; the application has BLCR_TEST_DIR too
    private readonly User _user;
    private bool _failed;

    private Application(User user, IReadOnlyDictionary<string, string>? environment)
    {
        Assert.SkipUnless(user.IsSelf || User.CanBeAnother, "becoming another user takes root");
        _user = user;
        Orphans.Adopt();
        Folder = Directory.CreateTempSubdirectory("blcr-test-").FullName;
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1ff); // 0777: the application may be another user's
        _environment = new(environment ?? new Dictionary<string, string>())
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = Folder,
            ["LANG"] = "C.UTF-8",
        };
    }

    /// <summary>Where everything of this application is; its working directory too.</summary>
    public string Folder { get; }

    /// <summary>The context file that Checkpoint writes and Restart reads.</summary>
    public string Context => Path.Combine(Folder, "context");

    /// <summary>The application's pid in its present life; of a tree, its lead.</summary>
    public int Pid { get; private set; }

    /// <summary>What a test waits for: the application itself, and after a restart its stand-in cr_restart.</summary>
    private ChildProcess StandIn => _started[^1];

    /// <summary>cr_restart, once there was a restart.</summary>
    public int StandInPid => StandIn.Pid;

    /// <summary>What the application has written to its standard output in all its lives.</summary>
    public string Output => Read("output");

    /// <summary>What every cr_restart of it that stayed has said on standard error.</summary>
    public string SaidByRestarts =>
        string.Concat(Directory.EnumerateFiles(Folder, "cr_restart-*.err").Order(StringComparer.Ordinal).Select(path => File.ReadAllText(path)));

    /// <summary>Starts a program of tests/programs and waits until its state is complete.</summary>
    public static Application Start(string program, params string[] arguments) =>
        StartAs(User.Self, program, arguments);

    /// <inheritdoc cref="Start"/>
    public static Application StartAs(User user, string program, params string[] arguments)
    {
        Application app = new(user, null);
        app.Launch([user.Reach(Repository.TestProgram(program)), .. arguments]);
        app.WaitFor("ready");
        return app;
    }

    /// <summary>Starts a copy of a program of tests/programs, which lies in the application's own folder.</summary>
    public static Application StartCopyOf(string program, string name)
    {
        Application app = new(User.Self, null);
        ChildProcess.CopyExecutable(Repository.TestProgram(program), app.PathOf(name));
        app.Launch([app.PathOf(name)]);
        app.WaitFor("ready");
        return app;
    }

    /// <summary>The same by a command that becomes the program, such as cr_run.</summary>
    public static Application StartBy(string command, string program, params string[] options)
    {
        Application app = new(User.Self, new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = Path.Combine(Repository.Root, "out/lib") });
        app.Launch([Repository.Command(command), .. options, Repository.TestProgram(program)]);
        app.WaitFor("ready");
        return app;
    }

    /// <summary>Starts any program, which knows nothing of ready and judge.</summary>
    public static Application StartReal(
        IReadOnlyList<string> commandLine, IReadOnlyDictionary<string, string>? environment = null, string input = "/dev/null",
        User? user = null)
    {
        Application app = new(user ?? User.Self, environment);
        app.Launch(commandLine, input);
        return app;
    }

    /// <summary>The full path of a file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Its text; empty if it is not there.</summary>
    public string Read(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : "";

    /// <summary>Waits until the program has made the file.</summary>
    public Application WaitFor(string name)
    {
        bool there = Limits.Within(Limits.Application, () => File.Exists(PathOf(name)) || StandIn.Ended() is not null);
        return there && File.Exists(PathOf(name)) ? this : throw Failure($"the file {name} made by the program", "none");
    }

    /// <summary>Waits until the application has used this much CPU time in its present life.</summary>
    public Application Computes(double seconds)
    {
        bool done = Limits.Within(
            Limits.Application,
            () => ProcessTable.CpuTimeOf(Pid).TotalSeconds >= seconds || StandIn.Ended() is not null);
        return done && StandIn.Ended() is null
            ? this
            : throw Failure($"{seconds} s of CPU time used, and still running", $"{ProcessTable.CpuTimeOf(Pid)}");
    }

    /// <summary>The application is there, nobody traces it, and it is in no unasked-for stop.</summary>
    public Application RunsOn()
    {
        bool running = ProcessTable.StateOf(Pid) is 'R' or 'S' or 'D' && ProcessTable.TracerOf(Pid) == 0;
        return running ? this : throw Failure("the application running on, untraced", ProcessTable.Describe(Pid));
    }

    /// <summary>The program compares what it has with what it should have, and says "survived".</summary>
    public void JudgesItself()
    {
        // One line from each: with new ids, the one that was checkpointed may have lived on beside the restarted one.
        if (Verdicts().Distinct().ToArray() is not ["survived"])
        {
            throw Failure("the verdict \"survived\"", Read("verdict"));
        }
    }

    /// <summary>The same by every process of a tree: each says so once.</summary>
    public void JudgesItself(int processes)
    {
        string[] verdicts = Verdicts();
        if (verdicts.Length != processes || verdicts.Any(verdict => verdict != "survived"))
        {
            throw Failure($"{processes} times the verdict \"survived\"", $"{verdicts.Length} verdicts: {string.Join("; ", verdicts.Distinct())}");
        }
    }

    /// <summary>It ends by itself, this way; after a restart, cr_restart does so in its place.</summary>
    public Application Ends(Ending expected)
    {
        Ending? seen = StandIn.WaitForEnd(Limits.Application);
        return seen == expected
            ? this
            : throw Failure($"{expected}", seen is null ? $"no end within {Limits.Application}" : $"{seen}");
    }

    private string[] Verdicts()
    {
        File.WriteAllText(PathOf("judge"), "");
        Ends(Ending.Exit(0));
        return Read("verdict").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>For Assert.Fail: everything known, and where the files are, which are then kept.</summary>
    public Exception Failure(string expected, string seen)
    {
        _failed = true;
        StringBuilder report = new();
        report.AppendLine($"expected: {expected}").AppendLine($"seen: {seen}");
        report.AppendLine($"application: {_started[0].CommandLine}").AppendLine($"  {ProcessTable.Describe(Pid)}");
        report.AppendLine($"context file: {Context}{(File.Exists(Context) ? "" : " (not there)")}, kept with all of its folder");
        foreach (string name in Directory.EnumerateFiles(Folder).Order().Select(path => Path.GetFileName(path)))
        {
            if (name is "verdict" or "errors" || name.StartsWith("cr_"))
            {
                string text = Read(name);
                report.AppendLine($"{name}: {text[..Math.Min(text.Length, 2000)]}");
            }
        }

        _outcomes.ForEach(outcome => report.AppendLine(outcome.ToString()));
        return new JourneyFailedException(report.ToString());
    }

    public void Dispose()
    {
        EndProcesses();
        if (!_failed)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private void Launch(IReadOnlyList<string> commandLine, string input = "/dev/null")
    {
        foreach (string name in (string[])["output", "errors"])
        {
            File.WriteAllText(PathOf(name), "");
            File.SetUnixFileMode(PathOf(name), (UnixFileMode)0x1b6); // 0666: a restart opens them as its user
        }

        ChildProcess child = ChildProcess.Start(LaunchOf(commandLine, "output", "errors", _user) with
        {
            Input = input,
            Environment = new Dictionary<string, string>(_environment) { ["BLCR_TEST_DIR"] = Folder },
        });
        _started.Add(child);
        Pid = child.Pid;
    }

    private Launch LaunchOf(IReadOnlyList<string> commandLine, string output, string errors, User user) => new()
    {
        CommandLine = commandLine,
        Environment = _environment,
        Folder = Folder,
        Output = PathOf(output),
        Errors = PathOf(errors),
        User = user,
    };

    /// <summary>Ends every process of every session that was begun here: applications, commands, restored ones.</summary>
    private void EndProcesses()
    {
        Stopwatch watch = Stopwatch.StartNew();
        HashSet<int> ended = [];
        int[] left;
        while ((left = [.. LeftBehind()]).Length > 0 && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            Array.ForEach(left, pid => ChildProcess.Signal(pid, Kill9));
            ended.UnionWith(left);
            Thread.Sleep(2);
        }

        _started.Concat(_commands).ToList().ForEach(child => child.WaitForEnd(TimeSpan.FromSeconds(10)));
        _ = Limits.Within(TimeSpan.FromSeconds(10), () => ended.All(Orphans.IsGone));
    }

    /// <summary>Live processes of the sessions begun here, and those with our folder in their environment.</summary>
    public IEnumerable<int> LeftBehind()
    {
        HashSet<int> sessions = [.. _started.Concat(_commands).Select(child => child.Pid)];
        return ProcessTable.All().Where(pid =>
            ProcessTable.IsAlive(pid) &&
            (sessions.Contains(ProcessTable.SessionOf(pid)) ||
             ProcessTable.HasInEnvironment(pid, $"BLCR_TEST_DIR={Folder}")));
    }
}

/// <summary>An expectation about an application was not met.</summary>
public sealed class JourneyFailedException(string message) : Exception(message);
