using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Signals;

/// <summary>What the process does on each of the 64 signals; rt_sigaction(2). All are read: even a default action has
/// flags that count (SA_NOCLDWAIT).</summary>
internal sealed class SignalActions : ProcessRoom
{
    private static readonly int SizeOfAction = Unsafe.SizeOf<KernelAction>();

    // Most of the 64 are: one for all of them.
    private static readonly Image.SignalAction Default = new();

    public override void Ask(Questions ask, ProcessAttributes attributes)
    {
        ask.MakeRoom(Signal.Last, Signal.Last * SizeOfAction);
        Data actions = ask.Program.Output(Signal.Last * SizeOfAction);
        for (int signal = 1; signal <= Signal.Last; signal++)
        {
            ask.Program.Call($"tell the action of signal {signal}", SyscallNumber.RtSigaction,
                signal, 0, actions.At((signal - 1) * SizeOfAction), sizeof(ulong));
        }

        ask.Then(outcome =>
        {
            for (int i = 0; i < Signal.Last; i++)
            {
                KernelAction action = outcome.Read<KernelAction>(actions, i * SizeOfAction);
                attributes.SignalActions.Add(action.IsDefault ? Default : new Image.SignalAction
                {
                    Handler = action.Handler,
                    Flags = action.Flags,
                    Restorer = action.Restorer,
                    Mask = action.Mask,
                });
            }
        });
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        if (attributes.SignalActions.Count != Signal.Last)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.Invalid,
                $"the context file has {attributes.SignalActions.Count} signal actions instead of {Signal.Last}",
                "The file cannot be used.", "Make a new checkpoint."));
        }
    }

    public override void Rebuild(ProgramSeries programs, ProcessAttributes attributes)
    {
        SyscallProgram program = programs.For(Signal.Last, Signal.Last * SizeOfAction);
        for (int signal = 1; signal <= attributes.SignalActions.Count; signal++)
        {
            // Every one, though most are the default: the new process may have inherited others from the tool.
            Image.SignalAction saved = attributes.SignalActions[signal - 1];
            if (signal is not (Signal.Kill or Signal.Stop))
            {
                KernelAction action = new(saved.Handler, saved.Flags, saved.Restorer, saved.Mask);
                program.Call($"set the action of signal {signal}", SyscallNumber.RtSigaction,
                    signal, program.Input(action), 0, sizeof(ulong));
            }
        }
    }

    /// <summary>struct sigaction of the kernel, arch/x86/include/uapi/asm/signal.h: not the C library's order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct KernelAction(ulong handler, ulong flags, ulong restorer, ulong mask)
    {
        public readonly ulong Handler = handler;
        public readonly ulong Flags = flags;
        public readonly ulong Restorer = restorer;
        public readonly ulong Mask = mask;

        public bool IsDefault => (Handler | Flags | Restorer | Mask) == 0;
    }
}
