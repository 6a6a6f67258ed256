using System.Runtime.InteropServices;
using Blcr.Cli.Options;

namespace Blcr.Cli.Running;

/// <summary>LD_PRELOAD for the command: our stub first, and never both of them (blcr-contract, 1.2).</summary>
internal static unsafe class Preload
{
    public const string RunLibrary = "libcr_run.so.0";
    public const string OmitLibrary = "libcr_omit.so.0";

    private static ReadOnlySpan<byte> Variable => "LD_PRELOAD="u8;

    /// <summary>A copy of an environment with the library preloaded.</summary>
    public static byte** Into(byte** environment, ReadOnlySpan<byte> library, CStrings memory)
    {
        int count = 0;
        while (environment[count] is not null)
        {
            count++;
        }

        byte** copy = (byte**)memory.Zeroed((nuint)((count + 2) * sizeof(byte*)));
        byte[]? before = null;
        int to = 1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(environment[i]);
            if (!entry.StartsWith(Variable))
            {
                copy[to++] = environment[i];
            }
            else
            {
                before ??= entry[Variable.Length..].ToArray(); // the first one counts, as for getenv(3)
            }
        }

        copy[0] = memory.String([.. Variable, .. Value(before, library)]);
        return copy;
    }

    /// <summary>The library, then the entries that were there, without empty ones and without our stubs.</summary>
    public static byte[] Value(ReadOnlySpan<byte> before, ReadOnlySpan<byte> library)
    {
        byte[] value = new byte[library.Length + 1 + before.Length];
        library.CopyTo(value);
        int length = library.Length;
        foreach (Range part in before.Split((byte)':'))
        {
            ReadOnlySpan<byte> entry = before[part];
            if (entry.IsEmpty || IsStub(entry))
            {
                continue;
            }

            value[length++] = (byte)':';
            entry.CopyTo(value.AsSpan(length));
            length += entry.Length;
        }

        return value[..length];
    }

    private static bool IsStub(ReadOnlySpan<byte> entry)
    {
        ReadOnlySpan<byte> name = entry[(entry.LastIndexOf((byte)'/') + 1)..];
        return name.StartsWith("libcr_run.so"u8) || name.StartsWith("libcr_omit.so"u8);
    }
}
