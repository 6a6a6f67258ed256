using Blcr.Cli.Info;
using Blcr.Cli.Messages;
using Blcr.Cli.Options;
using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Cli;

/// <summary>cr_info: tells what is in a context file (blcr-contract, 1.5; cr_info(1)).</summary>
internal static class InfoCommand
{
    private const string Name = "cr_info";
    private const int Failed = 1;

    private const string Usage = """
        Usage: cr_info [--json] [--verify] FILE
        Tells what is in a context file.

              --json         for a script
              --verify       reads all of it, and tells whether it is undamaged
          -?, -h, --help     show this and exit
              --version      show the version and exit

        """;

    public static int Run(IReadOnlyList<string> arguments)
    {
        GivenWords<InfoOption> words = GetOptLong.Read(Name, arguments, InfoOptionForms.All, report: false);
        if (!words.Wrong && (words.Has(InfoOption.Help) || words.Has(InfoOption.Version)))
        {
            return Print(words.Has(InfoOption.Help) ? Usage : $"{Name} version {Product.Version}\n");
        }

        if (words.Wrong || words.Operands is not [string path])
        {
            _ = GetOptLong.Read(Name, arguments, InfoOptionForms.All, report: true);
            StandardStreams.WriteError(Usage);
            return ExitStatus.WrongUsage;
        }

        try
        {
            bool verify = words.Has(InfoOption.Verify);
            Source source = new Source.FromFile(path);
            using ContextFile file = verify ? ContextFile.Open(source) : ContextFile.Inspect(source);
            return Print(words.Has(InfoOption.Json) ? ContextJson.Of(path, file, verify) : ContextText.Of(path, file, verify));
        }
        catch (RefusedException refusal)
        {
            foreach (Obstacle obstacle in refusal.Obstacles)
            {
                StandardStreams.WriteError($"{Name}: {obstacle.Held}\n  {obstacle.WhatToDo}\n");
            }

            return Failed;
        }
    }

    private static int Print(string text)
    {
        Errno error = StandardStreams.WriteOutput(text);
        if (error is Errno.None or Errno.BrokenPipe)
        {
            return ExitStatus.Done;
        }

        StandardStreams.WriteError($"{Name}: standard output: {ErrorText.Of(error)}\n");
        return Failed;
    }
}
