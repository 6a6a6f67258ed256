using System.Globalization;

namespace Blcr.Cli.Info;

/// <summary>Numbers of the kernel as a person reads them.</summary>
internal static class Words
{
    /// <summary>"12.3 MiB"</summary>
    public static string Bytes(ulong bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{amount:0.0} {units[unit]}");
    }

    /// <summary>"1 thread", "3 threads"</summary>
    public static string Count(long count, string one, string? many = null) =>
        count == 1 ? $"1 {one}" : $"{count} {many ?? one + "s"}";

    /// <summary>CLOCK_REALTIME in nanoseconds, as UTC to the second.</summary>
    public static string Time(long realtimeNs) =>
        DateTime.UnixEpoch.AddTicks(realtimeNs / 100).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>PROT_* and whether it is shared, as in /proc/PID/maps.</summary>
    public static string Protection(uint protection, bool shared) => string.Concat(
        (protection & 1) != 0 ? "r" : "-",
        (protection & 2) != 0 ? "w" : "-",
        (protection & 4) != 0 ? "x" : "-",
        shared ? "s" : "p");

    /// <summary>O_RDONLY and so on, and O_APPEND.</summary>
    public static string Access(uint statusFlags)
    {
        string access = (statusFlags & 3) switch { 0 => "read", 1 => "write", _ => "read and write" };
        return (statusFlags & 0x400) != 0 ? access + ", append" : access;
    }

    /// <summary>Text for a terminal: a name in a context file is a stranger's, and may hold control characters.</summary>
    public static string Harmless(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        return string.Concat(text.Select(letter => char.IsControl(letter) ? $"\\{(int)letter:x2}" : $"{letter}"));
    }
}
