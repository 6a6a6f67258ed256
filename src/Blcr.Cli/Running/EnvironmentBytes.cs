using System.Runtime.InteropServices;

namespace Blcr.Cli.Running;

/// <summary>environ(7), as we got it: .NET's own view is text, and an entry need not be.</summary>
internal static unsafe class EnvironmentBytes
{
    public static byte** Start => *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
}
