using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>A pair made again, complete but for what would be in the way until all its sides are open.</summary>
internal sealed class RestoredPseudoTerminal : IDisposable
{
    private const OpenFlags SlaveFlags =
        OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking | OpenFlags.CloseOnExec;

    private readonly PseudoTerminal _image;
    private readonly Fd _master;
    private readonly Fd? _slave;

    private RestoredPseudoTerminal(PseudoTerminal image, Fd master, Fd? slave)
    {
        _image = image;
        _master = master;
        _slave = slave;
    }

    /// <summary>The slave, if it was ever open; ours.</summary>
    public Fd? Slave => _slave;

    /// <summary>The pair of that saved number, made when it is asked for the first time.</summary>
    public static RestoredPseudoTerminal Of(Rebuilding rebuilding, uint number, SavedDescription saved) =>
        rebuilding.Descriptions.Shared(number, () => Make(rebuilding, PseudoTerminalKind.Find(rebuilding.Image, number)!, saved));

    /// <summary>The master's one description; the caller owns the duplicate.</summary>
    public Fd Master(SavedDescription saved)
    {
        SysResult copy = Sys.Fcntl(_master, FcntlCommand.DuplicateCloseOnExec, 3);
        return copy.Ok ? new Fd((int)copy.Value) : throw saved.Failed(copy.Error, "is a terminal's master that cannot be duplicated");
    }

    /// <summary>Another description of the slave; the caller owns it.</summary>
    public Fd OpenSlave(SavedDescription saved)
    {
        SysResult<Fd> slave = Sys.OpenSlave(_master, saved.Access | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        return slave.Value ?? throw saved.Failed(slave.Error, $"is {TerminalDevice.Path(_image.Number)}, which cannot be opened");
    }

    public void Dispose()
    {
        _slave?.Dispose();
        _master.Dispose();
    }

    private static RestoredPseudoTerminal Make(Rebuilding rebuilding, PseudoTerminal image, SavedDescription saved)
    {
        Fd master = NewMaster.Open(rebuilding, image.Number, saved);
        Fd? slave = null;
        try
        {
            Must(saved, Sys.SetTerminalNumber(master, TerminalIoctl.SetLock, 0), "cannot be unlocked");
            slave = image.Opened ? Sys.OpenSlave(master, SlaveFlags).Value ?? throw saved.Failed(Errno.InputOutput, "is a terminal that cannot be opened") : null;
            Fill(image, master, slave, saved);
            SlaveFile.Restore(rebuilding, image, master);
            rebuilding.Last.Add(() => Finish(image, master, slave, saved));
            return new RestoredPseudoTerminal(image, master, slave);
        }
        catch
        {
            slave?.Dispose();
            master.Dispose();
            throw;
        }
    }

    private static void Fill(PseudoTerminal image, Fd master, Fd? slave, SavedDescription saved)
    {
        Span<ushort> size = [(ushort)image.Rows, (ushort)image.Columns, (ushort)image.Width, (ushort)image.Height];
        Must(saved, Sys.TerminalStructure(master, TerminalIoctl.SetWindowSize, MemoryMarshal.AsBytes(size)), "does not take its window size");
        if (slave is null)
        {
            Must(saved, Sys.SetTerminalSettings(master, image.Settings.Span), "does not take its settings");
        }
        else
        {
            Must(saved, Sys.SetTerminalSettings(slave, TransitSettings.Raw(image)), "does not take its settings");
            WriteOutput(image, slave, saved);
            SyscallProgram program = new("put back what waits in a terminal");
            RefillProgram.Add(program, master.Number, slave.Number, image);
            _ = new OwnTask().Run(program);
        }

        Span<byte> settings = stackalloc byte[TerminalSettings.Size];
        Must(saved, Sys.GetTerminalSettings(master, settings), "does not tell its settings");
        if (!settings[..TerminalSettings.OldSize].SequenceEqual(image.Settings.Span[..TerminalSettings.OldSize]))
        {
            throw saved.Failed(Errno.Invalid, "is a terminal whose settings this kernel does not take");
        }

        if (image.LockedSettings.Length > 0)
        {
            Must(saved, Sys.TerminalStructure(master, TerminalIoctl.SetLockedSettings, image.LockedSettings.ToByteArray()), "does not take its locked settings");
        }
    }

    /// <summary>The kernel makes room as a worker of its moves what was written towards the reader.</summary>
    private static void WriteOutput(PseudoTerminal image, Fd slave, SavedDescription saved)
    {
        ReadOnlySpan<byte> left = image.Output.Span;
        Deadline patience = Deadline.In(TimeSpan.FromSeconds(30));
        while (left.Length > 0)
        {
            SysResult written = Sys.Write(slave, left[..Math.Min(left.Length, RefillProgram.Piece)]);
            if (written.Ok)
            {
                left = left[(int)written.Value..];
            }
            else if (written.Error is not (Errno.Again or Errno.Interrupted) || patience.Passed)
            {
                throw saved.Failed(written.Error, "is a terminal that does not take its output again");
            }
            else
            {
                Sys.Sleep(1_000_000); // nanoseconds
            }
        }
    }

    /// <summary>When all sides are open: what keeps others from opening it, and our own slave, which would keep the
    /// master's reader from seeing the end.</summary>
    private static void Finish(PseudoTerminal image, Fd master, Fd? slave, SavedDescription saved)
    {
        if (image.Exclusive && slave is not null)
        {
            Must(saved, Sys.Call(SyscallNumber.Ioctl, slave.Number, TerminalIoctl.SetExclusive), "cannot be had alone");
        }

        Must(saved, Sys.SetTerminalNumber(master, TerminalIoctl.SetPacketMode, image.Packets ? 1 : 0), "does not take its packet mode");
        Must(saved, Sys.SetTerminalNumber(master, TerminalIoctl.SetLock, image.Locked ? 1 : 0), "cannot be locked");
        slave?.Dispose();
    }

    private static void Must(SavedDescription saved, SysResult result, string what)
    {
        if (!result.Ok)
        {
            throw saved.Failed(result.Error, $"is a terminal that {what}");
        }
    }
}
