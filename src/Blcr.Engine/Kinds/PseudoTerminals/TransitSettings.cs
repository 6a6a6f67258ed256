using System.Buffers.Binary;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Settings of a terminal for the moment in which bytes are taken from it or put back.</summary>
/// <remarks>The kernel processes input when it arrives, and output when it is written, by the settings of that moment. What is
/// put back was processed when it came first.</remarks>
internal static class TransitSettings
{
    /// <summary>Bytes pass as they are, both ways; all that waits can be read at once (ICANON is off).</summary>
    /// <remarks>IXON stays where output is stopped: switching it off would start it (n_tty_set_termios()).</remarks>
    public static byte[] Raw(PseudoTerminal image)
    {
        byte[] settings = image.Settings.ToByteArray();
        uint input = image.Stopped ? TerminalSettings.InputMode(settings) & TerminalSettings.FlowControl : 0;
        BinaryPrimitives.WriteUInt32LittleEndian(settings, input);
        SetOutputUnprocessed(settings);
        SetLocalMode(settings, 0);
        settings.AsSpan(TerminalSettings.CharactersAt, TerminalSettings.Characters).Clear(); // 0: no such character
        settings[TerminalSettings.CharactersAt + TerminalSettings.Least] = 1;
        return settings;
    }

    /// <summary>The same, but that lines are made by these characters and that one quotes the next.</summary>
    public static byte[] Lines(PseudoTerminal image, byte end, byte quote, byte endOfLine, byte secondEndOfLine)
    {
        byte[] settings = Raw(image);
        SetLocalMode(settings, TerminalSettings.Canonical | TerminalSettings.Extended);
        Span<byte> characters = settings.AsSpan(TerminalSettings.CharactersAt);
        characters[TerminalSettings.EndOfFile] = end;
        characters[TerminalSettings.QuoteNext] = quote;
        characters[TerminalSettings.EndOfLine] = endOfLine;
        characters[TerminalSettings.SecondEndOfLine] = secondEndOfLine;
        return settings;
    }

    /// <summary>Output passes as it is; nothing is changed for the input that waits. Output that ^S has stopped is started.</summary>
    public static byte[] Output(PseudoTerminal image)
    {
        byte[] settings = image.Settings.ToByteArray();
        uint input = TerminalSettings.InputMode(settings) & ~(image.Stopped ? TerminalSettings.FlowControl : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(settings, input);
        SetOutputUnprocessed(settings);
        return settings;
    }

    public static bool AreCanonical(PseudoTerminal image) =>
        (TerminalSettings.LocalMode(image.Settings.Span) & TerminalSettings.Canonical) != 0;

    private static void SetOutputUnprocessed(byte[] settings) => BinaryPrimitives.WriteUInt32LittleEndian(
        settings.AsSpan(TerminalSettings.OutputModeAt), TerminalSettings.OutputMode(settings) & ~TerminalSettings.Processing);

    private static void SetLocalMode(byte[] settings, uint mode) =>
        BinaryPrimitives.WriteUInt32LittleEndian(settings.AsSpan(TerminalSettings.LocalModeAt), mode);
}
