using Blcr.Cli.Messages;
using Blcr.Cli.Options;
using Blcr.Cli.StandIn;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>cr_run with --dir: it starts the command as a child and stays, takes checkpoints, restarts it (cr_run(1), SUPERVISION).</summary>
internal static class SupervisionCommand
{
    /// <param name="words">The arguments.</param>
    /// <param name="firstWord">Where they start in argv.</param>
    public static int Run(string[] words, int firstWord)
    {
        GivenWords<SupervisionOption> given = GetOptLong.Read("cr_run", words, SupervisionOptionForms.All, report: true, upToFirstOperand: true);
        if (given.Wrong)
        {
            StandardStreams.WriteError(SupervisionUsage.Short + "\n");
            return ExitStatus.WrongUsage;
        }

        if (given.Has(SupervisionOption.Help) || given.Has(SupervisionOption.Version))
        {
            _ = StandardStreams.WriteOutput(given.Has(SupervisionOption.Help) ? RunCommand.Usage : RunCommand.VersionLine);
            return ExitStatus.Done;
        }

        if (SupervisionOptions.From(given, out Mistake? mistake) is not { } options)
        {
            StandardStreams.WriteError(mistake!.Text(SupervisionUsage.Short) + "\n");
            return mistake.ExitCode;
        }

        int commandWord = firstWord + words.Length - options.Command.Count;
        return options.Status ? Tell(options.Directory) : Supervise(options, commandWord);
    }

    private static int Tell(string path)
    {
        RunDirectory directory = RunDirectory.Unlocked(path);
        SysResult<RunState> found = directory.State.Read();
        if (found.Value is not { } state)
        {
            return Refuse(Unreadable(directory, found.Error));
        }

        Errno error = StandardStreams.WriteOutput(StatusText.Of(directory, state, DateTime.UtcNow)) == Errno.None
            ? WhatIsMissing(state, Host.Here)
            : Errno.InputOutput;
        return error == Errno.None ? ExitStatus.Done : ExitStatus.OfError((int)error);
    }

    // For scripts: whether there is something to do.
    private static Errno WhatIsMissing(RunState state, Host here) => state switch
    {
        { End.Kind: EndKind.Finished } => Errno.None,
        { End: null } when state.Host == here && state.Supervisor.Runs => Errno.None,
        { End: null } when state.Host.Name != here.Name => Errno.Busy, // as --resume says
        _ => Errno.NoProcess,
    };

    private static int Supervise(SupervisionOptions options, int commandWord)
    {
        using RunDirectory? directory = RunDirectory.Open(options.Directory, make: options.Command.Count > 0, out Refusal? refusal);
        if (directory is null)
        {
            return Refuse(refusal!);
        }

        SysResult<RunState> found = directory.State.Read();
        if (!found.Ok && found.Error != Errno.NoEntry)
        {
            return Refuse(Unreadable(directory, found.Error));
        }

        Beginning beginning = Beginning.Of(directory, found.Value, options, Host.Here);
        if (beginning is Beginning.Refused refused)
        {
            return Refuse(refused.Why);
        }

        if (beginning is Beginning.HasEnded ended)
        {
            StandardStreams.WriteError($"cr_run: {ended.Command} {Verdict.Words(ended.Status)} at {StatusText.Time(ended.Time)}; there is nothing to resume\n");
            return LastAct.Like(ended.Status);
        }

        foreach (string old in beginning is Beginning.Afresh ? directory.Contexts().Select(each => each.Path) : [])
        {
            directory.Journal.Tell($"{old}, of the program that ended here with success, is removed");
            _ = Sys.Unlink(old); // one that stays is moved on by the first checkpoint
        }

        Remains.Adopt();
        using SignalRelay relay = SignalRelay.Start();
        SignalRelay.Open();
        SupervisedRun run = new(directory, relay);
        return beginning switch
        {
            Beginning.Afresh afresh => run.Start(afresh.State, commandWord),
            Beginning.Running running => run.Adopt(running.State),
            Beginning.Gone gone => run.Resume(gone.State, gone.RemainsArePossible),
            _ => throw new InvalidOperationException($"a beginning of an unknown kind, {beginning}"),
        };
    }

    private static Refusal Unreadable(RunDirectory directory, Errno error) => error == Errno.NoEntry
        ? Refusal.Of(error, $"there is no supervised program in {directory.Path}", "Start one: cr_run --dir DIR --interval 10m COMMAND")
        : Refusal.Of(error, $"{directory.State.Path} is of no use: {(error == Errno.Invalid ? "it was not written by this release of cr_run" : ErrorText.Of(error))}",
            "If the program it is about does not run any more, remove it; --resume then goes on from the newest checkpoint.");

    private static int Refuse(Refusal refusal)
    {
        StandardStreams.WriteError(refusal.Text);
        return refusal.ExitCode;
    }
}
