using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Lines of canonical input, found again in its bytes.</summary>
internal static class InputLines
{
    /// <summary>Sets <see cref="PseudoTerminal.Lines"/> or <see cref="PseudoTerminal.Pushed"/>.</summary>
    /// <param name="image">With input and settings.</param>
    /// <param name="complete">Bytes in complete lines, as the kernel counted them: end-of-file marks are none
    /// (drivers/tty/n_tty.c: inq_canon()).</param>
    /// <returns>False if the bytes do not agree with that.</returns>
    public static bool Find(PseudoTerminal image, long complete)
    {
        ReadOnlySpan<byte> input = image.Input.Span;
        ReadOnlySpan<byte> characters = image.Settings.Span[TerminalSettings.CharactersAt..];
        bool extended = (TerminalSettings.LocalMode(image.Settings.Span) & TerminalSettings.Extended) != 0;
        int start = 0;
        long counted = 0;
        List<uint> lines = [];
        for (int at = 0; at < input.Length; at++)
        {
            byte each = input[at];
            counted += each == 0 ? 0 : 1;
            if (each is (byte)'\n' or 0 || each == characters[TerminalSettings.EndOfLine]
                || (extended && each == characters[TerminalSettings.SecondEndOfLine]))
            {
                lines.Add((uint)(at + 1 - start));
                start = at + 1;
                if (counted == complete && (start == input.Length || input[start] != 0))
                {
                    image.Lines.AddRange(lines);
                    return !HasEnd(input[start..], characters);
                }
            }
        }

        if (complete == 0)
        {
            return true; // one line, begun
        }

        image.Pushed = complete == input.Length;
        return image.Pushed;
    }

    private static bool HasEnd(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> characters) =>
        rest.IndexOfAny((byte)'\n', (byte)0) >= 0
        || (characters[TerminalSettings.EndOfLine] != 0 && rest.Contains(characters[TerminalSettings.EndOfLine]));
}
