using System.Text;
using Blcr.Engine;

namespace Blcr.Cli.Options;

/// <summary>OLD=NEW of --relocate (blcr-contract, 1.4, "Relocation").</summary>
internal static class RelocationArgument
{
    public const int Most = 16; // CR_MAX_RSTRT_RELOC
    public const string TooMany = "Too many relocations (max is 16).";

    /// <returns>Null with a message when it is wrong, null without one when it changes nothing.</returns>
    public static Relocation? Parse(string argument, out string? wrong)
    {
        wrong = null;
        List<string> paths = Split(argument);
        if (paths.Count != 2)
        {
            string amount = paths.Count > 2 ? "multiple" : "no";
            wrong = $"Relocation argument '{argument}' contains {amount} unescaped '=' characters.";
            return null;
        }

        foreach (string path in paths)
        {
            if (!path.StartsWith('/'))
            {
                wrong = $"Relocation paths must begin with '/', but have '{path}'";
                return null;
            }
        }

        Relocation relocation = new(WithoutSlashesAtEnd(paths[0]), WithoutSlashesAtEnd(paths[1]));
        return relocation.Old == relocation.New ? null : relocation;
    }

    // "\=" stands for "=" and "\\" for "\"; a backslash before anything else stands for itself.
    private static List<string> Split(string argument)
    {
        List<string> parts = [];
        StringBuilder part = new();
        for (int i = 0; i < argument.Length; i++)
        {
            if (argument[i] == '\\' && i + 1 < argument.Length && argument[i + 1] is '=' or '\\')
            {
                i++;
                part.Append(argument[i]);
            }
            else if (argument[i] == '=')
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(argument[i]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }

    private static string WithoutSlashesAtEnd(string path)
    {
        string shorter = path.TrimEnd('/');
        return shorter.Length == 0 ? "/" : shorter;
    }
}
