using System.Globalization;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

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

    /// <summary>Whether it is about a thread other than the first, which exists later than its process.</summary>
    public static bool IsOfLateThread(ContextImage image, FileReference? file)
    {
        (int pid, int tid) = IdsIn(file?.Path ?? "");
        return tid != 0 && tid != pid && image.Processes.Any(process => process.Pid == pid);
    }

    /// <summary>The path that leads to the same file of the process, or its thread, as it is numbered now.</summary>
    public static string OfNow(Rebuilding rebuilding, string path)
    {
        (int pid, int tid) = IdsIn(path);
        if (pid == 0 || !IsOfSavedProcess(rebuilding.Plan, path))
        {
            return path;
        }

        string[] parts = path.Split('/'); // "", "proc", PID, …
        parts[2] = Text(rebuilding.IdOf(pid));
        if (tid != 0)
        {
            parts[4] = Text(rebuilding.IdOf(tid));
        }

        return string.Join('/', parts);
    }

    /// <summary>Whether a file of /proc could be opened again: one of a process has to be of one inside the checkpoint,
    /// or of init, which is there always. If not, that has been noted.</summary>
    public static bool CanBeSaved(Dump dump, FoundDescription found)
    {
        int pid = PidIn(found.Name);
        if (pid <= 1 || dump.Image.Processes.Any(process => process.Pid == pid))
        {
            return true;
        }

        SysResult<ProcStat> stat = ProcStat.Read(pid);
        string whose = stat.Ok ? $"process {pid} ({stat.Value!.Name}), which is outside the checkpoint" : $"process {pid}, which has ended";
        found.Refuse(dump, Errno.NotSupported, $"{found.Name}, a file of {whose}",
            "Checkpoint that process as well, or have the program close the file.");
        return false;
    }

    private static int PidIn(string path) => IdsIn(path).Pid;

    /// <summary>"/proc/PID/…" and "/proc/PID/task/TID/…"; 0 for what is not there.</summary>
    private static (int Pid, int Tid) IdsIn(string path)
    {
        string[] parts = path.Split('/');
        int pid = parts.Length > 2 && parts[0].Length == 0 && parts[1] == "proc" ? Number(parts[2]) : 0;
        return (pid, pid != 0 && parts.Length > 4 && parts[3] == "task" ? Number(parts[4]) : 0);
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
