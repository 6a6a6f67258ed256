using Blcr.Tests.Harness;

namespace Blcr.BatchTests.Harness;

/// <summary>A job owner's working directory: scripts, programs, output, checkpoints. Kept when the test has failed.</summary>
public sealed class JobFolder : IDisposable
{
    private readonly List<Job> _jobs = [];
    private bool _failed;

    public JobFolder(Cell cell)
    {
        Cell = cell;
        Path = Directory.CreateTempSubdirectory("blcr-job-").FullName;
        File.SetUnixFileMode(Path, (UnixFileMode)0x1ff); // 0777: the jobs are another user's
    }

    public Cell Cell { get; }

    public string Path { get; }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    public string Read(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : "";

    public int LinesOf(string name) => Read(name).Count(character => character == '\n');

    /// <summary>Files whose names fit, without those that begin with a dot, sorted.</summary>
    public string[] Files(string pattern) =>
        [.. Directory.GetFiles(Path, pattern).Select(path => System.IO.Path.GetFileName(path)).Where(name => name[0] != '.').Order()];

    public JobFolder Write(string name, string text, bool executable = false)
    {
        File.WriteAllText(PathOf(name), text);
        File.SetUnixFileMode(PathOf(name), (UnixFileMode)(executable ? 0x1ed : 0x1b6)); // 0755, 0666
        return this;
    }

    /// <summary>qsub OPTIONS script.</summary>
    public Job Submit(string script, params string[] options) => SubmitCommand([.. options, script]);

    /// <summary>qsub WORDS.</summary>
    public Job SubmitCommand(params string[] words)
    {
        Outcome outcome = Cell.RunAs(Cell.JobUser, Path, "qsub", ["-terse", "-cwd", .. words]);
        outcome.Succeeds();
        Job job = new(this, outcome.Output.Trim().Split('.')[0]);
        _jobs.Add(job);
        return job;
    }

    /// <summary>Waits for something a job does.</summary>
    public JobFolder Await(string what, Func<bool> condition) =>
        Limits.Within(Limits.Application, condition) ? this : throw Failure(what, "nothing of the kind");

    public Exception Failure(string expected, string seen)
    {
        _failed = true;
        List<string> report = [$"expected: {expected}", $"seen: {seen}", $"folder: {Path}, kept"];
        report.AddRange(_jobs.Select(job => $"job {job.Id}: state '{job.State}'"));
        foreach (string path in Directory.GetFiles(Path).Order().Where(path => System.IO.Path.GetFileName(path) is var name
            && (name.Contains(".e", StringComparison.Ordinal) || name.EndsWith(".state", StringComparison.Ordinal))))
        {
            report.Add($"{System.IO.Path.GetFileName(path)}: {File.ReadAllText(path)}");
        }

        report.Add(string.Join(' ', Directory.GetFiles(Path).Select(path => System.IO.Path.GetFileName(path)).Order()));
        return new InvalidOperationException(string.Join('\n', report));
    }

    public void Dispose()
    {
        foreach (Job job in _jobs)
        {
            job.Delete();
        }

        if (!_failed && Xunit.TestContext.Current.TestState?.Result != Xunit.TestResult.Failed)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
