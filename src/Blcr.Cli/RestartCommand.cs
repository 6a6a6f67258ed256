using Blcr.Cli.Messages;
using Blcr.Cli.Options;
using Blcr.Cli.Running;
using Blcr.Cli.StandIn;
using Blcr.Engine;

namespace Blcr.Cli;

/// <summary>cr_restart: from the command line to <see cref="Restart.Run"/>, then the stand-in for the lead (blcr-contract, 1.4).</summary>
internal static class RestartCommand
{
    private const string Name = "cr_restart";

    public static int Run(IReadOnlyList<string> arguments)
    {
        // Two readings: only when everything is read is it known whether getopt may complain.
        GivenWords<RestartOption> words = GetOptLong.Read(Name, arguments, RestartOptionForms.All, report: false);
        Hooks hooks = Hooks.From(words);
        bool quiet = words.Has(RestartOption.Quiet);
        if (!words.Wrong && (words.Has(RestartOption.Help) || words.Has(RestartOption.Version)))
        {
            bool help = words.Has(RestartOption.Help);
            _ = StandardStreams.WriteOutput(help ? RestartUsage.Text : $"{Name} version {Product.Version}\n");
            return ExitStatus.Done;
        }

        Mistake? mistake = null;
        RestartOptions? options = words.Wrong ? null : RestartOptions.From(words, out mistake);
        if (options is not null)
        {
            return new Attempt(hooks, options, new Reporter(quiet, options.Diagnostics)).Run();
        }

        if (HookRunner.Run(hooks, HookEvent.FailArguments) is int decided)
        {
            return decided;
        }

        if (words.Wrong && !quiet)
        {
            _ = GetOptLong.Read(Name, arguments, RestartOptionForms.All, report: true);
        }

        new Reporter(quiet, DiagnosticsPolicy.Error).Tell(mistake?.Text(RestartUsage.Short) ?? RestartUsage.Short);
        return mistake?.ExitCode ?? ExitStatus.WrongUsage;
    }

    // One restart with options that make sense.
    private sealed record Attempt(Hooks Hooks, RestartOptions Options, Reporter Reporter)
    {
        public int Run()
        {
            using ContextSource? source = ContextSource.Open(Options, out string? wrong);
            if (source is null)
            {
                return Fail(HookEvent.FailArguments, ExitStatus.WrongUsage, wrong!);
            }

            using SignalRelay relay = SignalRelay.Start();
            RestartReport report;
            try
            {
                report = Restart.Run(Request(source.Source));
            }
            catch (RefusedException refusal)
            {
                relay.Dispose();
                return Fail(refusal);
            }

            source.Dispose();
            Reporter.Remark(report.Diagnostics);
            int? decided = relay.Aside(() => HookRunner.Run(Hooks, HookEvent.Success));
            return decided ?? new Life(report.Lead, relay, Reporter).Run();
        }

        private RestartRequest Request(Source source) => new()
        {
            Source = source,
            RestorePid = Options.RestorePid,
            Groups = Options.Groups,
            Sessions = Options.Sessions,
            Relocations = Options.Relocations,
            Replacements = Options.Replacements,
            SignalAfter = Options.Signal,
        };

        private int Fail(RefusedException refusal)
        {
            if (HookRunner.Run(Hooks, HookRunner.OfError(refusal.Code)) is int decided)
            {
                return decided;
            }

            Reporter.Explain(refusal.Obstacles);
            Reporter.Tell(refusal.Obstacles[0].Headline ?? $"Restart failed: {ErrorText.Of(refusal.Code)}");
            return ExitStatus.OfError(refusal.Code);
        }

        private int Fail(HookEvent at, int exitCode, string message)
        {
            if (HookRunner.Run(Hooks, at) is int decided)
            {
                return decided;
            }

            Reporter.Tell(message);
            return exitCode;
        }
    }
}
