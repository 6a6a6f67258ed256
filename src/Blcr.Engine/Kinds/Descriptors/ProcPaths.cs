using System.Globalization;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Paths below /proc/PID of a saved process: at restart they lead to the new one, whatever its pid.</summary>
internal static class ProcPaths
{
    /// <summary>Whether the path is about a process that does not exist until the restart makes it.</summary>
    public static bool IsOfSavedProcess(RestartPlan plan, string path)
    {
        int pid = PidIn(path);
        foreach (ProcessImage process in plan.Image.Processes)
        {
            if (process.Pid == pid)
            {
                return true;
            }
        }

        return false;
    }

    public static string OfNow(Rebuilding rebuilding, string path)
    {
        int saved = PidIn(path);
        if (saved == 0 || !IsOfSavedProcess(rebuilding.Plan, path))
        {
            return path;
        }

        string rest = path["/proc/".Length..];
        int slash = rest.IndexOf('/');
        return $"/proc/{rebuilding.IdOf(saved)}{(slash < 0 ? "" : rest[slash..])}";
    }

    private static int PidIn(string path)
    {
        if (!path.StartsWith("/proc/", StringComparison.Ordinal))
        {
            return 0;
        }

        ReadOnlySpan<char> rest = path.AsSpan("/proc/".Length);
        int slash = rest.IndexOf('/');
        return int.TryParse(slash < 0 ? rest : rest[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0;
    }
}
