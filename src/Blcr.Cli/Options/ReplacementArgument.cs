using Blcr.Engine;

namespace Blcr.Cli.Options;

/// <summary>OLD=FD of --inherit-fd: what led out of the checkpoint, and a descriptor of ours to have in its place.</summary>
internal static class ReplacementArgument
{
    /// <returns>Null with a message when it is wrong.</returns>
    public static Replacement? Parse(string argument, out string? wrong)
    {
        // The last one: a terminal's path may have another.
        int at = argument.LastIndexOf('=');
        Named? old = at > 0 ? Old(argument[..at]) : null;
        int? with = Numbers.NotNegative(argument[(at + 1)..]);
        wrong = old is null || with is null
            ? $"--inherit-fd {argument}: expected OLD=FD, where OLD is FD, PID:FD, pipe:[NUMBER] or the path of a terminal, as cr_info shows them"
            : null;
        return wrong is null ? new Replacement(old!, with!.Value) : null;
    }

    private static Named? Old(string text)
    {
        if (text.StartsWith('/') || text.EndsWith(']'))
        {
            return new Named.ByObject(text);
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int? pid = colon < 0 ? 0 : Numbers.NotNegative(text[..colon]);
        int? number = Numbers.NotNegative(text[(colon + 1)..]);
        return pid is null || number is null || (colon >= 0 && pid == 0) ? null : new Named.ByDescriptor(pid.Value, number.Value);
    }
}
