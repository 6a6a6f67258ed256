namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Copies memory of another process; process_vm_readv(2), Linux 3.2. Obeys the pages' protection
    /// (PROT_NONE and execute-only: EFAULT, use /proc/PID/mem).</summary>
    /// <returns>Bytes copied; fewer than asked when a later page is not there. EFAULT: the first one is not.</returns>
    public static SysResult ProcessVmRead(int pid, TaskAddress from, Span<byte> to)
    {
        fixed (byte* at = to)
        {
            IoVector local = new((nint)at, to.Length);
            IoVector remote = new((nint)from.Value, to.Length);
            return Call(SyscallNumber.ProcessVmReadv, pid, (nint)(&local), 1, (nint)(&remote), 1, 0);
        }
    }

    /// <summary>The same for several ranges, which come to lie one behind the other; at most 1024 (IOV_MAX).</summary>
    public static SysResult ProcessVmRead(int pid, ReadOnlySpan<IoVector> from, Span<byte> to)
    {
        fixed (byte* at = to)
        fixed (IoVector* remote = from)
        {
            IoVector local = new((nint)at, to.Length);
            return Call(SyscallNumber.ProcessVmReadv, pid, (nint)(&local), 1, (nint)remote, from.Length, 0);
        }
    }

    /// <summary>The other way round; process_vm_writev(2). Read-only pages: EFAULT, use /proc/PID/mem.</summary>
    public static SysResult ProcessVmWrite(int pid, TaskAddress to, ReadOnlySpan<byte> from)
    {
        fixed (byte* at = from)
        {
            IoVector local = new((nint)at, from.Length);
            IoVector remote = new((nint)to.Value, from.Length);
            return Call(SyscallNumber.ProcessVmWritev, pid, (nint)(&local), 1, (nint)(&remote), 1, 0);
        }
    }
}
