using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Signals;

/// <summary>The stack signal handlers run on; sigaltstack(2).</summary>
internal sealed class AlternateStacks : ThreadRoom
{
    private const int OnStack = 1;  // SS_ONSTACK: told by the kernel from the stack pointer, never set
    private const int Disabled = 2; // SS_DISABLE

    public override void Ask(Questions ask, ThreadImage thread)
    {
        Data old = ask.Program.Output(Unsafe.SizeOf<SignalStack>());
        ask.Program.Call("tell the alternate signal stack", SyscallNumber.Sigaltstack, 0, old);
        ask.Then(outcome =>
        {
            SignalStack stack = outcome.Read<SignalStack>(old);
            thread.AlternateStack = new AlternateStack
            {
                Address = stack.Address,
                Size = stack.Size,
                Flags = stack.Flags & ~OnStack,
            };
        });
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        if (thread.AlternateStack is not AlternateStack saved || (saved.Flags & Disabled) != 0)
        {
            return; // a new thread has none
        }

        SignalStack stack = new(saved.Address, saved.Flags, saved.Size);
        SyscallProgram program = programs.For(1, Unsafe.SizeOf<SignalStack>());
        program.Call("set the alternate signal stack", SyscallNumber.Sigaltstack, program.Input(stack), 0);
    }

    /// <summary>stack_t, include/uapi/asm-generic/signal.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct SignalStack(ulong address, int flags, ulong size)
    {
        public readonly ulong Address = address;
        public readonly int Flags = flags;
        private readonly int _pad;
        public readonly ulong Size = size;
    }
}
