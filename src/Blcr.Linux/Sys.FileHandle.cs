using System.Buffers.Binary;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const int MostHandleBytes = 128; // MAX_HANDLE_SZ
    private const int HandleHeader = 8;      // struct file_handle: handle_bytes, handle_type

    /// <summary>What the file system calls the file at a path, whatever its names; name_to_handle_at(2). Needs no right.</summary>
    /// <remarks>A symbolic link at the end of the path is itself the answer. EOPNOTSUPP: the file system has no handles.</remarks>
    public static SysResult<FileHandle> HandleOf(string path)
    {
        byte[] room = new byte[HandleHeader + MostHandleBytes];
        BinaryPrimitives.WriteInt32LittleEndian(room, MostHandleBytes);
        int mount = 0;
        fixed (byte* name = CString(path), handle = room)
        {
            SysResult got = Call(SyscallNumber.NameToHandleAt, AtCurrentDirectory, (nint)name, (nint)handle, (nint)(&mount), 0);
            return got.Ok ? new(FileHandle.Read(room), Errno.None) : new(null, got.Error);
        }
    }

    /// <summary>Finds the file by what its file system calls it; open_by_handle_at(2).</summary>
    /// <param name="mounted">Any open file of the same file system.</param>
    /// <param name="handle">Of that file system.</param>
    /// <param name="flags">As for open(2).</param>
    /// <remarks>Needs CAP_DAC_READ_SEARCH (EPERM), because it looks at no directory's permissions. ESTALE: no such file.</remarks>
    public static SysResult<Fd> OpenByHandle(Fd mounted, FileHandle handle, OpenFlags flags)
    {
        fixed (byte* raw = handle.ToKernel())
        {
            return Owned(Call(SyscallNumber.OpenByHandleAt, mounted.Number, (nint)raw, (long)flags));
        }
    }
}

/// <summary>struct file_handle: a file system's own name of a file, by which it is found even after a rename.</summary>
public sealed class FileHandle(int type, byte[] bytes)
{
    public int Type { get; } = type;

    public ReadOnlySpan<byte> Bytes => bytes;

    public bool IsSame(FileHandle other) => Type == other.Type && Bytes.SequenceEqual(other.Bytes);

    internal static FileHandle Read(ReadOnlySpan<byte> raw)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(raw);
        return new(BinaryPrimitives.ReadInt32LittleEndian(raw[4..]), raw.Slice(8, length).ToArray());
    }

    internal byte[] ToKernel()
    {
        byte[] raw = new byte[8 + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(raw, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(raw.AsSpan(4), Type);
        bytes.CopyTo(raw, 8);
        return raw;
    }
}
