using System.Globalization;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>What the end of the program means (cr_run(1), SUPERVISION).</summary>
internal static class Verdict
{
    private const ulong AsksToEnd = 1ul << (Signal.Hangup - 1) | 1ul << (Signal.Interrupt - 1) | 1ul << (Signal.Quit - 1) | 1ul << (Signal.Term - 1);

    /// <param name="end">As wait(2) tells it; null: not known.</param>
    /// <param name="passedOn">The signals that we have passed on to it in this life.</param>
    /// <param name="statusCounts">Whether an exit status other than 0 is a failure.</param>
    public static EndKind Of(WaitStatus? end, ulong passedOn, bool statusCounts) => end switch
    {
        null => EndKind.Unknown,
        { Exited: true, ExitCode: 0 } => EndKind.Finished,
        { Exited: true } => (passedOn & AsksToEnd) != 0 ? EndKind.Stopped : statusCounts ? EndKind.Failed : EndKind.Finished,
        { KillSignal: int signal } => (passedOn & Signal.Bit(signal)) != 0 ? EndKind.Stopped : EndKind.Failed,
    };

    /// <summary>"was killed by signal 11 (SIGSEGV)"</summary>
    public static string Words(WaitStatus? end) => end switch
    {
        null => "ended; how is not known",
        { Exited: true } => string.Create(CultureInfo.InvariantCulture, $"ended with status {end.Value.ExitCode}"),
        _ => $"was killed by {SignalName.Of(end.Value.KillSignal)}",
    };
}
