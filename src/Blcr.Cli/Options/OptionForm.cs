namespace Blcr.Cli.Options;

/// <summary>How an option is written.</summary>
/// <param name="Option">Which one it is.</param>
/// <param name="Letters">Its one-letter forms: "h?" for -h and -?.</param>
/// <param name="Names">Its long names, without the dashes.</param>
/// <param name="Argument">Whether something follows.</param>
internal sealed record OptionForm<TOption>(
    TOption Option, string Letters, string[] Names, OptionArgument Argument = OptionArgument.None)
    where TOption : struct, Enum;

/// <summary>has_arg of getopt_long(3); an optional argument only with "=".</summary>
internal enum OptionArgument
{
    None = 0,
    Required = 1,
    Optional = 2,
}

/// <summary>An option as the user gave it.</summary>
internal readonly record struct GivenOption<TOption>(TOption Option, string? Argument)
    where TOption : struct, Enum;

/// <summary>A command line, read but not yet understood: options in order, operands in order.</summary>
/// <param name="Wrong">An unknown option, an ambiguous one, or one whose argument is missing or too much.</param>
internal sealed record GivenWords<TOption>(
    IReadOnlyList<GivenOption<TOption>> Options, IReadOnlyList<string> Operands, bool Wrong)
    where TOption : struct, Enum
{
    public bool Has(TOption option)
    {
        foreach (GivenOption<TOption> given in Options)
        {
            if (EqualityComparer<TOption>.Default.Equals(given.Option, option))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A command line that cannot be followed.</summary>
/// <param name="ExitCode">What the command leaves with.</param>
/// <param name="Message">The one line about it.</param>
internal sealed record Mistake(int ExitCode, string Message)
{
    /// <summary>An operand is missing, or one too much: the usage is shown too.</summary>
    public static Mistake Usage(string message) => new(ExitStatus.WrongUsage, message);

    public string Text(string usage) => ExitCode == ExitStatus.WrongUsage ? $"{Message}\n{usage}" : Message;
}
