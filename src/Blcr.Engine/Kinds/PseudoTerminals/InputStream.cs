using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Input that waits ⇄ the bytes that make it wait there again, written to the master under <see cref="Settings"/>.</summary>
/// <remarks>
/// A character in front of which nothing is special quotes those that would be; another one ends a line that no newline ends.
/// They are the terminal's own ones where it has them. All of it is one byte after the other, by tables, so that the
/// runner can do it by itself (<see cref="InputCopy"/>).
/// Input that was there when ICANON was switched on is one line, and its last character may be any. That cannot be told from a
/// line ended by ^D, and is taken for one: who reads lines sees no difference (n_tty.c: canon_copy_from_read_buf()).
/// </remarks>
internal sealed class InputStream
{
    /// <summary>Bytes that the kernel processes without letting new settings in between: one buffer of its, taken by
    /// n_tty_receive_buf_common() under termios_rwsem (drivers/tty/tty_buffer.c: TTY_BUFFER_PAGE, pages of 4 KiB).</summary>
    public const int AtOnce = 1792;

    private readonly PseudoTerminal _image;
    private readonly bool _canonical;
    private readonly bool[] _ends = new bool[256]; // lines
    private readonly byte _mark;
    private readonly byte _quote;

    private InputStream(PseudoTerminal image)
    {
        _image = image;
        _canonical = TransitSettings.AreCanonical(image);
        ReadOnlySpan<byte> settings = image.Settings.Span;
        ReadOnlySpan<byte> characters = settings.Slice(TerminalSettings.CharactersAt, TerminalSettings.Characters);
        bool extended = (TerminalSettings.LocalMode(settings) & TerminalSettings.Extended) != 0;
        byte endOfLine = _canonical ? characters[TerminalSettings.EndOfLine] : (byte)0;
        byte second = _canonical && extended ? characters[TerminalSettings.SecondEndOfLine] : (byte)0;
        _ends['\n'] = _ends[endOfLine] = _ends[second] = true;
        _mark = Choose(characters[TerminalSettings.EndOfFile], other: 0);
        _quote = Choose(characters[TerminalSettings.QuoteNext], _mark);
        _ends[0] = false;
        Settings = TransitSettings.Lines(image, _mark, _quote, endOfLine, second);
    }

    /// <summary>What the stream is to be written under.</summary>
    public byte[] Settings { get; }

    /// <summary>How lines are written down.</summary>
    public Transcription Lines => new(Inner, Last, [_mark]);

    /// <summary>How that is which is no line yet, or never becomes one.</summary>
    public Transcription Rest => new(Inner, Inner, []);

    /// <summary>Preconditions: the settings are known, and whether output is stopped.</summary>
    public static InputStream Of(PseudoTerminal image) => new(image);

    /// <summary>Saved input → the stream.</summary>
    public byte[] Encode()
    {
        ReadOnlySpan<byte> input = _image.Input.Span;
        List<byte> stream = [];
        foreach (uint length in _canonical ? _image.Lines : [])
        {
            ReadOnlySpan<byte> line = input[..(int)length];
            input = input[line.Length..];
            Quote(line[..^1], stream);
            stream.AddRange(line[^1] == 0 ? [_mark] : Last(line[^1]));
        }

        Quote(input, stream);
        return [.. stream];
    }

    /// <summary>The stream → input and lines in the image.</summary>
    public void Decode(ReadOnlySpan<byte> stream)
    {
        List<byte> input = [];
        int start = 0;
        for (int i = 0; i < stream.Length; i++)
        {
            byte each = stream[i];
            if (each == _quote && i + 1 < stream.Length)
            {
                i++;
                input.Add(stream[i]);
                continue;
            }

            input.Add(each == _mark ? (byte)0 : each);
            if (each == _mark || _ends[each])
            {
                _image.Lines.Add((uint)(input.Count - start));
                start = input.Count;
            }
        }

        _image.Input = Google.Protobuf.ByteString.CopyFrom([.. input]);
    }

    private void Quote(ReadOnlySpan<byte> bytes, List<byte> stream)
    {
        foreach (byte each in bytes)
        {
            stream.AddRange(Inner(each));
        }
    }

    private byte[] Inner(byte each) => _ends[each] || each == _mark || each == _quote ? [_quote, each] : [each];

    private byte[] Last(byte each) => _ends[each] ? [each] : [.. Inner(each), _mark];

    private byte Choose(byte preferred, byte other)
    {
        byte candidate = preferred;
        for (byte next = 1; candidate == 0 || candidate == other || _ends[candidate]; next++)
        {
            candidate = next;
        }

        return candidate;
    }
}
