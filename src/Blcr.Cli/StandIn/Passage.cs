using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>What reaches us goes on to the lead: signals, and with them the terminal's stops.</summary>
/// <param name="lead">Whom signals are for.</param>
/// <param name="terminal">The terminal, if the lead has a process group of its own.</param>
/// <param name="relay">Where they come from.</param>
/// <param name="isOwn">Signals that are meant for ourselves; it does what they ask for.</param>
internal sealed class Passage(Lead lead, ForegroundLoan terminal, SignalRelay relay, Func<int, bool>? isOwn = null)
{
    /// <summary>The signals that the lead has got, from us or together with us; bit 0 is signal 1.</summary>
    public ulong PassedOn { get; private set; }

    /// <summary>Hands over the signals that have come. True if there was one.</summary>
    public bool PassOn()
    {
        bool any = false;
        while (relay.Next(out ReceivedSignal signal))
        {
            any = true;
            if (signal.Number == Signal.Child || signal.Sender == Sys.Getpid() || isOwn?.Invoke(signal.Number) == true
                || signal.Number == SignalRelay.CheckpointSignal)
            {
                continue;
            }

            PassedOn |= Signal.Bit(signal.Number);
            lead.Send(signal);
            if (signal.IsStop)
            {
                SelfStop.With(signal.Number, relay);
            }
            else if (signal.Number == Signal.Cont)
            {
                terminal.LendAgain();
            }
        }

        return any;
    }

    /// <summary>The lead has stopped. One in our own group stops together with us, by the terminal's signal to all. One that has
    /// the terminal on loan does not: then its stop must become ours, or the shell would not know that the terminal is free.</summary>
    public void StopWith(int signal)
    {
        if (terminal.IsLent)
        {
            terminal.TakeBack();
            SelfStop.WithoutWord(signal, relay);
            terminal.LendAgain();
            _ = Sys.Kill(-terminal.Group, Signal.Cont);
        }
    }
}
