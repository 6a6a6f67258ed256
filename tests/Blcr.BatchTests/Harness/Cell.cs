using System.Globalization;
using Blcr.Tests;
using Blcr.Tests.Harness;

namespace Blcr.BatchTests.Harness;

/// <summary>
/// A real Grid Engine on this host (tests/batch/gridengine), into which blcr has been installed by its own command. Stopped
/// when this is disposed of; if we are killed before that, by tests/batch/run or the next start.
/// </summary>
public sealed class Cell : IDisposable
{
    public const string JobUserName = "blcr-batch";

    private static int _cells;
    private readonly string _folder;
    private readonly string _said;
    private readonly Dictionary<string, string> _environment;
    private int _commands;

    public Cell()
    {
        string number = Interlocked.Increment(ref _cells).ToString(CultureInfo.InvariantCulture);
        _folder = $"/tmp/blcr-cell.{Environment.ProcessId}-{number}";
        _said = Directory.CreateTempSubdirectory("blcr-said-").FullName;
        _environment = new() { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin", ["HOME"] = "/", ["LANG"] = "C.UTF-8" };
        try
        {
            Script("start", _folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            foreach (string[] pair in File.ReadAllLines($"{_folder}/environment").Select(line => line.Split('=', 2)))
            {
                _environment[pair[0]] = pair[1];
            }

            Run($"{Prefix}/sbin/blcr-gridengine-install").Succeeds();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>An ordinary user: Grid Engine runs nothing as root.</summary>
    public static User JobUser { get; } = new("the job's owner",
        ["/usr/bin/setpriv", $"--reuid={JobUserName}", $"--regid={JobUserName}", "--init-groups", "--inh-caps=-all"]);

    /// <summary>Where tests/batch/run has installed blcr, for everybody to read.</summary>
    public static string Prefix { get; } = Environment.GetEnvironmentVariable("BLCR_BATCH_PREFIX")
        ?? throw new InvalidOperationException("BLCR_BATCH_PREFIX is not set: run `make test-batch`, or tests/batch/run");

    /// <summary>The execution daemon's process; 0 if there is none.</summary>
    public int ExecutionDaemon =>
        File.Exists($"{_folder}/run/sge_execd.pid") && int.TryParse(File.ReadAllText($"{_folder}/run/sge_execd.pid"), out int pid)
            && ProcessTable.IsAlive(pid) ? pid : 0;

    /// <summary>A command of Grid Engine as its manager, root.</summary>
    public Outcome Run(string command, params string[] arguments) => RunAs(User.Self, "/", command, arguments);

    /// <summary>The same as the job's owner, in a folder.</summary>
    public Outcome RunAs(User user, string folder, string command, params string[] arguments) =>
        RunAs(user, folder, 110, command, arguments);

    private Outcome RunAs(User user, string folder, int seconds, string command, params string[] arguments)
    {
        string name = $"{_said}/{Interlocked.Increment(ref _commands)}";
        string path = command.StartsWith('/') ? command : $"/usr/bin/{command}";
        DateTime start = DateTime.UtcNow;
        ChildProcess child = ChildProcess.Start(new Launch
        {
            CommandLine = ["/usr/bin/timeout", "-k", "5", $"{seconds}", path, .. arguments],
            Environment = _environment,
            Folder = folder,
            Output = $"{name}.out",
            Errors = $"{name}.err",
            User = user,
        });
        Ending? ending = child.WaitForEnd(TimeSpan.FromSeconds(seconds + 10));
        return new(child.CommandLine, ending, File.ReadAllText($"{name}.out"), File.ReadAllText($"{name}.err"), DateTime.UtcNow - start);
    }

    /// <summary>A queue of one's own: what is done to all.q every test would feel.</summary>
    public void AddQueue(string name, params string[] attributesAndValues)
    {
        Script(["queue", _folder, name, "4", .. attributesAndValues]);
        Run($"{Prefix}/sbin/blcr-gridengine-install", "--queue", name).Succeeds();
    }

    /// <summary>The execution daemon again, after it has ended.</summary>
    public void StartExecutionDaemon() => Script("execd", _folder);

    /// <summary>Every accounting record of a job, the oldest first (man 5 accounting; qacct reads this file).</summary>
    public string Accounting(string job) =>
        Run("qacct", "-j", job, "-f", $"{_folder}/root/blcr/common/accounting").Output;

    /// <summary>The pid of what sge_shepherd started for a job without tasks, as it has written it down.</summary>
    public int FirstProcessOf(string job) => int.Parse(File.ReadAllText($"{SpoolOf(job)}/job_pid"), CultureInfo.InvariantCulture);

    /// <summary>What sge_shepherd has written down about a job without tasks; empty while it does not run.</summary>
    public string TraceOf(string job) => SpoolOf(job) is string spool && File.Exists($"{spool}/trace") ? File.ReadAllText($"{spool}/trace") : "";

    private string? SpoolOf(string job) =>
        Directory.GetDirectories($"{_folder}/spool/execd", $"{job}.1", SearchOption.AllDirectories).FirstOrDefault();

    public void Dispose()
    {
        Script("stop", _folder);
        Directory.Delete(_said, recursive: true);
    }

    private void Script(params string[] words) =>
        RunAs(User.Self, "/", 300, Path.Combine(Repository.Root, "tests/batch/gridengine"), words).Succeeds();
}
