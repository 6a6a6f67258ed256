using Blcr.Cli.Options;

namespace Blcr.Cli.Supervision;

/// <summary>Signals by their names; man 7 signal, x86-64 and aarch64.</summary>
internal static class SignalName
{
    // By number, from 1 on.
    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>10, USR1 or SIGUSR1.</summary>
    public static int? Parse(string text)
    {
        int named = Array.IndexOf(Names, text.StartsWith("SIG", StringComparison.Ordinal) ? text[3..] : text);
        return named >= 0 ? named + 1 : Numbers.Signal(text);
    }

    /// <summary>"signal 11 (SIGSEGV)", and "signal 40".</summary>
    public static string Of(int signal) => signal >= 1 && signal <= Names.Length ? $"signal {signal} (SIG{Names[signal - 1]})" : $"signal {signal}";
}
