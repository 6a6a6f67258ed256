using System.Text;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>Where and in which life of the machine pids mean something.</summary>
internal readonly record struct Host(string Name, string BootId)
{
    public static Host Here { get; } = new(Line("/proc/sys/kernel/hostname"), Line("/proc/sys/kernel/random/boot_id"));

    private static string Line(string path) => Encoding.UTF8.GetString(Sys.ReadFile(path).Value ?? []).TrimEnd('\n');
}
