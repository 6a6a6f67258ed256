using Blcr.Linux;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Blcr.Cli.StandIn;

/// <summary>The signal handler of the stand-in: puts the siginfo it got into a pipe.</summary>
/// <remarks>
/// Machine code, because a handler in C# cannot be: it may interrupt the garbage collector, or come in a thread .NET
/// does not know. It uses its own frame below the interrupted one, no libc, no errno.
/// What it leaves to the handler that was there before:
/// faults of our own (si_code &gt; 0 of SIGSEGV and the like: .NET makes exceptions of some), and signals that a thread
/// of ours sends to another with tgkill(2) (.NET stops threads for the garbage collector so; setuid(3) of glibc).
/// Where there was none before, it puts the default action back and returns: the fault comes again and is fatal.
/// </remarks>
internal static class RelayCode
{
    private const int SignalBytes = Sys.SigInfoSize;
    private const int CodeOffset = 8;    // si_code
    private const int SenderOffset = 16; // si_pid
    private const int SentByThread = -6; // SI_TKILL
    private const int ActionBytes = 32;  // struct sigaction of the kernel

    private static readonly int[] Faults =
        [Signal.Illegal, Signal.Trap, Signal.Bus, Signal.Fpe, Signal.Segv, 31 /* SIGSYS */];

    /// <summary>Handler at the start, restorer at <paramref name="restorer"/>.</summary>
    /// <param name="address">Where it will be.</param>
    /// <param name="data">Address of a <see cref="RelayData"/>.</param>
    /// <param name="restorer">Offset of what the kernel returns to from a handler (SA_RESTORER).</param>
    public static byte[] Assemble(ulong address, ulong data, out int restorer)
    {
        Assembler code = new(64);
        Label relay = code.CreateLabel();
        Label notOurs = code.CreateLabel();
        Label before = code.CreateLabel();
        Label putDefaultBack = code.CreateLabel();
        Label done = code.CreateLabel();
        Label restore = code.CreateLabel();

        // edi: signal, rsi: siginfo_t, rdx: ucontext
        code.mov(r11, data);
        code.mov(eax, __dword_ptr[rsi + CodeOffset]);
        code.cmp(eax, SentByThread);
        code.jne(notOurs);
        code.mov(ecx, __dword_ptr[rsi + SenderOffset]);
        code.cmp(ecx, __dword_ptr[r11 + RelayData.PidOffset]);
        code.je(before);

        code.Label(ref notOurs);
        code.test(eax, eax);
        code.jle(relay); // from a process: kill, sigqueue, a timer
        foreach (int fault in Faults)
        {
            code.cmp(edi, fault);
            code.je(before);
        }

        code.Label(ref relay);
        code.mov(edi, __dword_ptr[r11 + RelayData.PipeOffset]);
        code.mov(edx, SignalBytes);
        code.mov(eax, SyscallNumber.Write);
        code.syscall();
        code.ret();

        code.Label(ref before);
        code.mov(ecx, edi);
        code.mov(rax, __qword_ptr[r11 + rcx * 8 + RelayData.HandlersOffset]);
        code.cmp(rax, (int)SignalAction.IgnoreHandler);
        code.jb(putDefaultBack);
        code.je(done);
        code.jmp(rax); // same arguments, and it returns to the restorer

        code.Label(ref putDefaultBack);
        code.sub(rsp, ActionBytes + 8);
        code.xor(eax, eax);
        for (int at = 0; at < ActionBytes; at += 8)
        {
            code.mov(__qword_ptr[rsp + at], rax);
        }

        code.mov(rsi, rsp);
        code.xor(edx, edx);
        code.mov(r10d, sizeof(ulong));
        code.mov(eax, SyscallNumber.RtSigaction);
        code.syscall();
        code.add(rsp, ActionBytes + 8);
        code.Label(ref done);
        code.ret();

        code.Label(ref restore);
        code.mov(eax, SyscallNumber.RtSigreturn);
        code.syscall();

        using MemoryStream bytes = new();
        AssemblerResult assembled = code.Assemble(
            new StreamCodeWriter(bytes), address, BlockEncoderOptions.ReturnNewInstructionOffsets);
        restorer = checked((int)(assembled.GetLabelRIP(restore) - address));
        return bytes.ToArray();
    }
}
