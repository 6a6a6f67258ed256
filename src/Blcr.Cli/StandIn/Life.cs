using Blcr.Cli.Messages;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>What is left for cr_restart to do: it stands in for the lead, the first process it brought back, for whoever
/// started cr_restart and waits for it (blcr-contract, 1.4, "Life of cr_restart").</summary>
/// <param name="lead">Its pid here; 0: it is known to its watch alone.</param>
internal sealed class Life(int lead, LeadWatch watch, SignalRelay relay, Reporter reporter)
{
    private readonly ForegroundLoan _terminal = new(lead);

    public int Run()
    {
        Passage passage = new(new Lead(lead), _terminal, relay);
        _terminal.Lend();
        SignalRelay.Open();
        while (true)
        {
            SysResult waited = watch.Next(out WaitStatus status);
            if (!waited.Ok && waited.Error != Errno.Interrupted)
            {
                reporter.Tell($"waitpid({lead}): {ErrorText.Of(waited.Error)}");
                return ExitStatus.WrongUsage;
            }

            if (waited.Value > 0 && status.Gone)
            {
                _terminal.TakeBack();
                relay.Dispose();
                return LastAct.Like(status);
            }

            if (waited.Value > 0 && status.Stopped)
            {
                passage.StopWith(status.StopSignal);
                continue;
            }

            if (!passage.PassOn())
            {
                Sleep();
            }
        }
    }

    // Sleeps until a signal has come or there is news of the lead.
    private void Sleep()
    {
        Span<PollEntry> entries = [new(relay.Entries.Number, PollEvents.Readable), new(watch.Entry, PollEvents.Readable)];
        _ = Sys.Poll(entries, milliseconds: -1); // interrupted or not, the caller looks again
    }
}
