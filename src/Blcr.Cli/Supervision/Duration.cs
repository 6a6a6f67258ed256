using System.Globalization;

namespace Blcr.Cli.Supervision;

/// <summary>Lengths of time as people write them: 30s, 10m, 2h, 1d.</summary>
internal static class Duration
{
    private const int MostDays = 3650;

    /// <summary>A whole number above 0 and a unit (s, m, h, d; seconds without); null for anything else.</summary>
    public static TimeSpan? Parse(string text)
    {
        long unit = text.Length == 0 ? 0 : text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86400,
            _ => 0,
        };
        string digits = unit == 0 ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number is > 0 and <= MostDays * 86400L && number * Math.Max(unit, 1) <= MostDays * 86400L
            ? TimeSpan.FromSeconds(number * Math.Max(unit, 1))
            : null;
    }

    /// <summary>The two largest units that matter: "3 h 12 min".</summary>
    public static string Text(TimeSpan time)
    {
        (int days, int hours, int minutes, int seconds) = ((int)time.TotalDays, time.Hours, time.Minutes, time.Seconds);
        return days > 0 ? Two(days, "d", hours, "h")
            : hours > 0 ? Two(hours, "h", minutes, "min")
            : minutes > 0 ? Two(minutes, "min", seconds, "s")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(seconds, 0)} s");
    }

    private static string Two(int large, string unit, int small, string smallUnit) =>
        string.Create(CultureInfo.InvariantCulture, $"{large} {unit} {small} {smallUnit}");
}
