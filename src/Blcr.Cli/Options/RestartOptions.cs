using Blcr.Cli.Messages;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Options;

/// <summary>What the options of cr_restart ask for. Of every group the last one counts (blcr-contract, 1.4).</summary>
internal sealed record RestartOptions
{
    /// <summary>What holds the context: a file, unless <see cref="Descriptor"/> or <see cref="Directory"/> is set.</summary>
    public string? File { get; private set; }

    public int? Descriptor { get; private set; }

    public string? Directory { get; private set; }

    /// <summary>Take an older file of the series if the newest is damaged or missing.</summary>
    public bool FallBack { get; private set; }

    public DiagnosticsPolicy Diagnostics { get; private set; } = DiagnosticsPolicy.Error;

    /// <summary>0 none; negative: before the processes run.</summary>
    public int Signal { get; private set; }

    public bool RestorePid { get; private set; } = true;

    public SavedIds Groups { get; private set; }

    public SavedIds Sessions { get; private set; }

    /// <summary>Restart as process 1's children in a pid namespace of their own.</summary>
    public bool NewPidNamespace { get; private set; }

    /// <summary>The same, but only when the saved ids cannot be had otherwise.</summary>
    public bool NewPidNamespaceIfNeeded { get; private set; }

    public bool OwnGroups { get; private set; }

    public bool CutBack { get; private set; }

    public bool PutBack { get; private set; }

    public List<Relocation> Relocations { get; } = [];

    public List<Replacement> Replacements { get; } = [];

    private bool HasSource => File is not null || Descriptor is not null || Directory is not null;

    public static RestartOptions? From(GivenWords<RestartOption> words, out Mistake? mistake)
    {
        RestartOptions options = new();
        foreach (GivenOption<RestartOption> given in words.Options)
        {
            mistake = options.Take(given);
            if (mistake is not null)
            {
                return null;
            }
        }

        mistake = options.TakeOperands(words.Operands);
        if (mistake is null && options is { FallBack: true, File: null })
        {
            mistake = Invalid("--fall-back needs a file: it does not go with --fd and --dir");
        }

        return mistake is null ? options : null;
    }

    /// <summary>What they ask of the engine.</summary>
    /// <param name="source">Where the context is.</param>
    /// <param name="told">Gets what the user must know though all goes well.</param>
    public RestartRequest RequestOf(Source source, Told told) => new()
    {
        Source = source,
        RestorePid = RestorePid,
        Groups = Groups,
        Sessions = Sessions,
        OwnGroups = OwnGroups,
        CutBack = CutBack,
        PutBack = PutBack,
        Relocations = Relocations,
        Replacements = Replacements,
        SignalAfter = Signal,
        Tell = told.Tell,
        RepeatTold = told.Repeat,
    };

    private Mistake? TakeOperands(IReadOnlyList<string> operands)
    {
        if (operands.Count > 1)
        {
            return Mistake.Usage($"cr_restart: one context file is needed, and not '{string.Join(' ', operands)}'");
        }

        if (operands.Count == 0 && !HasSource)
        {
            return Mistake.Usage("cr_restart: the context file is missing");
        }

        return operands is [string file] ? TakeSource(() => File = file) : null;
    }

    private Mistake? Take(GivenOption<RestartOption> given)
    {
        switch (given.Option)
        {
            case RestartOption.File: return TakeSource(() => File = given.Argument);
            case RestartOption.Directory: return TakeSource(() => Directory = given.Argument);
            case RestartOption.Descriptor: return TakeDescriptor(given.Argument!);
            case RestartOption.Relocate: return TakeRelocation(given.Argument!);
            case RestartOption.InheritDescriptor: return TakeReplacement(given.Argument!);
            case RestartOption.FallBack: FallBack = true; break;
            case RestartOption.RestorePid: RestorePid = true; break;
            case RestartOption.NoRestorePid: RestorePid = false; break;
            case RestartOption.RestoreGroup: Groups = SavedIds.All; break;
            case RestartOption.NoRestoreGroup: Groups = SavedIds.None; break;
            case RestartOption.RestoreSession: Sessions = SavedIds.All; break;
            case RestartOption.NoRestoreSession: Sessions = SavedIds.None; break;
            case RestartOption.NewPidNamespace: return TakeNamespace(given.Argument);
            case RestartOption.CutBack: CutBack = true; break;
            case RestartOption.PutBack: PutBack = true; break;
            case RestartOption.OwnGroups: OwnGroups = true; break;
            case RestartOption.DiagnosticsNone: Diagnostics = DiagnosticsPolicy.None; break;
            case RestartOption.DiagnosticsError: Diagnostics = DiagnosticsPolicy.Error; break;
            case RestartOption.DiagnosticsWarning: Diagnostics = DiagnosticsPolicy.Warning; break;
            // --omit-*: whether later checkpoints leave this cr_restart out. Checkpoints of trees know a cr_restart
            // by themselves; the wish has no effect yet (issue 3).
            case RestartOption.OmitMaybe or RestartOption.OmitAlways or RestartOption.OmitNever: break;
            default: return TakeSignal(given);
        }

        return null;
    }

    private Mistake? TakeNamespace(string? argument)
    {
        (NewPidNamespace, NewPidNamespaceIfNeeded) = (argument is null, argument is not null);
        return argument is null or "if-needed" ? null : Invalid($"--new-pid-namespace: '{argument}' is not 'if-needed'");
    }

    private Mistake? TakeSource(Action take)
    {
        if (HasSource)
        {
            return Invalid("multiple source arguments specified");
        }

        take();
        return null;
    }

    private Mistake? TakeDescriptor(string argument) => Numbers.NotNegative(argument) is int number
        ? TakeSource(() => Descriptor = number)
        : Invalid("FD argument must be a non-negatvive integer"); // sic: scripts look for the original's spelling

    private Mistake? TakeRelocation(string argument)
    {
        Relocation? relocation = RelocationArgument.Parse(argument, out string? wrong);
        if (wrong is not null)
        {
            return Invalid(wrong);
        }

        if (relocation is not null)
        {
            Relocations.Add(relocation);
        }

        return Relocations.Count > RelocationArgument.Most ? Invalid(RelocationArgument.TooMany) : null;
    }

    private Mistake? TakeReplacement(string argument)
    {
        Replacement? replacement = ReplacementArgument.Parse(argument, out string? wrong);
        if (replacement is not null)
        {
            Replacements.Add(replacement);
        }

        return wrong is null ? null : Invalid(wrong);
    }

    private Mistake? TakeSignal(GivenOption<RestartOption> given)
    {
        int? signal = given.Option switch
        {
            RestartOption.Run => 0,
            RestartOption.Stop => Linux.Signal.Stop,
            RestartOption.Term => Linux.Signal.Term,
            RestartOption.Abort => Linux.Signal.Abort,
            RestartOption.Kill => Linux.Signal.Kill,
            RestartOption.Cont => Linux.Signal.Cont,
            RestartOption.EarlyStop => -Linux.Signal.Stop,
            RestartOption.EarlyAbort => -Linux.Signal.Abort,
            RestartOption.Signal => Numbers.Signal(given.Argument!),
            _ => Signal, // help, quiet, hooks: looked at elsewhere
        };
        Signal = signal ?? 0;
        return signal is null ? Invalid(Numbers.SignalRange) : null;
    }

    private static Mistake Invalid(string message) => new((int)Errno.Invalid, message);
}
