using System.Globalization;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>What a cr_run has to begin with, by what it finds in DIR.</summary>
internal abstract record Beginning
{
    /// <summary>A new program.</summary>
    internal sealed record Afresh(RunState State) : Beginning;

    /// <summary>It runs, and nobody supervises it.</summary>
    internal sealed record Running(RunState State) : Beginning;

    /// <summary>It does not run any more, and had not finished.</summary>
    internal sealed record Gone(RunState State, bool RemainsArePossible) : Beginning;

    /// <summary>It has finished.</summary>
    internal sealed record HasEnded(string Command, WaitStatus Status, DateTime Time) : Beginning;

    internal sealed record Refused(Refusal Why) : Beginning;

    /// <param name="directory">Locked: no other cr_run is at work in it.</param>
    /// <param name="found">The state in it, if there is one.</param>
    /// <param name="options">What the user asks for.</param>
    /// <param name="here">This machine.</param>
    public static Beginning Of(RunDirectory directory, RunState? found, SupervisionOptions options, Host here)
    {
        RunState fresh = new()
        {
            Host = here,
            Command = options.Command.Count > 0 ? string.Join(' ', options.Command) : "the program",
            Settings = options.Settings,
            Supervisor = ProcessIdentity.Of(Sys.Getpid()),
            Started = DateTime.UtcNow,
            RunsSince = DateTime.UtcNow,
        };
        bool saved = directory.Contexts().Count > 0;
        if (!options.Resume)
        {
            return WhyNotAfresh(directory, found, saved, here) is { } why ? new Refused(why) : new Afresh(fresh);
        }

        // What was asked for before holds on, unless it is said anew; of another program's end nothing holds on.
        RunState state = found is null ? fresh : found with
        {
            Host = here,
            Supervisor = fresh.Supervisor,
            Settings = options.Settings.Over(found.Settings),
            RestartsOfFile = 0,
        };
        return found switch
        {
            null when !saved => Nothing(directory, fresh, options),
            null => new Gone(state, RemainsArePossible: true),
            { End: { Kind: EndKind.Finished, Status: int status, Time: var time } } => new HasEnded(found.Command, new WaitStatus(status), time),
            { End: null } when found.Host.Name != here.Name && !options.Force => new Refused(Elsewhere(directory, found)),
            { End: null } when found.Host == here && found.Program.Runs => new Running(state with { RestartsOfFile = found.RestartsOfFile }),
            { Checkpoint: { } taken } when !saved => new Refused(Lost(directory, found.Command, taken)),
            _ when !saved => Nothing(directory, fresh, options),
            _ => new Gone(state, RemainsArePossible: found.Host == here),
        };
    }

    private static Beginning Nothing(RunDirectory directory, RunState fresh, SupervisionOptions options) => options.Command.Count > 0
        ? new Afresh(fresh)
        : new Refused(Refusal.Of(Errno.NoEntry, $"there is no checkpoint in {directory.Path} to go on from",
            "With the command behind the options, --resume starts it from the beginning."));

    // Who has files that are only elsewhere (not mounted, moved) must not lose what they hold by a beginning anew.
    private static Refusal Lost(RunDirectory directory, string command, DateTime taken) => Refusal.Of(Errno.NoEntry,
        $"{command} has a checkpoint of {StatusText.Time(taken)}, but {directory.Context} is gone, and every older one",
        $"Put them back where they were. To begin anew: remove {directory.State.Path} too, then start it.");

    private static Refusal? WhyNotAfresh(RunDirectory directory, RunState? found, bool saved, Host here) => found switch
    {
        { End: null } when found.Host.Name != here.Name => Elsewhere(directory, found),
        { End: null } when found.Host == here && found.Program.Runs => Refusal.Of(Errno.Busy,
            string.Create(CultureInfo.InvariantCulture, $"{found.Command} runs from {directory.Path} already, pid {found.Program.Pid}"),
            $"Supervise it again: cr_run --resume --dir {directory.Path}; another program needs another directory."),
        null or not { End: { Kind: EndKind.Finished, Status: 0 } } when saved => Refusal.Of(Errno.Exists,
            $"{directory.Path} has checkpoints of a program that did not finish{(found is null ? "" : $", {found.Command}")}",
            $"cr_run --resume --dir {directory.Path} goes on from them; remove them, or choose another directory, to start anew."),
        _ => null,
    };

    private static Refusal Elsewhere(RunDirectory directory, RunState found) => Refusal.Of(Errno.Busy,
        string.Create(CultureInfo.InvariantCulture,
            $"{found.Command} was started on {found.Host.Name} from {directory.Path}, and may still run there (pid {found.Program.Pid})"),
        $"End it there. Or, if {found.Host.Name} is down: cr_run --resume --force --dir {directory.Path}");
}
