using System.Runtime.InteropServices;
using System.Text;

namespace Blcr.Cli.Options;

/// <summary>Memory for strings and arrays that a C function is given; freed together.</summary>
internal sealed unsafe class CStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    public byte* String(string text) => String(Encoding.UTF8.GetBytes(text));

    /// <summary>A copy with a NUL behind it.</summary>
    public byte* String(ReadOnlySpan<byte> text)
    {
        byte* copy = Zeroed((nuint)text.Length + 1);
        text.CopyTo(new Span<byte>(copy, text.Length));
        return copy;
    }

    /// <summary>argv: pointers to the strings, and a null one.</summary>
    public byte** Array(ReadOnlySpan<string> texts)
    {
        byte** array = (byte**)Zeroed((nuint)((texts.Length + 1) * sizeof(byte*)));
        for (int i = 0; i < texts.Length; i++)
        {
            array[i] = String(texts[i]);
        }

        return array;
    }

    public byte* Zeroed(nuint bytes)
    {
        byte* block = (byte*)NativeMemory.AllocZeroed(bytes);
        _blocks.Add((nint)block);
        return block;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
    }
}
