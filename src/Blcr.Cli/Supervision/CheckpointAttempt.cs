using System.Globalization;
using System.Text;
using Blcr.Cli.Namespaces;
using Blcr.Cli.StandIn;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>A cr_checkpoint at work beside us. What it says is kept: if it fails, the user is told in one line.</summary>
internal sealed class CheckpointAttempt : IDisposable
{
    private const int MostText = 64 << 10;

    private readonly Fd _messages;
    private readonly StringBuilder _text = new();
    private bool _closed;

    private CheckpointAttempt(int pid, Fd messages)
    {
        Pid = pid;
        _messages = messages;
    }

    public int Pid { get; }

    /// <summary>What wait4(2) told; null while it is at work.</summary>
    public WaitStatus? End { get; set; }

    /// <summary>Readable when it has said something; -1: it will not any more.</summary>
    public int Entry => _closed ? -1 : _messages.Number;

    /// <param name="target">Whose tree.</param>
    /// <param name="directory">Where to. It holds the lock of that as long as it is at work.</param>
    /// <param name="keep">How many files are kept.</param>
    /// <param name="relay">All signals.</param>
    /// <param name="wrong">Why it could not be started.</param>
    public static CheckpointAttempt? Start(int target, RunDirectory directory, int keep, SignalRelay relay, out string? wrong)
    {
        if (Sys.Pipe(OpenFlags.CloseOnExec | OpenFlags.NonBlocking, out Fd? ours, out Fd? its) is not Errno.None and var error)
        {
            wrong = $"no pipe: {Engine.ErrorText.Of(error)}";
            return null;
        }

        using (its)
        {
            int pid = new Sibling
            {
                Execution = new Execution(
                    SupervisedSiblings.Checkpoint,
                    [
                        "--tree", "--keep", keep.ToString(CultureInfo.InvariantCulture), "-f", directory.Context,
                        target.ToString(CultureInfo.InvariantCulture),
                    ],
                    Path: SupervisedSiblings.FileOf("cr_checkpoint")),
                Passed = directory.Lock,
                Errors = its,
                OwnSession = true, // ^C is for the program; a checkpoint under way is not to fail by it
            }.Start(relay, null, out wrong);
            if (pid > 0)
            {
                return new CheckpointAttempt(pid, ours!);
            }
        }

        ours!.Dispose();
        return null;
    }

    /// <summary>Takes what it has said; the pipe must not fill up.</summary>
    public void Listen()
    {
        Span<byte> some = stackalloc byte[4096];
        while (!_closed)
        {
            SysResult got = Sys.Read(_messages, some);
            if (got.Error is Errno.Again or Errno.Interrupted)
            {
                return;
            }

            _closed = got.Value <= 0;
            if (got.Value > 0 && _text.Length < MostText)
            {
                _text.Append(Encoding.UTF8.GetString(some[..(int)got.Value]));
            }
        }
    }

    /// <summary>Why it failed, in one line; null: it did not.</summary>
    public string? Failure()
    {
        Listen();
        if (End is { Exited: true, ExitCode: 0 })
        {
            return null;
        }

        // The last line says what, the first one with "- " why (blcr-contract, 1.3).
        string[] lines = _text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string how = End is { Killed: true } killed ? $"cr_checkpoint was killed by {SignalName.Of(killed.KillSignal)}"
            : $"cr_checkpoint ended with status {End?.ExitCode}";
        string what = lines.LastOrDefault(line => !line.StartsWith("- ", StringComparison.Ordinal)) ?? how;
        string? why = lines.FirstOrDefault(line => line.StartsWith("- ", StringComparison.Ordinal) && !line.StartsWith("-   ", StringComparison.Ordinal));
        return why is null ? what : $"{what} ({why[2..]})";
    }

    public void Dispose() => _messages.Dispose();
}
