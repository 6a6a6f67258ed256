namespace Blcr.Linux;

/// <summary>What a system call gave: a value, or the error number. The caller decides what an error means.</summary>
public readonly record struct SysResult(long Value, Errno Error)
{
    public bool Ok => Error == Errno.None;

    /// <summary>From the kernel's own convention: -4095…-1 are error numbers (man 2 syscall).</summary>
    public static SysResult FromKernel(long raw) =>
        raw is >= -4095 and < 0 ? new(-1, (Errno)(-raw)) : new(raw, Errno.None);
}

/// <summary>The same for a call whose value is an object that the caller comes to own.</summary>
public readonly record struct SysResult<T>(T? Value, Errno Error) where T : class
{
    public bool Ok => Error == Errno.None;
}
