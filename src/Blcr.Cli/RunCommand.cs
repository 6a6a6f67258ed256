using System.Runtime.InteropServices;
using System.Text;
using Blcr.Cli.Messages;
using Blcr.Cli.Options;
using Blcr.Cli.Running;
using Blcr.Cli.Supervision;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli;

/// <summary>cr_run: becomes another program, with a stub of libcr preloaded (blcr-contract, 1.2; cr_run(1)).</summary>
/// <remarks>It touches nothing it does not need: it adds its time to every program started with it.</remarks>
internal static unsafe partial class RunCommand
{
    public const string Usage = """
        Usage: cr_run [--run | --omit] [--] COMMAND [ARGUMENT...]
               cr_run --dir DIR [--interval TIME] [options] [--] COMMAND [ARGUMENT...]
               cr_run --resume --dir DIR [options] [[--] COMMAND [ARGUMENT...]]
               cr_run --status --dir DIR
        Runs COMMAND so that it takes part in checkpoints. With --dir it stays beside COMMAND, takes the checkpoints, and
        restarts it.

              --run      COMMAND may be checkpointed (default)
              --omit     COMMAND leaves itself out of checkpoints
          -?, --help     show this and exit
              --version  show the version and exit

        Supervision:
              --dir DIR               where checkpoints and the state are kept
              --interval TIME         a checkpoint every 30s, 10m, 2h, 1d
              --keep N                so many checkpoints (3)
              --checkpoint-signal SIG a checkpoint when cr_run gets this signal (64)
              --restart-on-failure    after a crash, go on from the newest good checkpoint
              --max-restarts N        give up after so many from the same file (3)
              --new-pid-namespace     restart in a pid namespace, where every id is free
              --resume                go on with what runs, or ran, from DIR
              --force                 even if it was started on another host, which is down
              --status                tell what runs, and how old the newest checkpoint is

        A program needs no cr_run in order to be checkpointed; see cr_run(1).

        """;

    /// <summary>The original has a colon here and in no other command; scripts cut the line by it.</summary>
    public const string VersionLine = $"cr_run: version {Product.Version}\n";

    /// <param name="words">The arguments.</param>
    /// <param name="firstWord">Where they start in argv.</param>
    public static int Run(ReadOnlySpan<string> words, int firstWord)
    {
        string library = Preload.RunLibrary;
        int at = 0;
        for (bool more = true; more && at < words.Length; at++)
        {
            switch (words[at])
            {
                case "--run":
                    library = Preload.RunLibrary;
                    break;
                case "--omit":
                    library = Preload.OmitLibrary;
                    break;
                case "--help" or "-?":
                    return Print(Usage);
                case "--version":
                    return Print(VersionLine);
                case "--":
                    more = false;
                    break;
                case string word when SupervisionOptionForms.Begins(word):
                    return library == Preload.RunLibrary ? SupervisionCommand.Run(words.ToArray(), firstWord) : OmitAndSupervise();
                default:
                    more = false;
                    at--; // the command's name
                    break;
            }
        }

        return at == words.Length ? ExitStatus.Done : Become(words[at..], firstWord + at, library);
    }

    private static int OmitAndSupervise()
    {
        StandardStreams.WriteError("cr_run: --omit and supervision exclude each other: there would be nothing to save\n");
        return ExitStatus.OfError((int)Errno.Invalid);
    }

    private static int Print(string text)
    {
        _ = StandardStreams.WriteOutput(text);
        return ExitStatus.Done;
    }

    private static int Become(ReadOnlySpan<string> command, int firstWord, string library)
    {
        using CStrings memory = new();
        byte** argv = ArgumentBytes.From(firstWord, memory);
        if (argv is null)
        {
            argv = memory.Array(command);
        }

        byte** environment = Preload.Into(EnvironmentBytes.From(memory), Encoding.UTF8.GetBytes(library), memory);

        // execvpe looks through PATH, and gives a script without "#!" to /bin/sh, as a shell's exec does.
        _ = ExecuteInPath(argv[0], argv, environment);

        Errno error = (Errno)Marshal.GetLastPInvokeError();
        StandardStreams.WriteError($"cr_run: {command[0]}: {ErrorText.Of(error)}\n");
        return error == Errno.NoEntry ? ExitStatus.NotFound : ExitStatus.NotExecutable;
    }

    [LibraryImport("libc", EntryPoint = "execvpe", SetLastError = true)]
    private static partial int ExecuteInPath(byte* file, byte** argv, byte** environment);
}
