using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>A slave opened for a moment in the process that has the master, so that nothing about the application's own
/// descriptions (O_NONBLOCK) has to be touched.</summary>
/// <remarks>By its master (TIOCGPTPEER), which needs no path. A lock or TIOCEXCL in the way is taken off and put back by the
/// same program. Closed when the thread is left, whatever becomes of us.</remarks>
internal sealed class BorrowedSlave : IDisposable
{
    private const OpenFlags Flags =
        OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking | OpenFlags.CloseOnExec;

    private BorrowedSlave(FrozenThread host, int number, Fd file)
    {
        Host = host;
        Number = number;
        File = file;
    }

    /// <summary>The thread that it is in.</summary>
    public FrozenThread Host { get; }

    /// <summary>Its number there.</summary>
    public int Number { get; }

    /// <summary>A duplicate of ours.</summary>
    public Fd File { get; }

    public static BorrowedSlave Open(FoundPair pair, PseudoTerminal image)
    {
        FrozenProcess process = pair.Master.Process;
        FrozenThread host = process.Leader;
        SyscallProgram program = new("look at what waits in a terminal");
        int master = pair.Master.Number;
        int exclusive = image.Exclusive ? GiveSlave(pair, host) : -1;
        Data off = program.Input(0);
        Data on = program.Input(1);
        if (image.Locked)
        {
            program.TryCall("unlock the terminal", SyscallNumber.Ioctl, master, TerminalIoctl.SetLock, off);
        }

        if (image.Exclusive)
        {
            program.TryCall("share the terminal", SyscallNumber.Ioctl, exclusive, TerminalIoctl.SetNotExclusive);
        }

        Result opened = program.TryCall("open the slave", SyscallNumber.Ioctl, master, TerminalIoctl.OpenPeer, (long)Flags);
        program.CloseAtLeave(opened);
        if (image.Exclusive)
        {
            program.TryCall("have the terminal alone", SyscallNumber.Ioctl, exclusive, TerminalIoctl.SetExclusive);
        }

        if (image.Locked)
        {
            program.TryCall("lock the terminal", SyscallNumber.Ioctl, master, TerminalIoctl.SetLock, on);
        }

        SysResult slave = host.Run(program).OrRefuse(host.Pid)[opened];
        SysResult<Fd> file = slave.Ok ? Sys.PidFdGetFd(process.PidFd, (int)slave.Value) : new SysResult<Fd>(null, slave.Error);
        if (file.Ok)
        {
            return new BorrowedSlave(host, (int)slave.Value, file.Value!);
        }

        host.Leave();
        throw new RefusedException(host.Pid, file.Error, $"what waits in {TerminalDevice.Path(pair.Number)} cannot be seen: {ErrorText.Of(file.Error)}",
            "It could not be saved. Nothing was written; the program runs on.", "Tell the developers.");
    }

    public void Dispose()
    {
        File.Dispose();
        Host.Leave(); // closes it there, and all that was given for it
    }

    private static int GiveSlave(FoundPair pair, FrozenThread host)
    {
        using Fd slave = pair.Slaves[0].Duplicate();
        return host.Give(slave);
    }
}
