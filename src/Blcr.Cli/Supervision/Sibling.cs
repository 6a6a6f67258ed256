using Blcr.Cli.Namespaces;
using Blcr.Cli.StandIn;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>One of our commands as a child: cr_run, which becomes the program, cr_checkpoint or cr_restart.</summary>
internal sealed unsafe record Sibling
{
    public required Execution Execution { get; init; }

    /// <summary>A descriptor that it gets under the same number.</summary>
    public Fd? Passed { get; init; }

    /// <summary>What becomes its standard error; null: ours.</summary>
    public Fd? Errors { get; init; }

    /// <summary>Out of reach of the terminal's signals.</summary>
    public bool OwnSession { get; init; }

    /// <summary>Starts it with the signal mask and the ignored signals that we were given.</summary>
    /// <param name="relay">Which has those.</param>
    /// <param name="before">What must be done before it may go on; with an answer that is not null it never does. So it does, should we die.</param>
    /// <param name="wrong">Why there is none.</param>
    /// <returns>Its pid; 0: none.</returns>
    public int Start(SignalRelay relay, Func<ProcessIdentity, string?>? before, out string? wrong)
    {
        (int pid, wrong) = relay.Aside(() => Start(relay.MaskBefore, before));
        return pid;
    }

    private (int Pid, string? Wrong) Start(ulong mask, Func<ProcessIdentity, string?>? before)
    {
        using ChildProgram program = new();
        using Gate gate = new();
        Describe(program, gate, mask);
        SysResult made = program.Start(new CloneArguments { Flags = CloneFlags.ClearSignalActions, ExitSignal = Signal.Child });
        if (!made.Ok)
        {
            return (0, $"no process can be made: {ErrorText.Of(made.Error)}");
        }

        int pid = (int)made.Value;
        string? no = before?.Invoke(ProcessIdentity.Of(pid));
        if (no is null)
        {
            gate.Open();
            no = program.AwaitExecution() is { } failure ? $"cannot {failure.Purpose}: {ErrorText.Of(failure.Error)}" : null;
        }

        if (no is null)
        {
            return (pid, null);
        }

        _ = Sys.Kill(pid, Signal.Kill); // not waited for yet: the pid is its own
        while (Sys.Wait4(pid, WaitOptions.All, out _).Error == Errno.Interrupted)
        {
        }

        return (0, no);
    }

    private void Describe(ChildProgram program, Gate gate, ulong mask)
    {
        gate.AddTo(program);
        if (OwnSession)
        {
            program.Add("make a session", SyscallNumber.Setsid);
        }

        if (Errors is not null)
        {
            program.Add("have its messages read", SyscallNumber.Dup3, Errors.Number, 2, 0);
        }

        if (Passed is not null)
        {
            program.Add("pass a descriptor on", SyscallNumber.Fcntl, Passed.Number, (int)FcntlCommand.SetDescriptorFlags, 0);
        }

        ulong* signals = (ulong*)program.Memory.Zeroed(sizeof(ulong));
        *signals = mask;
        program.Add("set its signal mask", SyscallNumber.RtSigprocmask, 2 /* SIG_SETMASK */, (nint)signals, 0, sizeof(ulong));
        program.AddExecute(Execution);
    }
}
