using System.Globalization;
using Blcr.Cli.Messages;
using Blcr.Cli.Options;
using Blcr.Cli.Running;
using Blcr.Cli.Supervision;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>The cr_restart inside a namespace, process 1 of it: makes the restart, tells the one outside, and collects what
/// ends in the namespace until nothing is left.</summary>
/// <remarks>Signals that somebody sends to process 1 have no effect on it, except SIGKILL, which ends the whole namespace
/// (man 7 pid_namespaces). Until the processes run it ends with the one outside; after that it stays as long as they do. Below a
/// cr_run it always ends with the one outside: that is all a cr_run knows of them, and it would bring them back a second time.</remarks>
internal static class RestartInside
{
    public const string Command = "cr_restart-inside";

    private const long Patience = 10_000_000; // nanoseconds

    /// <param name="words">The descriptor of the channel, then those of cr_restart.</param>
    public static int Run(IReadOnlyList<string> words)
    {
        _ = Sys.Prctl(PrctlOption.SetParentDeathSignal, Signal.Kill);
        Sys.SetOwnName("cr_restart\0"u8);
        using InnerChannel channel = new(new Fd(int.Parse(words[0], CultureInfo.InvariantCulture)));
        _ = Sys.Fcntl(channel.Socket, FcntlCommand.SetDescriptorFlags, 1); // FD_CLOEXEC: it is nobody else's
        IReadOnlyList<string> arguments = EnvironmentOptions.Before([.. words.Skip(1)]);
        GivenWords<RestartOption> given = GetOptLong.Read("cr_restart", arguments, RestartOptionForms.All, report: false);
        RestartOptions options = RestartOptions.From(given, out Mistake? _)!; // the outer one has read them

        using ContextSource? source = ContextSource.Open(options, out string? wrong);
        if (source is null)
        {
            channel.Send(InnerWord.NoContext, writer => writer.Write(wrong!));
            return ExitStatus.WrongUsage;
        }

        RestartReport report;
        try
        {
            report = Restart.Run(options.RequestOf(source.Source, new Told(new Reporter(given.Has(RestartOption.Quiet), options.Diagnostics))));
        }
        catch (RefusedException refusal)
        {
            channel.Send(InnerWord.Refused, writer => InnerChannel.Write(writer, refusal.Obstacles));
            return ExitStatus.OfError(refusal.Code);
        }

        source.Dispose();
        if (!Journal.IsThere)
        {
            _ = Sys.Prctl(PrctlOption.SetParentDeathSignal, 0);
        }

        channel.Send(InnerWord.Running, writer =>
        {
            writer.Write(report.Lead);
            writer.Write(report.Diagnostics.Count);
            foreach (string line in report.Diagnostics)
            {
                writer.Write(line);
            }
        });
        channel.AwaitGo();
        Collect(report.Lead, channel);
        return ExitStatus.Done;
    }

    // As process 1, it is the parent of every orphan too. Somebody from outside may be in the namespace as well, above all the
    // cr_checkpoint that has just ended the lead: it would not survive our end.
    private static void Collect(int lead, InnerChannel channel)
    {
        const WaitOptions Any = WaitOptions.Untraced | WaitOptions.All;
        while (true)
        {
            SysResult waited = Sys.Wait4(-1, Any, out WaitStatus status);
            if (waited.Error == Errno.NoChild)
            {
                if (IsAlone())
                {
                    return;
                }

                Sys.Sleep(Patience);
            }

            if (waited.Value == lead && lead > 0)
            {
                bool alone = status.Gone && IsAlone();
                channel.Send(InnerWord.Changed, writer =>
                {
                    writer.Write(status.Raw);
                    writer.Write(alone);
                });
                lead = status.Gone ? 0 : lead;
            }
        }
    }

    private static bool IsAlone() => !ProcIds.All().Skip(1).Any();
}
