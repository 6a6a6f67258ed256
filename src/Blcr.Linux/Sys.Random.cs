namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Fills with random bytes; man 2 getrandom. (The .NET class would load OpenSSL first.)</summary>
    public static SysResult Random(Span<byte> into)
    {
        fixed (byte* at = into)
        {
            return Call(SyscallNumber.Getrandom, (nint)at, into.Length, 0);
        }
    }
}
