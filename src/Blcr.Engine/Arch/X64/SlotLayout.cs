namespace Blcr.Engine.Arch.X64;

/// <summary>A saved-state slot: what the runner needs to put a thread back by itself. Offsets in bytes.</summary>
/// <remarks>Lies in read-only executable memory of the task; only a tracer writes it (/proc/PID/mem).</remarks>
internal static class SlotLayout
{
    /// <summary>The last two instructions: load rbp, jump to the saved rip. Code, because they need every register.</summary>
    public const int Exit = 0;

    /// <summary>1 while a tracer or an orphaned runner may need the slot. Only a living tracer clears it.</summary>
    public const int Armed = 16;

    /// <summary>The thread's signal mask, and one with every signal in it.</summary>
    public const int SignalMask = 24;
    public const int AllSignals = 32;

    /// <summary>Where user code goes on, by the rules of restarted calls.</summary>
    public const int Rip = 40;

    /// <summary>rbp rbx rax rcx rdx rsi rdi r8…r15, in this order. rsp is never touched.</summary>
    public const int Registers = 48;

    public const int Size = Registers + 15 * 8 + 8;
}
