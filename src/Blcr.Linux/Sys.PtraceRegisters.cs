using System.Buffers;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const int NoteGeneralRegisters = 1;      // NT_PRSTATUS, include/uapi/linux/elf.h
    private const int NoteExtendedState = 0x202;     // NT_X86_XSTATE

    /// <summary>General registers of a thread in a ptrace stop (PTRACE_GETREGSET, NT_PRSTATUS).</summary>
    public static SysResult PtraceGetRegisters(int tid, out Registers registers)
    {
        Registers got = default;
        IoVector vector = new((nint)(&got), sizeof(Registers));
        SysResult result = Ptrace(PtraceRequest.GetRegSet, tid, NoteGeneralRegisters, (nint)(&vector));
        registers = got;
        return result;
    }

    /// <summary>Sets all general registers at once. With OrigRax -1 the kernel does not restart the interrupted
    /// call when the thread goes on (arch/x86/kernel/signal.c: arch_do_signal_or_restart()).</summary>
    public static SysResult PtraceSetRegisters(int tid, in Registers registers)
    {
        Registers put = registers;
        IoVector vector = new((nint)(&put), sizeof(Registers));
        return Ptrace(PtraceRequest.SetRegSet, tid, NoteGeneralRegisters, (nint)(&vector));
    }

    /// <summary>FPU, vector and protection-key state in XSAVE's standard format (NT_X86_XSTATE).</summary>
    /// <param name="state">As long as the kernel gave; empty on failure.</param>
    public static SysResult PtraceGetExtendedState(int tid, out byte[] state)
    {
        // 64 KiB is beyond any XSAVE area (AMX included: about 11 KiB); the kernel writes back the real length.
        byte[] room = ArrayPool<byte>.Shared.Rent(64 * 1024);
        fixed (byte* at = room)
        {
            IoVector vector = new((nint)at, room.Length);
            SysResult result = Ptrace(PtraceRequest.GetRegSet, tid, NoteExtendedState, (nint)(&vector));
            state = result.Ok ? room[..(int)vector.Length] : [];
            ArrayPool<byte>.Shared.Return(room);
            return result;
        }
    }

    /// <summary>Sets the extended state. EINVAL or EFAULT: it holds features this CPU or kernel does not have.</summary>
    public static SysResult PtraceSetExtendedState(int tid, ReadOnlySpan<byte> state)
    {
        fixed (byte* at = state)
        {
            IoVector vector = new((nint)at, state.Length);
            return Ptrace(PtraceRequest.SetRegSet, tid, NoteExtendedState, (nint)(&vector));
        }
    }
}
