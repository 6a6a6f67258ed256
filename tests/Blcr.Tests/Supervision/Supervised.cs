using Blcr.Cli.Supervision;
using Blcr.Tests.Harness;

namespace Blcr.Tests.Supervision;

/// <summary>A program under `cr_run --dir run`, in the folder of an <see cref="Application"/> whose stand-in is that cr_run.</summary>
internal sealed class Supervised : IDisposable
{
    private readonly User _user;

    private Supervised(User user, Application app)
    {
        _user = user;
        App = app;
    }

    public Application App { get; }

    /// <summary>The directory of --dir.</summary>
    public string Directory => App.PathOf("run");

    public RunState State => new StateFile(Directory).Read().Value ?? throw App.Failure("a state in run", "none");

    /// <summary>The program, or the cr_restart that stands in for it.</summary>
    public int Program => State.Program.Pid;

    public string[] Contexts => System.IO.Directory.Exists(Directory) ? [.. System.IO.Directory.EnumerateFiles(Directory, "context*").Order(StringComparer.Ordinal)] : [];

    /// <summary>What every cr_run here has said.</summary>
    public string Log => App.Read("run/log");

    /// <summary>The ledger, which notes numbers, under a cr_run with these options.</summary>
    public static Supervised Ledger(params string[] options) => LedgerAs(User.Self, options);

    public static Supervised LedgerAs(User user, params string[] options) =>
        Start(user, [.. options, "--", user.Reach(Repository.TestProgram("ledger"))], "ready");

    public static Supervised Start(User user, IReadOnlyList<string> words, string? readyFile)
    {
        // cr_run starts the files beside it; complete ones.
        _ = user.Reach(Repository.Command("cr_checkpoint"));
        _ = user.Reach(Repository.Command("cr_restart"));
        Application app = Application.StartReal(
            [user.Reach(Repository.Command("cr_run")), "--dir", "run", .. words],
            new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = Path.Combine(Repository.Root, "out/lib") },
            user: user);
        if (readyFile is not null)
        {
            app.WaitFor(readyFile);
        }

        return new(user, app);
    }

    /// <summary>Waits for something; says what, if it does not come.</summary>
    public Supervised Until(string what, Func<bool> condition) =>
        Limits.Within(Limits.Application, condition) ? this : throw App.Failure(what, $"not so; log:\n{Log}state:\n{App.Read("run/state")}");

    /// <summary>Waits for so many more good checkpoints.</summary>
    public Supervised Checkpointed(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            DateTime? last = State.Checkpoint;
            Until("a new checkpoint", () => State.Checkpoint != last);
        }

        return this;
    }

    /// <summary>Asks for a checkpoint by the signal, and waits for it.</summary>
    public Supervised Checkpoint()
    {
        DateTime? last = State.Checkpoint;
        ChildProcess.Signal(App.StandInPid, 64);
        return Until("a checkpoint by the signal", () => State.Checkpoint != last);
    }

    /// <summary>Waits until the ledger has grown.</summary>
    public Supervised Writes()
    {
        int lines = Lines;
        return Until("lines written to the ledger", () => Lines > lines + 2);
    }

    /// <summary>Waits until the program has been brought back so often.</summary>
    public Supervised Restarted(int times) => Until($"{times} restart(s)", () => State is { Restarting: false } state && state.Restarts >= times);

    /// <summary>Makes a file with a content, at once.</summary>
    public Supervised Make(string name, string text = "")
    {
        File.WriteAllText(App.PathOf(name + ".new"), text);
        File.Move(App.PathOf(name + ".new"), App.PathOf(name));
        return this;
    }

    /// <summary>Ends a process by SIGKILL; an orphan is collected, as init would do.</summary>
    public Supervised Kill(int pid)
    {
        ProcessIdentity process = ProcessIdentity.Of(pid);
        ChildProcess.Signal(pid, 9);
        return Until($"pid {pid} gone", () => Orphans.IsGone(pid) || !process.IsThere); // one that is back has the pid, but began later
    }

    /// <summary>SIGKILL for cr_run, which the test waits for.</summary>
    public Supervised KillSupervisor()
    {
        ChildProcess.Signal(App.StandInPid, 9);
        App.Ends(Ending.By(9));
        return this;
    }

    /// <summary>Another cr_run on the directory, to its end.</summary>
    public Outcome Run(params string[] words) => App.RunAs(_user, "cr_run", ["--dir", "run", .. words]);

    /// <summary>Another one, which is not waited for.</summary>
    public ChildProcess Resume(params string[] words) =>
        App.StartCommand("cr_run", ["--resume", "--dir", "run", .. words], $"resume-{++_resumed}", _user);

    public void Dispose() => App.Dispose();

    private int Lines => App.Read("ledger").Count(each => each == '\n');

    private int _resumed;
}
