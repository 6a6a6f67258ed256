using System.Runtime.InteropServices;
using Xunit;

namespace Blcr.Tests.Harness;

/// <summary>The master side of a new pseudo-terminal.</summary>
public sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;

    private readonly int _master = OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec);

    public PseudoTerminal()
    {
        Assert.Equal(0, Unlock(_master));
        Path = NameOf(_master);
    }

    /// <summary>Of the slave side.</summary>
    public string Path { get; }

    public void Dispose() => _ = Close(_master);

    /// <remarks>Not ptsname(3): its buffer is one for all tests that run at the moment.</remarks>
    private static unsafe string NameOf(int master)
    {
        byte* name = stackalloc byte[64];
        Assert.Equal(0, PutName(master, name, 64));
        return Marshal.PtrToStringUTF8((nint)name)!;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static unsafe partial int PutName(int master, byte* name, nint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int number);
}
