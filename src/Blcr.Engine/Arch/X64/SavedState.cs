using System.Buffers.Binary;
using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Arch.X64;

/// <summary>Registers and signal mask of a thread → the bytes of a slot.</summary>
internal static class SavedState
{
    /// <param name="stopped">The registers as a tracer would put them back.</param>
    /// <param name="mask">The thread's signal mask.</param>
    public static byte[] Slot(in Registers stopped, ulong mask)
    {
        Registers user = InterruptedCall.InUserMode(stopped);
        byte[] slot = new byte[SlotLayout.Size];
        RunnerCode.SlotExit.CopyTo(slot, SlotLayout.Exit);
        Put(slot, SlotLayout.Armed, 1);
        Put(slot, SlotLayout.SignalMask, mask);
        Put(slot, SlotLayout.AllSignals, ulong.MaxValue);
        Put(slot, SlotLayout.Rip, user.Rip);
        ReadOnlySpan<ulong> saved =
        [
            user.Rbp, user.Rbx, user.Rax, user.Rcx, user.Rdx, user.Rsi, user.Rdi,
            user.R8, user.R9, user.R10, user.R11, user.R12, user.R13, user.R14, user.R15,
        ];
        for (int i = 0; i < saved.Length; i++)
        {
            Put(slot, SlotLayout.Registers + 8 * i, saved[i]);
        }

        return slot;
    }

    private static void Put(Span<byte> slot, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(slot[at..], value);
}
