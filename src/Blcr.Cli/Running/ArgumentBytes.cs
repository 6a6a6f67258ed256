using Blcr.Cli.Options;
using Blcr.Linux;

namespace Blcr.Cli.Running;

/// <summary>Our arguments as the kernel got them.</summary>
/// <remarks>.NET gives them as text, which an argument need not be: a file name is any bytes but NUL and slash.</remarks>
internal static unsafe class ArgumentBytes
{
    /// <summary>argv from the word with that number on; null where there is no /proc.</summary>
    public static byte** From(int firstWord, CStrings memory)
    {
        SysResult<byte[]> read = Sys.ReadFile("/proc/self/cmdline");
        if (!read.Ok)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = read.Value;
        int words = rest.Count((byte)0);
        byte** argv = (byte**)memory.Zeroed((nuint)((words - firstWord + 1) * sizeof(byte*)));
        for (int i = 0; i < words; i++)
        {
            int length = rest.IndexOf((byte)0);
            if (i >= firstWord)
            {
                argv[i - firstWord] = memory.String(rest[..length]);
            }

            rest = rest[(length + 1)..];
        }

        return argv;
    }
}
