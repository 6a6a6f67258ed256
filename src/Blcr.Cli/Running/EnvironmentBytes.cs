using System.Runtime.InteropServices;
using Blcr.Cli.Options;
using Blcr.Cli.Privileges;
using Blcr.Linux;

namespace Blcr.Cli.Running;

/// <summary>environ(7), as we got it: .NET's own view is text, and an entry need not be.</summary>
internal static unsafe class EnvironmentBytes
{
    /// <summary>What programs are to get that we start.</summary>
    /// <param name="memory">Holds it, where it is not libc's own.</param>
    public static byte** From(CStrings memory) => SecureStart.IsNow && SecureStart.HasOwnIds ? BeforeTheLoader(memory) : *Variable;

    /// <summary>Does something with that in the place of our own, such as system(3).</summary>
    public static T Around<T>(CStrings memory, Func<T> something)
    {
        byte** own = *Variable;
        *Variable = From(memory);
        T result = something();
        *Variable = own;
        return result;
    }

    private static byte*** Variable => (byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");

    // The loader has only taken the pointers away. Programs that we start have no more rights than the user, and are to find
    // the variables that he has set: LD_LIBRARY_PATH, TMPDIR.
    private static byte** BeforeTheLoader(CStrings memory)
    {
        SysResult<byte[]> read = Sys.ReadFile("/proc/self/environ");
        if (!read.Ok)
        {
            return *Variable;
        }

        ReadOnlySpan<byte> rest = read.Value;
        byte** copy = (byte**)memory.Zeroed((nuint)((rest.Count((byte)0) + 1) * sizeof(byte*)));
        for (int at = 0, length; (length = rest.IndexOf((byte)0)) >= 0; rest = rest[(length + 1)..])
        {
            if (length > 0)
            {
                copy[at++] = memory.String(rest[..length]);
            }
        }

        return copy;
    }
}
