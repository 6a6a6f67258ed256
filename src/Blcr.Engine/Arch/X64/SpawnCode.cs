using System.Runtime.InteropServices;
using Blcr.Linux;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Blcr.Engine.Arch.X64;

/// <summary>Machine code that makes a child with a chosen pid and turns it into a seed, without running a single
/// managed instruction in the child.</summary>
/// <remarks>clone3(2) with CLONE_VM | CLONE_VFORK: the child borrows our memory, as posix_spawn(3) does, and gives it
/// back with execveat(2). It writes nothing to the stack it shares with us. Before that it asks to die with us
/// (PR_SET_PDEATHSIG), and looks whether we are still its parent: we may have died just before it asked. A capability
/// that is to pass through the execveat becomes ambient in the child only: never in this process, from which .NET might
/// start another program if it crashed.</remarks>
internal static unsafe class SpawnCode
{
    private const int ParentDeathSignal = 1;   // PR_SET_PDEATHSIG
    private const int EmptyPath = 0x1000;      // AT_EMPTY_PATH
    private const int AmbientRaise = 2;        // PR_CAP_AMBIENT_RAISE

    /// <summary>The only argument of the code. Offsets are those the assembler below uses.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Order
    {
        public CloneArguments Clone;      // 0
        public long Parent;               // 88: our pid
        public long Program;              // 96: descriptor of the executable
        public nint EmptyPath;            // 104
        public nint Arguments;            // 112: argv
        public nint Environment;          // 120: envp
        public long Failure;              // 128: what execveat gave, if it came back
        public nint CapabilityHeader;     // 136: for capset(2), with the capability as an inheritable one; 0 if none is to pass
        public nint CapabilityData;       // 144
        public long Capability;           // 152: its number
    }

    /// <summary>clone3 in this process. The pid, or an error; <see cref="Order.Failure"/> tells if the exec failed.</summary>
    public static SysResult Run(Order* order)
    {
        byte[] code = Assemble();
        SysResult page = Sys.MemoryMap(Sys.PageSize, MemoryProtection.Read | MemoryProtection.Write, MapFlags.Private | MapFlags.Anonymous);
        if (!page.Ok)
        {
            return page;
        }

        try
        {
            code.CopyTo(new Span<byte>((void*)page.Value, Sys.PageSize));
            SysResult executable = Sys.MemoryProtect((nint)page.Value, Sys.PageSize, MemoryProtection.Read | MemoryProtection.Execute);
            return executable.Ok
                ? SysResult.FromKernel(((delegate* unmanaged<Order*, long>)page.Value)(order))
                : executable;
        }
        finally
        {
            _ = Sys.MemoryUnmap((nint)page.Value, Sys.PageSize); // a page of ours; it cannot fail
        }
    }

    internal static byte[] Assemble()
    {
        Assembler code = new(64);
        Label child = code.CreateLabel();
        Label execute = code.CreateLabel();
        Label die = code.CreateLabel();

        code.push(rbx);
        code.mov(rbx, rdi);
        code.mov(eax, SyscallNumber.Clone3);
        code.mov(rdi, rbx);
        code.mov(esi, sizeof(CloneArguments));
        code.syscall();
        code.test(rax, rax);
        code.jz(child);
        code.pop(rbx);
        code.ret();

        code.Label(ref child);
        code.mov(eax, SyscallNumber.Prctl);
        code.mov(edi, ParentDeathSignal);
        code.mov(esi, Signal.Kill);
        code.syscall();
        code.mov(eax, SyscallNumber.Getppid);
        code.syscall();
        code.cmp(rax, __qword_ptr[rbx + 88]);
        code.jne(die);
        code.mov(rdi, __qword_ptr[rbx + 136]);
        code.test(rdi, rdi);
        code.jz(execute);
        code.mov(rsi, __qword_ptr[rbx + 144]);
        code.mov(eax, SyscallNumber.Capset);
        code.syscall();
        code.mov(eax, SyscallNumber.Prctl);   // where that is forbidden (secure bits), the seed says what it cannot do
        code.mov(edi, PrctlOption.AmbientCapability);
        code.mov(esi, AmbientRaise);
        code.mov(rdx, __qword_ptr[rbx + 152]);
        code.xor(r10d, r10d);
        code.xor(r8d, r8d);
        code.syscall();
        code.Label(ref execute);
        code.mov(eax, SyscallNumber.Execveat);
        code.mov(rdi, __qword_ptr[rbx + 96]);
        code.mov(rsi, __qword_ptr[rbx + 104]);
        code.mov(rdx, __qword_ptr[rbx + 112]);
        code.mov(r10, __qword_ptr[rbx + 120]);
        code.mov(r8d, EmptyPath);
        code.syscall();
        code.mov(__qword_ptr[rbx + 128], rax);
        code.Label(ref die);
        code.mov(eax, SyscallNumber.ExitGroup);
        code.mov(edi, 127);
        code.syscall();

        using MemoryStream bytes = new();
        code.Assemble(new StreamCodeWriter(bytes), rip: 0);
        return bytes.ToArray();
    }
}
