using System.Globalization;
using Blcr.Cli.Namespaces;
using Blcr.Cli.StandIn;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>All lives of the program: its start, or where it is found; its crashes and restarts; its end.</summary>
/// <param name="directory">Locked.</param>
/// <param name="relay">All signals.</param>
internal sealed class SupervisedRun(RunDirectory directory, SignalRelay relay)
{
    // Processes of the program may have been left behind that are not our descendants: then a pid in use may be one of theirs, and
    // a restart beside them in a namespace would run the program twice.
    private bool _remainsArePossible;
    private Errno _stateError;

    /// <summary>A new program.</summary>
    /// <param name="state">Its state, but for what is known only now.</param>
    /// <param name="firstWord">Its first word in argv.</param>
    public int Start(RunState state, int firstWord)
    {
        int pid = new Sibling { Execution = new Execution("cr_run", ["--"], firstWord) }
            .Start(relay, process => Begin(state = state with { Program = process }), out string? wrong);
        return pid > 0 ? Live(state, Subject.Child(pid)) : Cannot($"{state.Command} was not started: {wrong}");
    }

    /// <summary>The program runs, and its cr_run is dead.</summary>
    public int Adopt(RunState state)
    {
        _remainsArePossible = true;
        Subject subject = Subject.Adopted(state.Program, state.Restarting);
        Say($"goes on with {state.Command} ({subject}), which runs since {StatusText.Time(state.RunsSince)}");
        return Begin(state) is string wrong ? Cannot(wrong) : Live(state, subject);
    }

    /// <summary>The program is gone: from the newest good checkpoint.</summary>
    /// <param name="state">Its last state.</param>
    /// <param name="remainsArePossible">Whether processes of it may have stayed.</param>
    public int Resume(RunState state, bool remainsArePossible)
    {
        _remainsArePossible = remainsArePossible;
        return Begin(state) is string wrong ? Cannot(wrong) : Live(state, null);
    }

    // Until the end that is final. Without a subject it begins with a restart.
    private int Live(RunState state, Subject? subject)
    {
        bool inNamespace = state.Settings.NewPidNamespace == true || !MayChooseIds();
        WaitStatus? crash = null;
        while (true)
        {
            string? wrong = null;
            subject ??= StartRestart(ref state, inNamespace, out wrong);
            if (subject is null)
            {
                Say($"no restart: {wrong}");
                return NotRestarted(state, null, crash);
            }

            (bool ran, EndKind kind) = Watch(ref state, subject);
            (Subject last, subject) = (subject, null);
            bool killed = !ran && last.End is { Exited: false }; // the restart was: it may do the next time
            if (!ran && !inNamespace && !_remainsArePossible && IsAboutIds(last.End))
            {
                Say("again in a pid namespace, where every id is free");
                inNamespace = true;
            }
            else if (!GoesOnAfter(ref state, kind, last, ran, killed))
            {
                return ran ? Finish(state, kind, last.End) : NotRestarted(state, last.End, crash);
            }
            else
            {
                crash = ran ? last.End : crash;
            }
        }
    }

    private (bool Ran, EndKind Kind) Watch(ref RunState state, Subject subject)
    {
        using (subject)
        using (Supervisor life = new(directory, state, relay, subject))
        {
            bool ran = life.Run();
            state = life.State;
            _remainsArePossible &= !(subject.IsChild && ran); // a restart that was refused says nothing about them
            return (ran, Verdict.Of(subject.End, life.PassedOn, state.Settings.RestartOnFailure == true));
        }
    }

    // A restart that says no says why, and would say no again; one that was killed does not.
    private bool GoesOnAfter(ref RunState state, EndKind kind, Subject subject, bool ran, bool killed) =>
        (ran || killed) && GoesOn(ref state, kind, subject, ran ? $"{state.Command} ({subject})" : $"cr_restart ({subject}), which was to bring {state.Command} back,");

    // Whether a restart follows; says why, or why not.
    private bool GoesOn(ref RunState state, EndKind kind, Subject subject, string who)
    {
        if (kind == EndKind.Unknown)
        {
            Say($"{state.Command} ({subject}) has ended; how is not known, because it was no child of this cr_run, and this kernel"
                + $" does not tell (Linux 6.15 does).\n  If it had not done its work: {Later}");
        }

        if (kind != EndKind.Failed)
        {
            return false;
        }

        string what = $"{who} {Verdict.Words(subject.End)}";
        state = state with { LastFailure = new(DateTime.UtcNow, what) };
        string? no = WhyNotRestarted(state);
        if (no is not null)
        {
            Say($"{what}; {no}");
            return false;
        }

        if (!_remainsArePossible)
        {
            Remains.End();
        }

        state = state with { Restarts = state.Restarts + 1, RestartsOfFile = state.RestartsOfFile + 1 };
        Say(string.Create(CultureInfo.InvariantCulture,
            $"{what}; it goes on from {directory.Context} (restart {state.RestartsOfFile} of {state.Settings.MaxRestartsOrUsual} from this file)"));
        return true;
    }

    private string Later => $"`cr_run --resume --dir {directory.Path}` goes on from {directory.Context}";

    private string? WhyNotRestarted(RunState state)
    {
        bool saved = directory.Contexts().Count > 0;
        return !saved ? "there is no checkpoint to go on from"
            : state.Settings.RestartOnFailure != true ? Later
            : state.RestartsOfFile >= state.Settings.MaxRestartsOrUsual
                ? string.Create(CultureInfo.InvariantCulture,
                    $"given up after {state.RestartsOfFile} restarts from the same file.\n  All files are kept. {Later}; older ones are beside it")
            : null;
    }

    private Subject? StartRestart(ref RunState state, bool inNamespace, out string? wrong)
    {
        if (Sys.Pipe(OpenFlags.CloseOnExec, out Fd? started, out Fd? its) is not Errno.None and var error)
        {
            wrong = ErrorText.Of(error);
            return null;
        }

        AwaitCollection(state.Program);
        RunState next = state with { Restarting = true, End = null, RunsSince = DateTime.UtcNow };
        using (its)
        {
            int pid = new Sibling
            {
                Execution = new Execution(
                    SupervisedSiblings.Restart,
                    [
                        its!.Number.ToString(CultureInfo.InvariantCulture), "--fall-back", "--cut-back",
                        .. inNamespace ? ["--new-pid-namespace"] : Array.Empty<string>(), "-f", directory.Context,
                    ],
                    Variable: $"{Journal.Variable}={directory.Journal.Path}",
                    Path: SupervisedSiblings.FileOf("cr_restart")),
                Passed = its,
            }.Start(relay, process => Write(next = next with { Program = process }), out wrong);
            state = next;
            if (pid > 0)
            {
                return Subject.Restart(pid, started!);
            }
        }

        started!.Dispose();
        return null;
    }

    // One that was not our child keeps its pid until its parent, init as a rule, has asked how it ended.
    private static void AwaitCollection(ProcessIdentity ended)
    {
        for (int attempt = 0; attempt < 500 && ended.IsThere; attempt++)
        {
            Sys.Sleep(10_000_000);
        }
    }

    // man 2 clone, set_tid: CAP_CHECKPOINT_RESTORE (Linux 5.9) or CAP_SYS_ADMIN, ours or of the file of cr_restart. Whoever has
    // none of them finds every id free in a namespace only, and need not try without.
    private static bool MayChooseIds() =>
        (ThreadRights.ReadOwn().Value is { Capabilities: var own } && (own.Can(Capability.CheckpointRestore) || own.Can(Capability.SysAdmin)))
        || Sys.HasFileCapability(SupervisedSiblings.FileOf("cr_restart"));

    // Ids that are in use (EBUSY), or that may not be chosen after all (EPERM).
    private static bool IsAboutIds(WaitStatus? end) =>
        end is { Exited: true, ExitCode: (int)Errno.Busy or (int)Errno.NotPermitted };

    // cr_restart itself has said why. Who waits for us is told how the program ended, if that is why.
    private int NotRestarted(RunState state, WaitStatus? failed, WaitStatus? crash)
    {
        Say($"{state.Command} was not brought back. All files are kept; put right what stands in the way, and {Later}");
        WaitStatus? end = crash ?? failed;
        End(state with { Restarting = false }, EndKind.Failed, crash);
        return end is { } known ? LastAct.Like(known) : ExitStatus.OfError((int)Errno.InputOutput);
    }

    private int Finish(RunState state, EndKind kind, WaitStatus? status)
    {
        End(state, kind, status);
        return status is { } known ? LastAct.Like(known) : ExitStatus.OfError((int)Errno.NoChild);
    }

    private void End(RunState state, EndKind kind, WaitStatus? status)
    {
        if (Write(state with { End = new(kind, status?.Raw, DateTime.UtcNow) }) is string wrong)
        {
            Say(wrong);
        }

        relay.Dispose();
    }

    private int Cannot(string why)
    {
        relay.Dispose();
        Say(why);
        return ExitStatus.OfError((int)(_stateError == Errno.None ? Errno.InputOutput : _stateError));
    }

    private string? Begin(RunState state) => Told(directory.State.Begin(state));

    private string? Write(RunState state) => Told(directory.State.Write(state));

    private string? Told(Errno error)
    {
        _stateError = error;
        return error == Errno.None ? null : $"{directory.State.Path} cannot be written: {ErrorText.Of(error)}";
    }

    private void Say(string what) => directory.Journal.Tell(what);
}
