using System.Globalization;

namespace Blcr.Cli.Options;

/// <summary>Numbers in options: decimal, and nothing but digits.</summary>
internal static class Numbers
{
    /// <summary>The original's words, which scripts look for.</summary>
    public const string SignalRange = "Valid signal numbers are from 1 to 64, inclusive.";

    public static int? NotNegative(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    public static int? Signal(string text) => NotNegative(text) is int number and >= 1 and <= Linux.Signal.Last ? number : null;
}
