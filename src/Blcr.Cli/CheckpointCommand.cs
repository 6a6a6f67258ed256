using Blcr.Cli.Info;
using Blcr.Cli.Messages;
using Blcr.Cli.Namespaces;
using Blcr.Cli.Options;
using Blcr.Cli.StandIn;
using Blcr.Engine;
using Blcr.Engine.Scope;
using Blcr.Linux;

namespace Blcr.Cli;

/// <summary>cr_checkpoint: from the command line to <see cref="Checkpoint.Run"/> and back to an exit status (blcr-contract, 1.3).</summary>
internal static class CheckpointCommand
{
    private const string Name = "cr_checkpoint";

    /// <param name="arguments">The arguments.</param>
    /// <param name="firstWord">Where they start in argv.</param>
    /// <param name="supervised">Whether a cr_run asks for it (<see cref="CheckpointRequest.Supervised"/>).</param>
    public static int Run(IReadOnlyList<string> arguments, int firstWord, bool supervised = false)
    {
        // Two readings: only when everything is read is it known whether getopt may complain.
        GivenWords<CheckpointOption> words = GetOptLong.Read(Name, arguments, CheckpointOptionForms.All, report: false);
        bool quiet = words.Has(CheckpointOption.Quiet);
        if (words.Wrong)
        {
            return WrongUsage(arguments, quiet);
        }

        if (words.Has(CheckpointOption.Help) || words.Has(CheckpointOption.Version))
        {
            bool help = words.Has(CheckpointOption.Help);
            _ = StandardStreams.WriteOutput(help ? CheckpointUsage.Text : $"{Name} version {Product.Version}\n");
            return ExitStatus.Done;
        }

        CheckpointOptions? options = CheckpointOptions.From(words, out Mistake? mistake);
        if (options is null)
        {
            new Reporter(quiet, DiagnosticsPolicy.Error).Tell(mistake!.Text(CheckpointUsage.Short));
            return mistake.ExitCode;
        }

        options.Supervised = supervised;
        Reporter reporter = new(quiet, options.Diagnostics);
        return RestartNamespace.Of(options.Target) is { } place ? RunInside(place, firstWord, reporter) : Run(options, reporter);
    }

    /// <summary>With words that were read before, for another id than they say.</summary>
    public static int RunFor(int target, IReadOnlyList<string> arguments)
    {
        GivenWords<CheckpointOption> words = GetOptLong.Read(Name, arguments, CheckpointOptionForms.All, report: false);
        CheckpointOptions options = CheckpointOptions.From(words, out _)!;
        options.Target = target;
        return Run(options, new Reporter(words.Has(CheckpointOption.Quiet), options.Diagnostics));
    }

    private static int RunInside(RestartNamespace place, int firstWord, Reporter reporter)
    {
        try
        {
            return CheckpointInside.Enter(place, firstWord);
        }
        catch (RefusedException refusal)
        {
            reporter.Explain(refusal.Obstacles);
            reporter.Tell(CheckpointFailure.Line(refusal));
            return ExitStatus.OfError(refusal.Code);
        }
    }

    private static int WrongUsage(IReadOnlyList<string> arguments, bool quiet)
    {
        if (!quiet)
        {
            _ = GetOptLong.Read(Name, arguments, CheckpointOptionForms.All, report: true);
            StandardStreams.WriteError(CheckpointUsage.Short + "\n");
        }

        return ExitStatus.WrongUsage;
    }

    private static int Run(CheckpointOptions options, Reporter reporter)
    {
        // The destination may be a pipe whose reader is gone: EPIPE and a clean end, not death half way.
        _ = Sys.SetSignalAction(Signal.Pipe, SignalAction.Ignore);

        // The same for a file that grows beyond `ulimit -f`: EFBIG.
        _ = Sys.SetSignalAction(Signal.FileSize, SignalAction.Ignore);

        using Interruption interruption = new();
        if (options.DryRun)
        {
            return DryRun(options, reporter, interruption);
        }

        Progress progress = new(reporter, options.Verbose);
        progress.Issued();
        try
        {
            CheckpointReport report = Checkpoint.Run(Request(options) with { Interrupted = interruption.HasCome });
            progress.Finished();
            reporter.Remark(report.Diagnostics);
            progress.Completed(report);
            return ExitStatus.Done;
        }
        catch (RefusedException refusal)
        {
            progress.Finished();
            return Fail(refusal, reporter, interruption);
        }
    }

    private static int DryRun(CheckpointOptions options, Reporter reporter, Interruption interruption)
    {
        try
        {
            CheckpointPreview preview = Checkpoint.Preview(Request(options) with { Interrupted = interruption.HasCome });
            reporter.Remark(preview.Diagnostics);
            _ = StandardStreams.WriteOutput(PreviewText.Of(preview));
            return preview.Obstacles is [{ Code: int code }, ..] ? ExitStatus.OfError(code) : ExitStatus.Done;
        }
        catch (RefusedException refusal)
        {
            return Fail(refusal, reporter, interruption);
        }
    }

    private static int Fail(RefusedException refusal, Reporter reporter, Interruption interruption)
    {
        reporter.Explain(refusal.Obstacles);
        reporter.Tell(CheckpointFailure.Line(refusal));
        if (refusal.Code == (int)Errno.Interrupted)
        {
            interruption.DieOfIt();
        }

        return ExitStatus.OfError(refusal.Code);
    }

    private static CheckpointRequest Request(CheckpointOptions options) => new()
    {
        ToolVersion = Product.Version,
        Supervised = options.Supervised,
        Target = options.Target == 0 ? OwnId(options.Scope) : options.Target,
        Scope = options.Scope,
        Destination = options.Destination,
        Save = options.Save,
        SaveBelow = options.SaveBelow,
        SaveOpenBelow = options.SaveOpenBelow,
        Traced = options.Traced,
        Tracer = options.Tracer,
        SignalAfter = options.Signal,
        Sync = options.Sync,
        TimeLimit = options.TimeLimit,
    };

    // "-g 0" and "-s 0" are the own group and session; a pid of 0 is ourselves, and we are in no checkpoint of ours.
    private static int OwnId(CheckpointScope scope) => scope switch
    {
        CheckpointScope.Group => (int)Sys.Call(SyscallNumber.Getpgrp).Value,
        CheckpointScope.Session => (int)Sys.Call(SyscallNumber.Getsid).Value,
        _ => Sys.Getpid(),
    };
}
