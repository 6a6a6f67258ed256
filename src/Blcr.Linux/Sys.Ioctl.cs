namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const int BytesToRead = 0x541b; // FIONREAD, include/uapi/asm-generic/ioctls.h

    /// <summary>How many bytes could be read now without waiting: of a pipe, an inotify or fanotify instance, a terminal.</summary>
    public static SysResult Unread(Fd file)
    {
        int bytes = 0;
        SysResult asked = Call(SyscallNumber.Ioctl, file.Number, BytesToRead, (nint)(&bytes));
        return asked.Ok ? asked with { Value = bytes } : asked;
    }
}
