using System.Globalization;
using System.Text;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>cr_restart, which is the parent of what it brought back, and is meant when somebody names its pid: to whoever
/// started it, it is the job (blcr-contract, 1.4 "Omission of cr_restart in later checkpoints").</summary>
/// <remarks>So a checkpoint by its pid holds the job, over any number of generations, and not a growing chain of cr_restarts.
/// Telling it by its names is enough: a program that pretends to be one only leaves itself out.</remarks>
internal static class StandIns
{
    private const string CommandName = "cr_restart";
    private const string Executable = "cr";

    public static bool Is(int pid)
    {
        if (ProcStat.Read(pid).Value is not { Name: CommandName })
        {
            return false;
        }

        byte[] link = Sys.ReadLink(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe")).Value ?? [];
        string path = Encoding.UTF8.GetString(link);
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name is Executable or $"{Executable} (deleted)"; // an update replaces the file while it runs
    }
}
