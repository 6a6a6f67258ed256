using Blcr.Cli.Options;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>What the options of a supervising cr_run ask for.</summary>
internal sealed record SupervisionOptions
{
    private const int MostKept = 1000;

    public RunSettings Settings { get; private set; } = new();

    public string Directory { get; private set; } = "";

    public bool Resume { get; private set; }

    public bool Force { get; private set; }

    public bool Status { get; private set; }

    /// <summary>The command and its arguments.</summary>
    public IReadOnlyList<string> Command { get; private init; } = [];

    public static SupervisionOptions? From(GivenWords<SupervisionOption> words, out Mistake? mistake)
    {
        SupervisionOptions options = new() { Command = words.Operands };
        foreach (GivenOption<SupervisionOption> given in words.Options)
        {
            mistake = options.Take(given.Option, given.Argument ?? "");
            if (mistake is not null)
            {
                return null;
            }
        }

        mistake = options.Missing();
        return mistake is null ? options : null;
    }

    private Mistake? Missing() =>
        Directory.Length == 0 ? Mistake.Usage("cr_run: --dir DIR is missing: where checkpoints and the state are kept")
        : Status && (Resume || Command.Count > 0) ? Mistake.Usage("cr_run: --status only tells; it takes no command and no --resume")
        : Force && !Resume ? Mistake.Usage("cr_run: --force is for --resume")
        : Command.Count == 0 && !Resume && !Status ? Mistake.Usage("cr_run: the command is missing")
        : null;

    private Mistake? Take(SupervisionOption option, string argument)
    {
        switch (option)
        {
            case SupervisionOption.Directory:
                Directory = argument;
                break;
            case SupervisionOption.Resume:
                Resume = true;
                break;
            case SupervisionOption.Force:
                Force = true;
                break;
            case SupervisionOption.Status:
                Status = true;
                break;
            case SupervisionOption.RestartOnFailure:
                Settings = Settings with { RestartOnFailure = true };
                break;
            case SupervisionOption.NewPidNamespace:
                Settings = Settings with { NewPidNamespace = true };
                break;
            default:
                return TakeValue(option, argument);
        }

        return null;
    }

    private Mistake? TakeValue(SupervisionOption option, string argument)
    {
        switch (option)
        {
            case SupervisionOption.Interval:
                Settings = Settings with { Interval = Duration.Parse(argument) };
                return Settings.Interval is null ? Invalid($"--interval {argument}: a time like 30s, 10m, 2h or 1d is needed") : null;
            case SupervisionOption.Keep:
                Settings = Settings with { Keep = Numbers.NotNegative(argument) };
                return Settings.Keep is null or < 1 or > MostKept ? Invalid($"--keep {argument}: a number from 1 to {MostKept} is needed") : null;
            case SupervisionOption.MaxRestarts:
                Settings = Settings with { MaxRestarts = Numbers.NotNegative(argument) };
                return Settings.MaxRestarts is null ? Invalid($"--max-restarts {argument}: a number is needed") : null;
            case SupervisionOption.CheckpointSignal:
                Settings = Settings with { CheckpointSignal = SignalName.Parse(argument) };
                return Settings.CheckpointSignal is null or Signal.Kill or Signal.Stop or Signal.Child
                    ? Invalid($"--checkpoint-signal {argument}: a signal that can be handled is needed, 10 or USR1 say")
                    : null;
            default:
                return null; // --run, --help, --version
        }
    }

    private static Mistake Invalid(string message) => new((int)Errno.Invalid, "cr_run: " + message);
}
