using System.Buffers.Binary;
using System.Text;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Names in a directory, without "." and "..", in the kernel's order; getdents64(2).</summary>
    public static SysResult<List<string>> ListDirectory(string path)
    {
        SysResult<Fd> opened = Open(path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.CloseOnExec);
        if (!opened.Ok)
        {
            return new SysResult<List<string>>(null, opened.Error);
        }

        using Fd directory = opened.Value!;
        return ListDirectory(directory);
    }

    /// <summary>The same of one that is open for reading; its position moves.</summary>
    public static SysResult<List<string>> ListDirectory(Fd directory)
    {
        List<string> names = [];
        Span<byte> room = stackalloc byte[8192];
        while (true)
        {
            SysResult got;
            fixed (byte* at = room)
            {
                got = Call(SyscallNumber.Getdents64, directory.Number, (nint)at, room.Length);
            }

            if (!got.Ok || got.Value == 0)
            {
                return got.Ok ? new SysResult<List<string>>(names, Errno.None) : new SysResult<List<string>>(null, got.Error);
            }

            AddNames(room[..(int)got.Value], names);
        }
    }

    /// <summary>chdir(2): of the whole process.</summary>
    public static SysResult ChangeDirectory(string path)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Chdir, (nint)name);
        }
    }

    // struct linux_dirent64: u64 d_ino, s64 d_off, u16 d_reclen, u8 d_type, char d_name[] (fs/readdir.c)
    private static void AddNames(ReadOnlySpan<byte> entries, List<string> names)
    {
        while (!entries.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(entries[16..]);
            ReadOnlySpan<byte> name = entries[19..length];
            string text = Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
            if (text is not ("." or ".."))
            {
                names.Add(text);
            }

            entries = entries[length..];
        }
    }
}
