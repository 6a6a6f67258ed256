namespace Blcr.Linux;

public static partial class Sys
{
    /// <summary>lseek(2). The offset belongs to the open file description: whoever shares it sees the change.</summary>
    public static SysResult Seek(Fd file, long offset, SeekFrom whence) =>
        Call(SyscallNumber.Lseek, file.Number, offset, (long)whence);
}

/// <summary>SEEK_*, include/uapi/linux/fs.h.</summary>
public enum SeekFrom
{
    Start = 0,
    Current = 1,
    End = 2,

    /// <summary>The next byte that is data (Linux 3.1). ENXIO: none up to the end of the file.</summary>
    Data = 3,

    /// <summary>The next hole; the end of the file counts as one.</summary>
    Hole = 4,
}
