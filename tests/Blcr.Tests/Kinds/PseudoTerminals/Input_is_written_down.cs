using Blcr.Engine.Image;
using Blcr.Engine.Kinds.PseudoTerminals;
using Blcr.Linux;
using CsCheck;
using Google.Protobuf;
using Xunit;

namespace Blcr.Tests.Kinds.PseudoTerminals;

/// <summary>Input that waits → the bytes that put it back, and back again.</summary>
public sealed class Input_is_written_down
{
    // Lines of any bytes: each ends in a newline, or in an end-of-file mark (0), or in a character of the settings.
    private static readonly Gen<byte[]> Line = Gen.Select(
        Gen.Byte.Array[0, 20], Gen.Int[0, 2].Select(which => "\n\0;"u8[which]), (inner, end) => (byte[])[.. inner, end]);

    [Fact]
    public void And_read_again_as_it_was() => Gen.Select(Line.Array[0, 8], Gen.Byte.Array[0, 30], Gen.Byte, Gen.Byte).Sample((lines, begun, mark, quote) =>
    {
        PseudoTerminal image = Canonical(mark, quote);
        image.Lines.AddRange(lines.Select(line => (uint)line.Length));
        image.Input = ByteString.CopyFrom([.. lines.SelectMany(line => line), .. begun]);
        byte[] stream = InputStream.Of(image).Encode();

        PseudoTerminal again = Canonical(mark, quote);
        InputStream.Of(again).Decode(stream);

        Assert.Equal(image, again);
    });

    [Fact]
    public void Quoted_where_it_would_end_a_line()
    {
        PseudoTerminal image = Canonical(mark: 4, quote: 22);
        image.Input = ByteString.CopyFromUtf8("a\nb\u0004\n");
        image.Lines.Add(5);

        Assert.Equal("a\u0016\nb\u0016\u0004\n"u8, InputStream.Of(image).Encode());
    }

    private static PseudoTerminal Canonical(byte mark, byte quote)
    {
        byte[] settings = new byte[TerminalSettings.Size];
        BitConverter.TryWriteBytes(settings.AsSpan(TerminalSettings.LocalModeAt), TerminalSettings.Canonical | TerminalSettings.Extended);
        Span<byte> characters = settings.AsSpan(TerminalSettings.CharactersAt);
        characters[TerminalSettings.EndOfFile] = mark;
        characters[TerminalSettings.QuoteNext] = quote;
        characters[TerminalSettings.EndOfLine] = (byte)';';
        return new PseudoTerminal { Settings = ByteString.CopyFrom(settings) };
    }
}
