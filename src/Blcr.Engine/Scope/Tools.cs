using System.Globalization;
using System.Text;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Our own commands, met in a scope.</summary>
/// <remarks>Telling them by their names is enough: a program that pretends to be one only leaves itself out.</remarks>
internal static class Tools
{
    // One file, whatever it was called: a cr_run that supervises starts its siblings by /proc/self/exe.
    private static readonly string[] Executables = ["cr", "cr_run", "cr_checkpoint", "cr_restart"];

    /// <summary>cr_restart is the parent of what it brought back, and to whoever started it, it is the job. It leaves itself
    /// out when it is the one asked for, so that the context holds the job, over any number of generations, and not a
    /// growing chain of cr_restarts; and when its parent is init. Elsewhere, in a script say, it is a part of what is saved
    /// (blcr-contract, 1.4 "Omission of cr_restart in later checkpoints").</summary>
    public static bool IsStandInLeftOut(ProcStat stat, int target) => IsRestart(stat) && ChoiceOf(stat.Id) switch
    {
        "--omit-always" => true,
        "--omit-never" => false,
        _ => stat.Id == target || stat.Parent == 1,
    };

    /// <summary>Whether it is a cr_restart.</summary>
    public static bool IsRestart(ProcStat stat) => Is(stat, RestartName.Usual) || Is(stat, RestartName.Done);

    /// <summary>Whether it is a cr_checkpoint.</summary>
    public static bool IsCheckpoint(ProcStat stat) => Is(stat, "cr_checkpoint");

    private static bool Is(ProcStat stat, string command)
    {
        if (stat.Name != command)
        {
            return false;
        }

        // One that is ending has lost its memory, and with it this link, before it lets go of what it traces (kernel/exit.c: do_exit()).
        if (Sys.ReadLink(string.Create(CultureInfo.InvariantCulture, $"/proc/{stat.Id}/exe")).Value is not { Length: > 0 } link)
        {
            return true;
        }

        string path = Encoding.UTF8.GetString(link);
        string name = path[(path.LastIndexOf('/') + 1)..];
        // An update replaces the file while it runs; somebody may have copied a link.
        return Executables.Contains(name.Replace(" (deleted)", "", StringComparison.Ordinal));
    }

    // The last of the --omit options counts; getopt takes abbreviations.
    private static string? ChoiceOf(int pid)
    {
        byte[] line = Sys.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")).Value ?? [];
        string? choice = null;
        foreach (string word in Encoding.UTF8.GetString(line).Split('\0'))
        {
            foreach (string option in (string[])["--omit-maybe", "--omit-always", "--omit-never"])
            {
                if (word.Length > "--omit-".Length && option.StartsWith(word, StringComparison.Ordinal))
                {
                    choice = option;
                }
            }
        }

        return choice;
    }
}

/// <summary>What a cr_restart is called, in /proc/PID/stat.</summary>
public static class RestartName
{
    public const string Usual = "cr_restart";

    /// <summary>Below cr_run, from the moment on when its processes run: any later cr_run can see that.</summary>
    public const string Done = "cr_restart-done";
}
