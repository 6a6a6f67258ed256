using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>An open descriptor of this process; closing it is the owner's job.</summary>
public sealed partial class Fd : IDisposable
{
    private int _number;

    public Fd(int number) => _number = number;

    /// <summary>The number, for a call that takes it. Throws once closed, so that a reused number is never touched.</summary>
    public int Number => _number >= 0 ? _number : throw new ObjectDisposedException(nameof(Fd));

    public bool IsOpen => _number >= 0;

    /// <summary>Gives up ownership: the caller now has to close the number.</summary>
    public int Release()
    {
        int number = Number;
        _number = -1;
        return number;
    }

    public void Dispose()
    {
        if (_number < 0)
        {
            return;
        }

        // man 2 close: on Linux the descriptor is gone whatever close returns; a retry could hit a stranger's.
        _ = Close(_number);
        _number = -1;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
