using System.Buffers.Binary;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>The program every restarted process begins as: a static ELF file of one page that waits to be traced.</summary>
/// <remarks>Executing it gives a process with nothing of ours in it: no memory, no handlers, just this page, a stack,
/// and the kernel's vdso. elf(5); the kernel needs no section headers (fs/binfmt_elf.c: load_elf_binary()).</remarks>
internal static class SeedFile
{
    private const ulong LoadAddress = 0x200000;
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int CodeOffset = HeaderSize + 2 * ProgramHeaderSize;

    // 1: mov eax, 34 (pause); syscall; jmp 1b
    private static ReadOnlySpan<byte> Code => [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7];

    /// <summary>The address of its syscall instruction, for the first calls made in it.</summary>
    public static TaskAddress SystemCallInstruction => new(LoadAddress + CodeOffset + 5);

    /// <summary>The file, in memory, open for execveat(2); the caller closes it.</summary>
    public static Fd Create()
    {
        byte[] image = Build();
        SysResult<Fd> file = Sys.MemoryFile("cr_restart");
        SysResult written = file.Ok ? Sys.WriteAt(file.Value!, image, 0) : new SysResult(-1, file.Error);
        return written.Ok && written.Value == image.Length
            ? file.Value!
            : throw new RefusedException(0, written.Ok ? Errno.NoSpace : written.Error, $"no memory file for the first program: {ErrorText.Of(written.Error)}",
                "No process was started.", "Free memory or descriptors and try again.");
    }

    internal static byte[] Build()
    {
        byte[] image = new byte[CodeOffset + Code.Length];
        Span<byte> at = image;
        ReadOnlySpan<byte> identity = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2 /* 64 bit */, 1 /* little endian */, 1];
        identity.CopyTo(at);
        Put16(at, 16, 2);                                 // ET_EXEC
        Put16(at, 18, 62);                                // EM_X86_64
        Put32(at, 20, 1);
        Put64(at, 24, LoadAddress + CodeOffset);          // entry
        Put64(at, 32, HeaderSize);                        // program headers
        Put16(at, 52, HeaderSize);
        Put16(at, 54, ProgramHeaderSize);
        Put16(at, 56, 2);

        Span<byte> load = at[HeaderSize..];
        Put32(load, 0, 1);                                // PT_LOAD
        Put32(load, 4, 5);                                // R+X
        Put64(load, 16, LoadAddress);
        Put64(load, 24, LoadAddress);
        Put64(load, 32, (ulong)image.Length);
        Put64(load, 40, (ulong)image.Length);
        Put64(load, 48, Sys.PageSize);

        Span<byte> stack = at[(HeaderSize + ProgramHeaderSize)..];
        Put32(stack, 0, 0x6474e551);                      // PT_GNU_STACK: not executable, so that nothing else becomes so
        Put32(stack, 4, 6);                               // R+W

        Code.CopyTo(at[CodeOffset..]);
        return image;
    }

    private static void Put16(Span<byte> at, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(at[offset..], value);

    private static void Put32(Span<byte> at, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(at[offset..], value);

    private static void Put64(Span<byte> at, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(at[offset..], value);
}
