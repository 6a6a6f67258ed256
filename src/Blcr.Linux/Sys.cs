using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>System calls, one file per man page (Sys.Open.cs, Sys.Ptrace.cs, …). This part is the way down.</summary>
/// <remarks>Everything goes by number through syscall(2): the oldest glibc we support has no wrapper for the
/// newer calls, and one way down means one place that turns -1 and errno into a <see cref="SysResult"/>.
/// EINTR is returned as it is: only the caller knows whether the call may be repeated.</remarks>
public static unsafe partial class Sys
{
    /// <summary>Page size of the machine, in bytes. The engine supports 4096 only (checked at start).</summary>
    public const int PageSize = 4096;

    /// <summary>Any call by number. Pointers must stay valid for the duration (fixed, stackalloc or native memory).</summary>
    public static SysResult Call(long number, long a0 = 0, long a1 = 0, long a2 = 0, long a3 = 0, long a4 = 0, long a5 = 0)
    {
        nint got = Syscall((nint)number, (nint)a0, (nint)a1, (nint)a2, (nint)a3, (nint)a4, (nint)a5);
        return got == -1 ? new SysResult(-1, (Errno)Marshal.GetLastPInvokeError()) : new SysResult(got, Errno.None);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5);
}
