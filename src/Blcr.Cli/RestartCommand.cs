using Blcr.Cli.Messages;
using Blcr.Cli.Namespaces;
using Blcr.Cli.Options;
using Blcr.Cli.Privileges;
using Blcr.Cli.Running;
using Blcr.Cli.StandIn;
using Blcr.Engine;

namespace Blcr.Cli;

/// <summary>cr_restart: from the command line to <see cref="Restart.Run"/>, then the stand-in for the lead (blcr-contract, 1.4).</summary>
internal static class RestartCommand
{
    private const string Name = "cr_restart";

    /// <param name="arguments">The arguments.</param>
    /// <param name="firstWord">Where they start in argv.</param>
    /// <param name="running">Called when the processes run.</param>
    public static int Run(IReadOnlyList<string> arguments, int firstWord, Action? running = null)
    {
        arguments = EnvironmentOptions.Before(arguments);

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
            Attempt attempt = new(hooks, options, new Reporter(quiet, options.Diagnostics), running);
            return options.NewPidNamespace ? attempt.RunInside(firstWord) : attempt.Run(firstWord);
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
    private sealed record Attempt(Hooks Hooks, RestartOptions Options, Reporter Reporter, Action? Running)
    {
        public int Run(int firstWord)
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
                report = Restart.Run(Options.RequestOf(source.Source, new Told(Reporter)));
            }
            catch (RefusedException refusal)
            {
                source.Dispose();
                relay.Dispose();
                return Options is { NewPidNamespaceIfNeeded: true, Descriptor: null } && refusal.Obstacles.All(each => each.IsAboutIds)
                    ? RunInsideInstead(refusal, firstWord)
                    : Fail(refusal);
            }

            source.Dispose();
            FileCapability.GiveUp();
            if (Succeed(relay, report.Diagnostics) is int decided)
            {
                return decided;
            }

            using ChildWatch watch = new(report.Lead);
            return report.Lead == 0 ? ExitStatus.Done : new Life(report.Lead, watch, relay, Reporter).Run();
        }

        private int RunInsideInstead(RefusedException refusal, int firstWord)
        {
            Reporter.Explain(refusal.Obstacles.Take(1).Select(each => $"{each.Held}: the processes are restarted in a pid namespace of their own"));
            return RunInside(firstWord);
        }

        /// <summary>The same by a cr_restart in a new pid namespace; hooks, messages and the stand-in are ours.</summary>
        public int RunInside(int firstWord)
        {
            FileCapability.GiveUp(); // inside, every id is free
            using SignalRelay relay = SignalRelay.Start();
            try
            {
                using NewNamespace inside = NewNamespace.Start(firstWord, relay.MaskBefore);
                switch (inside.Channel.Receive())
                {
                    case (InnerWord.Running, BinaryReader running):
                        int lead = running.ReadInt32();
                        string[] diagnostics = [.. Enumerable.Range(0, running.ReadInt32()).Select(_ => running.ReadString())];
                        int leadHere = lead == 0 ? 0 : inside.OuterPidOf(lead);
                        inside.Channel.SendGo();
                        using (InnerWatch watch = new(inside))
                        {
                            return Succeed(relay, diagnostics)
                                ?? (lead == 0 ? ExitStatus.Done : new Life(leadHere, watch, relay, Reporter).Run());
                        }

                    case (InnerWord.Refused, BinaryReader refused):
                        inside.AwaitEnd();
                        throw new RefusedException(InnerChannel.ReadObstacles(refused));
                    case (InnerWord.NoContext, BinaryReader context):
                        inside.AwaitEnd();
                        relay.Dispose();
                        return Fail(HookEvent.FailArguments, ExitStatus.WrongUsage, context.ReadString());
                    default:
                        relay.Dispose();
                        return LastAct.Like(inside.AwaitEnd()); // killed, or it has reported a bug of ours itself
                }
            }
            catch (RefusedException refusal)
            {
                relay.Dispose();
                return Fail(refusal);
            }
        }

        private int? Succeed(SignalRelay relay, IReadOnlyList<string> diagnostics)
        {
            Reporter.Remark(diagnostics);
            Running?.Invoke();
            return relay.Aside(() => HookRunner.Run(Hooks, HookEvent.Success));
        }

        private int Fail(RefusedException refusal)
        {
            Reporter.Explain(refusal.Obstacles); // a hook decides about the last line only
            if (HookRunner.Run(Hooks, HookRunner.OfError(refusal.Code)) is int decided)
            {
                return decided;
            }

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
