using System.Globalization;
using Blcr.Cli.Messages;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Options;

/// <summary>What the options of cr_checkpoint ask for. Of every group the last one counts (blcr-contract, 1.3).</summary>
internal sealed record CheckpointOptions
{
    public CheckpointScope Scope { get; private set; } = CheckpointScope.Tree;

    /// <summary>The id as typed: it is part of the file's name.</summary>
    public string Id { get; private set; } = "";

    public int Target { get; set; }

    /// <summary>No option: a cr_run that supervises asks for it.</summary>
    public bool Supervised { get; set; }

    public int Verbose { get; private set; }

    public DiagnosticsPolicy Diagnostics { get; private set; } = DiagnosticsPolicy.Error;

    public SaveFiles Save { get; private set; }

    /// <summary>Paths of files whose content is saved too.</summary>
    public List<string> SaveBelow { get; } = [];

    public List<string> SaveOpenBelow { get; } = [];

    public TracedPolicy Traced { get; private set; }

    public TracerPolicy Tracer { get; private set; }

    /// <summary>Signal afterwards; 0 none.</summary>
    public int Signal { get; private set; }

    public bool Sync { get; private set; } = true;

    /// <summary>Only tell what would be saved.</summary>
    public bool DryRun { get; private set; }

    public TimeSpan? TimeLimit { get; private set; }

    private Replace Replace { get; set; } = Replace.Atomic;

    private string? BackupName { get; set; }

    private int KeptFiles { get; set; } = 1;

    private GivenOption<CheckpointOption>? Place { get; set; }

    private int Descriptor { get; set; }

    public Destination Destination => Place?.Option switch
    {
        CheckpointOption.File => new Destination.ToFile(Place.Value.Argument!, Replace, BackupName, KeptFiles),
        CheckpointOption.Directory => new Destination.ToDirectory(Place.Value.Argument!),
        CheckpointOption.Descriptor => new Destination.ToDescriptor(Descriptor),
        _ => new Destination.ToFile($"context.{Id}", Replace, BackupName, KeptFiles),
    };

    public static CheckpointOptions? From(GivenWords<CheckpointOption> words, out Mistake? mistake)
    {
        CheckpointOptions options = new();
        foreach (GivenOption<CheckpointOption> given in words.Options)
        {
            mistake = options.Take(given);
            if (mistake is not null)
            {
                return null;
            }
        }

        if (words.Operands is not [string id] || !int.TryParse(id, NumberStyles.AllowLeadingSign, null, out int target))
        {
            mistake = Mistake.Usage(words.Operands.Count == 0
                ? "cr_checkpoint: the ID of what to checkpoint is missing"
                : $"cr_checkpoint: one ID is needed, a decimal number, and not '{string.Join(' ', words.Operands)}'");
            return null;
        }

        if (options is { Replace: Replace.Keep, Destination: not Destination.ToFile })
        {
            mistake = Invalid("--keep needs a file: it does not go with --fd and --dir");
            return null;
        }

        options.Id = id;
        options.Target = target;
        mistake = null;
        return options;
    }

    private Mistake? Take(GivenOption<CheckpointOption> given)
    {
        switch (given.Option)
        {
            case CheckpointOption.Verbose: Verbose++; break;
            case CheckpointOption.Tree: Scope = CheckpointScope.Tree; break;
            case CheckpointOption.Process: Scope = CheckpointScope.Process; break;
            case CheckpointOption.Group: Scope = CheckpointScope.Group; break;
            case CheckpointOption.Session: Scope = CheckpointScope.Session; break;
            case CheckpointOption.Atomic: Replace = Replace.Atomic; break;
            case CheckpointOption.Backup: (Replace, BackupName) = (Replace.Backup, given.Argument); break;
            case CheckpointOption.Clobber: Replace = Replace.Clobber; break;
            case CheckpointOption.NoClobber: Replace = Replace.NoClobber; break;
            case CheckpointOption.DryRun: DryRun = true; break;
            case CheckpointOption.Sync: Sync = true; break;
            case CheckpointOption.NoSync: Sync = false; break;
            case CheckpointOption.SaveExe: Save |= SaveFiles.Executable; break;
            case CheckpointOption.SavePrivate: Save |= SaveFiles.Private; break;
            case CheckpointOption.SaveShared: Save |= SaveFiles.Shared; break;
            case CheckpointOption.SaveAll: Save = SaveFiles.All; break;
            case CheckpointOption.SaveNone: Save = SaveFiles.None; break;
            case CheckpointOption.SaveFiles: SaveBelow.Add(given.Argument!); break;
            case CheckpointOption.SaveOpenFiles: SaveOpenBelow.Add(given.Argument!); break;
            case CheckpointOption.TracedError: Traced = TracedPolicy.Error; break;
            case CheckpointOption.TracedSkip: Traced = TracedPolicy.Skip; break;
            case CheckpointOption.TracedAllow: Traced = TracedPolicy.Allow; break;
            case CheckpointOption.TracerError: Tracer = TracerPolicy.Error; break;
            case CheckpointOption.TracerSkip: Tracer = TracerPolicy.Skip; break;
            case CheckpointOption.DiagnosticsNone: Diagnostics = DiagnosticsPolicy.None; break;
            case CheckpointOption.DiagnosticsError: Diagnostics = DiagnosticsPolicy.Error; break;
            case CheckpointOption.DiagnosticsWarning: Diagnostics = DiagnosticsPolicy.Warning; break;
            default: return TakePlace(given) ?? TakeKeep(given) ?? TakeSignal(given) ?? TakeTime(given);
        }

        return null;
    }

    private Mistake? TakePlace(GivenOption<CheckpointOption> given)
    {
        if (given.Option is not (CheckpointOption.Cwd or CheckpointOption.Directory
            or CheckpointOption.File or CheckpointOption.Descriptor))
        {
            return null;
        }

        if (Place is not null)
        {
            return Invalid("multiple destination arguments specified");
        }

        Place = given;
        if (given.Option != CheckpointOption.Descriptor)
        {
            return null;
        }

        Descriptor = Numbers.NotNegative(given.Argument!) ?? -1;
        return Descriptor < 0 ? Invalid("FD argument must be a non-negative integer") : null;
    }

    private Mistake? TakeKeep(GivenOption<CheckpointOption> given)
    {
        if (given.Option != CheckpointOption.Keep)
        {
            return null;
        }

        (Replace, KeptFiles) = (Replace.Keep, Numbers.NotNegative(given.Argument!) ?? 0);
        return KeptFiles == 0 ? Invalid($"--keep {given.Argument}: expected the number of context files to keep, 1 or more") : null;
    }

    private Mistake? TakeSignal(GivenOption<CheckpointOption> given)
    {
        int? signal = given.Option switch
        {
            CheckpointOption.Run => 0,
            CheckpointOption.Stop => Linux.Signal.Stop,
            CheckpointOption.Term => Linux.Signal.Term,
            CheckpointOption.Abort => Linux.Signal.Abort,
            CheckpointOption.Kill => Linux.Signal.Kill,
            CheckpointOption.Cont => Linux.Signal.Cont,
            // "Early" is before the callbacks of libcr that continue. A process without any sees no difference.
            CheckpointOption.EarlyStop => Linux.Signal.Stop,
            CheckpointOption.EarlyAbort => Linux.Signal.Abort,
            CheckpointOption.Signal => Numbers.Signal(given.Argument!) ?? -1,
            _ => null,
        };
        Signal = signal ?? Signal;
        return signal < 0 ? Invalid(Numbers.SignalRange) : null;
    }

    private Mistake? TakeTime(GivenOption<CheckpointOption> given)
    {
        if (given.Option != CheckpointOption.Time)
        {
            return null;
        }

        int? seconds = Numbers.NotNegative(given.Argument!);
        TimeLimit = seconds is > 0 ? TimeSpan.FromSeconds(seconds.Value) : null;
        return seconds is null ? Invalid("Time limit must be non-negative.") : null;
    }

    private static Mistake Invalid(string message) => new((int)Errno.Invalid, message);
}
