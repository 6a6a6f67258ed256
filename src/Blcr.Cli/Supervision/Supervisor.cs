using Blcr.Cli.StandIn;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>One life of the program: sleeps until there is something to do, and does it.</summary>
/// <remarks>Between checkpoints nothing wakes it: it sleeps in poll(2) until a signal comes (SIGCHLD among them), the program
/// that is not our child ends, a cr_checkpoint says something, or the next checkpoint is due.</remarks>
internal sealed class Supervisor : IDisposable
{
    private const int AskMilliseconds = 20;

    private readonly RunDirectory _directory;
    private readonly SignalRelay _relay;
    private readonly Subject _subject;
    private readonly ForegroundLoan _terminal;
    private readonly Passage _passage;
    private CheckpointAttempt? _checkpoint;
    private bool _wanted;
    private long _due; // CLOCK_MONOTONIC, nanoseconds

    public Supervisor(RunDirectory directory, RunState state, SignalRelay relay, Subject subject)
    {
        _directory = directory;
        State = state;
        _relay = relay;
        _subject = subject;
        _terminal = new ForegroundLoan(subject.Process.Pid);
        _passage = new Passage(new Lead(subject.Process.Pid, subject.Handle), _terminal, relay, IsOwn);
        SetDue();
    }

    public RunState State { get; private set; }

    /// <summary>The signals that the program has got from us.</summary>
    public ulong PassedOn => _passage.PassedOn;

    /// <summary>Until the program has ended, and no checkpoint is under way any more.</summary>
    /// <returns>Whether it ran at all: false for a restart that failed.</returns>
    public bool Run()
    {
        bool runs = false;
        _terminal.Lend();
        while (true)
        {
            Reap();
            _subject.Look();
            runs |= Runs();
            HearCheckpoint();
            if (_subject.HasEnded && _checkpoint is null)
            {
                _terminal.TakeBack();
                return runs || Runs(); // it may have said so and ended at once
            }

            if (runs && !_subject.HasEnded && _checkpoint is null && (_wanted || IsDue))
            {
                StartCheckpoint();
            }

            if (!_passage.PassOn())
            {
                Sleep();
            }
        }
    }

    public void Dispose() => _checkpoint?.Dispose();

    private bool IsDue => State.Settings.Interval is not null && Sys.ClockGet(ClockId.Monotonic) >= _due;

    private bool IsOwn(int signal)
    {
        bool own = signal == State.Settings.CheckpointSignalOrUsual;
        _wanted |= own;
        return own;
    }

    private bool Runs()
    {
        bool runs = _subject.Runs(out bool justNow);
        if (justNow)
        {
            Note(State with { Restarting = false, RunsSince = DateTime.UtcNow });
            SetDue();
        }

        return runs;
    }

    // Everybody who has ended: the program, cr_checkpoint, and orphans that have become ours.
    private void Reap()
    {
        while (Sys.Wait4(-1, WaitOptions.NoHang | WaitOptions.Untraced | WaitOptions.All, out WaitStatus status) is { Ok: true, Value: > 0 } got)
        {
            if (_subject.IsChild && got.Value == _subject.Process.Pid)
            {
                if (status.Gone)
                {
                    _subject.Ended(status);
                }
                else if (status.Stopped)
                {
                    _passage.StopWith(status.StopSignal);
                }
            }
            else if (got.Value == _checkpoint?.Pid && status.Gone)
            {
                _checkpoint.End = status;
            }
        }
    }

    private void StartCheckpoint()
    {
        _wanted = false;
        _checkpoint = CheckpointAttempt.Start(
            _subject.Process.Pid, _directory, State.Settings.KeepOrUsual, _relay, out string? wrong);
        if (_checkpoint is null)
        {
            Failed(wrong!);
        }
    }

    private void HearCheckpoint()
    {
        _checkpoint?.Listen();
        if (_checkpoint?.End is null)
        {
            return;
        }

        string? failure = _checkpoint.Failure();
        _checkpoint.Dispose();
        _checkpoint = null;
        if (failure is null)
        {
            Note(State with { Checkpoint = DateTime.UtcNow, RestartsOfFile = 0, LastTrouble = null });
            SetDue();
        }
        else if (!_subject.HasEnded)
        {
            Failed(failure);
        }
    }

    private void Failed(string why)
    {
        _directory.Journal.Tell($"no checkpoint of {_subject}, which runs on: {why}");
        Note(State with { LastTrouble = new(DateTime.UtcNow, why) });
        SetDue();
    }

    private void Note(RunState state)
    {
        State = state;
        Errno error = _directory.State.Write(state);
        if (error != Errno.None)
        {
            _directory.Journal.Tell($"{_directory.State.Path} cannot be written: {ErrorText.Of(error)}");
        }
    }

    private void SetDue() =>
        _due = Sys.ClockGet(ClockId.Monotonic) + (State.Settings.Interval is { } interval ? (long)interval.TotalSeconds * 1_000_000_000 : 0);

    private void Sleep()
    {
        bool canBeDue = State.Settings.Interval is not null && _checkpoint is null && !_subject.IsRestarting && !_subject.HasEnded;
        long left = Math.Max(0, _due - Sys.ClockGet(ClockId.Monotonic));
        int milliseconds = canBeDue ? (int)Math.Min(int.MaxValue, (left + 999_999) / 1_000_000) : _subject.MustBeAsked ? AskMilliseconds : -1;
        Span<PollEntry> entries =
        [
            new(_relay.Entries.Number, PollEvents.Readable),
            new(_subject.HasEnded ? -1 : _subject.Entry, PollEvents.Readable),
            new(_subject.StartedEntry, PollEvents.Readable),
            new(_checkpoint?.Entry ?? -1, PollEvents.Readable),
        ];
        _ = Sys.Poll(entries, milliseconds); // interrupted or not, the caller looks again
    }
}
