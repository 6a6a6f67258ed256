using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>^C and the like while cr_checkpoint is at work: the request comes to a clean end, and then the command dies by the
/// signal. If that takes too long (a write into a pipe that nobody reads), or by a second signal, it dies at once, which
/// leaves nothing behind but an unfinished file.</summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SignalPipe _pipe = new(SignalActionFlags.Once | SignalActionFlags.Restart);
    private readonly int _entries;
    private volatile bool _ended;

    public Interruption()
    {
        foreach (int signal in (ReadOnlySpan<int>)[Signal.Hangup, Signal.Interrupt, Signal.Term])
        {
            if (!_pipe.WasIgnored(signal))
            {
                _pipe.Take(signal);
            }
        }

        _entries = _pipe.Entries.Number;
        new Thread(Watch, maxStackSize: 64 << 10) { IsBackground = true, Name = "interruption" }.Start();
    }

    /// <summary>Whether one has come. From any thread.</summary>
    public bool HasCome() => Sys.Poll(_pipe.Entries, PollEvents.Readable, milliseconds: 0).Value > 0;

    /// <summary>Dies by the signal that has come; returns when none has.</summary>
    public void DieOfIt()
    {
        if (_pipe.Next(out ReceivedSignal signal))
        {
            _pipe.Dispose();
            LastAct.DieBy(signal.Number);
        }
    }

    public void Dispose()
    {
        _ended = true;
        _pipe.Dispose();
    }

    private void Watch()
    {
        PollEntry entry = new(_entries, PollEvents.Readable);
        while (!_ended && Sys.Poll(new Span<PollEntry>(ref entry), milliseconds: -1).Error == Errno.Interrupted)
        {
        }

        Thread.Sleep(Patience);
        if (!_ended)
        {
            DieOfIt();
        }
    }
}
