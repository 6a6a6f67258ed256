namespace Blcr.Linux;

/// <summary>mmap(2) and friends for our own address space.</summary>
public static unsafe partial class Sys
{
    /// <summary>Maps memory in this process; the caller unmaps it.</summary>
    /// <returns>The address. ENOMEM: too many mappings, or the address space limit.</returns>
    public static SysResult MemoryMap(nint length, MemoryProtection protection, MapFlags flags, Fd? file = null, long offset = 0) =>
        Call(SyscallNumber.Mmap, 0, length, (long)protection, (long)flags, file?.Number ?? -1, offset);

    public static SysResult MemoryProtect(nint address, nint length, MemoryProtection protection) =>
        Call(SyscallNumber.Mprotect, address, length, (long)protection);

    public static SysResult MemoryUnmap(nint address, nint length) => Call(SyscallNumber.Munmap, address, length);

    /// <summary>An unlinked memory file, close-on-exec (man 2 memfd_create, Linux 3.17).</summary>
    public static SysResult<Fd> MemoryFile(string name, uint flags = 1 /* MFD_CLOEXEC */)
    {
        fixed (byte* at = CString(name))
        {
            return Owned(Call(SyscallNumber.MemfdCreate, (nint)at, flags));
        }
    }
}

/// <summary>PROT_*, include/uapi/asm-generic/mman-common.h.</summary>
[Flags]
public enum MemoryProtection : uint
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
}

/// <summary>MAP_*, include/uapi/asm-generic/mman.h.</summary>
[Flags]
public enum MapFlags : uint
{
    Shared = 1,
    Private = 2,
    Fixed = 0x10,
    Anonymous = 0x20,
    GrowsDown = 0x100,
    Locked = 0x2000,
    NoReserve = 0x4000,
    Populate = 0x8000,
    Stack = 0x20000,
    HugeTlb = 0x40000,
    FixedNoReplace = 0x100000,
}
