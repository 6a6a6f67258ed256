using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>A terminal's settings; of a pseudo-terminal's master: those of its slave. EIO: hung up. ENOTTY: no terminal.</summary>
    public static SysResult GetTerminalSettings(Fd terminal, Span<byte> settings)
    {
        fixed (byte* at = Exactly(settings, TerminalSettings.Size))
        {
            return Call(SyscallNumber.Ioctl, terminal.Number, TerminalIoctl.GetSettings, (nint)at);
        }
    }

    /// <summary>The same, set at once; what is waiting to be read or written stays.</summary>
    public static SysResult SetTerminalSettings(Fd terminal, ReadOnlySpan<byte> settings)
    {
        fixed (byte* at = Exactly(settings, TerminalSettings.Size))
        {
            return Call(SyscallNumber.Ioctl, terminal.Number, TerminalIoctl.SetSettings, (nint)at);
        }
    }

    /// <summary>An ioctl that gives an int.</summary>
    public static SysResult GetTerminalNumber(Fd terminal, long request)
    {
        int value = 0;
        SysResult result = Call(SyscallNumber.Ioctl, terminal.Number, request, (nint)(&value));
        return result.Ok ? new SysResult(value, Errno.None) : result;
    }

    /// <summary>An ioctl that takes a pointer to an int.</summary>
    public static SysResult SetTerminalNumber(Fd terminal, long request, int value) =>
        Call(SyscallNumber.Ioctl, terminal.Number, request, (nint)(&value));

    /// <summary>An ioctl on a structure (window size, locked settings), read or written as the request says.</summary>
    public static SysResult TerminalStructure(Fd terminal, long request, Span<byte> structure)
    {
        fixed (byte* at = structure)
        {
            return Call(SyscallNumber.Ioctl, terminal.Number, request, (nint)at);
        }
    }

    /// <summary>The slave of a master, whatever paths there are; TIOCGPTPEER, Linux 4.13. EIO: the master is locked.</summary>
    public static SysResult<Fd> OpenSlave(Fd master, OpenFlags flags) =>
        Owned(Call(SyscallNumber.Ioctl, master.Number, TerminalIoctl.OpenPeer, (long)flags));

    private static ReadOnlySpan<byte> Exactly(ReadOnlySpan<byte> settings, int size) => settings.Length == size
        ? settings
        : throw new ArgumentException($"a structure of {size} bytes has {settings.Length}", nameof(settings));
}

/// <summary>Requests of ioctl(2) for terminals; include/uapi/asm-generic/ioctls.h, man 2 ioctl_tty.</summary>
public static class TerminalIoctl
{
    public const long GetSettings = 0x802c542a;       // TCGETS2
    public const long SetSettings = 0x402c542b;       // TCSETS2
    public const long FlowControl = 0x540a;           // TCXONC
    public const long SetExclusive = 0x540c;          // TIOCEXCL
    public const long SetNotExclusive = 0x540d;       // TIOCNXCL
    public const long SetControlling = 0x540e;        // TIOCSCTTY
    public const long GetForegroundGroup = 0x540f;    // TIOCGPGRP
    public const long SetForegroundGroup = 0x5410;    // TIOCSPGRP
    public const long GetWindowSize = 0x5413;         // TIOCGWINSZ
    public const long SetWindowSize = 0x5414;         // TIOCSWINSZ
    public const long Unread = 0x541b;                // FIONREAD
    public const long SetPacketMode = 0x5420;         // TIOCPKT
    public const long NoControlling = 0x5422;         // TIOCNOTTY
    public const long GetDiscipline = 0x5424;         // TIOCGETD
    public const long GetSession = 0x5429;            // TIOCGSID
    public const long GetNumber = 0x80045430;         // TIOCGPTN
    public const long SetLock = 0x40045431;           // TIOCSPTLCK
    public const long GetDevice = 0x80045432;         // TIOCGDEV
    public const long GetPacketMode = 0x80045438;     // TIOCGPKT
    public const long GetLock = 0x80045439;           // TIOCGPTLCK
    public const long GetExclusive = 0x80045440;      // TIOCGEXCL
    public const long OpenPeer = 0x5441;              // TIOCGPTPEER
    public const long GetLockedSettings = 0x5456;     // TIOCGLCKTRMIOS
    public const long SetLockedSettings = 0x5457;     // TIOCSLCKTRMIOS

    public const int OutputOff = 0;                   // TCOOFF
    public const int OutputOn = 1;                    // TCOON
}

/// <summary>struct termios2, include/uapi/asm-generic/termbits.h: flags for input, output, control and local modes, the
/// line discipline, 19 control characters, two speeds.</summary>
public static class TerminalSettings
{
    public const int Size = 44;

    /// <summary>struct termios, the same without speeds (TIOCGLCKTRMIOS).</summary>
    public const int OldSize = 36;

    public const int OutputModeAt = 4;                // c_oflag
    public const int LocalModeAt = 12;                // c_lflag
    public const int CharactersAt = 17;               // c_cc
    public const int Characters = 19;                 // NCCS

    public const uint FlowControl = 0x400;            // IXON
    public const uint Processing = 1;                 // OPOST
    public const uint Canonical = 2;                  // ICANON
    public const uint Extended = 0x8000;              // IEXTEN

    public const int EndOfFile = 4;                   // VEOF
    public const int Least = 6;                       // VMIN
    public const int Start = 8;                       // VSTART
    public const int Stop = 9;                        // VSTOP
    public const int EndOfLine = 11;                  // VEOL
    public const int QuoteNext = 15;                  // VLNEXT
    public const int SecondEndOfLine = 16;            // VEOL2

    public static uint InputMode(ReadOnlySpan<byte> settings) => MemoryMarshal.Read<uint>(settings);

    public static uint OutputMode(ReadOnlySpan<byte> settings) => MemoryMarshal.Read<uint>(settings[OutputModeAt..]);

    public static uint LocalMode(ReadOnlySpan<byte> settings) => MemoryMarshal.Read<uint>(settings[LocalModeAt..]);
}
