using System.Diagnostics;

namespace Blcr.Tests.Harness;

/// <summary>The journey itself: the real commands from out/bin, as child processes.</summary>
public sealed partial class Application
{
    private static readonly string[] Destinations = ["-f", "--file", "-F", "--fd", "-d", "--dir", "-c", "--cwd"];
    private int _commandNumber;

    /// <summary>cr_checkpoint OPTIONS PID, into <see cref="Context"/> unless the options say otherwise; it must work.</summary>
    public Application Checkpoint(params string[] options)
    {
        Outcome outcome = TryCheckpoint(options);
        return outcome.Ending == Ending.Exit(0) ? this : throw Failure("cr_checkpoint succeeds", $"{outcome.Ending}");
    }

    /// <inheritdoc cref="Checkpoint"/>
    public Outcome TryCheckpoint(params string[] options)
    {
        bool elsewhere = options.Any(option => Destinations.Any(name => option == name || option.StartsWith($"{name}=")));
        return Run("cr_checkpoint", [.. options, .. elsewhere ? Array.Empty<string>() : ["-f", Context], $"{Pid}"]);
    }

    /// <summary>cr_restart OPTIONS CONTEXT; returns when all restored processes run.</summary>
    public Application Restart(params string[] options) => RestartBy("cr_restart", [.. options, Context]);

    /// <summary>The same by any command that becomes cr_restart: bash -c 'exec cr_restart …'.</summary>
    public Application RestartBy(string commandName, params string[] arguments) => RestartBy(_user, commandName, arguments);

    /// <summary>The same by somebody else.</summary>
    public Application RestartBy(User user, string commandName, params string[] arguments)
    {
        string name = $"cr_restart-{++_commandNumber}";
        ChildProcess command = StartCommand(commandName, arguments, name, user);
        _started.Add(command);

        int restored = 0;
        bool decided = Limits.Within(Limits.Command, () => (restored = RestoredBelow(command.Pid)) != 0 || command.Ended() is not null);
        if (!decided || restored == 0)
        {
            _outcomes.Add(OutcomeOf(command, name, Stopwatch.StartNew()));
            throw Failure("cr_restart brings the application back", $"{_outcomes[^1].Ending}");
        }

        Pid = restored;
        return this;
    }

    /// <summary>cr_restart OPTIONS CONTEXT, which is expected to say no; what it leaves behind is looked for.</summary>
    public Outcome TryRestart(params string[] options)
    {
        string name = $"cr_restart-{++_commandNumber}";
        Stopwatch watch = Stopwatch.StartNew();
        ChildProcess command = StartCommand("cr_restart", [.. options, Context], name, _user);
        command.WaitForEnd(Limits.Command);
        Outcome outcome = OutcomeOf(command, name, watch);
        _outcomes.Add(outcome);
        int[] left = [.. ProcessTable.OfSession(command.Pid)];
        return left.Length == 0
            ? outcome
            : throw Failure("no process left behind by cr_restart", string.Join("; ", left.Select(ProcessTable.Describe)));
    }

    /// <summary>Runs one of our commands, or one named by its path, to its end.</summary>
    public Outcome Run(string command, params string[] arguments) => RunAs(_user, command, arguments);

    /// <inheritdoc cref="Run"/>
    public Outcome RunAs(User user, string command, params string[] arguments)
    {
        string name = $"{Path.GetFileName(command)}-{++_commandNumber}";
        Stopwatch watch = Stopwatch.StartNew();
        ChildProcess child = StartCommand(command, arguments, name, user);
        child.WaitForEnd(Limits.Command);
        Outcome outcome = OutcomeOf(child, name, watch);
        _outcomes.Add(outcome);
        return outcome;
    }

    /// <summary>A command that is not waited for; it is ended with the application at the latest.</summary>
    public ChildProcess StartCommand(string command, IReadOnlyList<string> arguments, string outputName, User user)
    {
        ChildProcess child = ChildProcess.Start(LaunchOf(
            [PathOfCommand(command, user), .. arguments], $"{outputName}.out", $"{outputName}.err", user));
        _commands.Add(child);
        return child;
    }

    /// <summary>A command named by its path is what it is; one of ours is taken from out/bin, where this user can reach it.</summary>
    public static string PathOfCommand(string command, User user) =>
        command.StartsWith('/') ? command : user.Reach(Repository.Command(command));

    private Outcome OutcomeOf(ChildProcess child, string name, Stopwatch watch)
    {
        Ending? ending = child.Ended();
        if (ending is null)
        {
            ChildProcess.Signal(child.Pid, Kill9);
            child.WaitForEnd(Limits.Command);
        }

        return new(child.CommandLine, ending, Read($"{name}.out"), Read($"{name}.err"), watch.Elapsed);
    }

    /// <summary>
    /// The process below cr_restart that has our folder in its environment again, which cr_restart itself has not, and that is
    /// let go by its tracer with all the others: restored and running. 0 if there is none yet.
    /// </summary>
    private int RestoredBelow(int standIn)
    {
        // The lead comes first of them, below cr_restart or whoever runs that for us. It is looked for last: before the release a child of it may be complete before it is.
        int[] below = [.. ProcessTable.DescendantsOf(standIn)];
        return below.Any(IsOurs) && below.Concat(Processes).All(IsLetGo) ? ProcessTable.DescendantsOf(standIn).FirstOrDefault(IsOurs) : 0;
    }

    private static bool IsLetGo(int pid) =>
        !ProcessTable.IsAlive(pid) || ProcessTable.ThreadsOf(pid).All(tid => ProcessTable.TracerOf(tid) <= 0);
}
