using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Terminals;

/// <summary>Terminals whose other side is outside the checkpoint: a restarted process gets those of cr_restart (blcr-contract, 1.4, Standard streams).</summary>
/// <remarks>At number n it gets what cr_restart has open at n, be it a terminal or not; else, if it was the controlling
/// terminal, /dev/tty; else n stays closed, which is said. The terminal's settings are those of cr_restart's terminal.
/// A terminal that is made by a program of the checkpoint is a pair of ours (PseudoTerminals).</remarks>
public sealed class TerminalKind : DescriptionKind
{
    private const uint AuxiliaryMajor = 5; // TTYAUX_MAJOR: 5:0 is /dev/tty
    private const int GetAttributes = 0x5401; // TCGETS

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.Terminal;

    public override bool Owns(Dump dump, FoundDescription found)
    {
        if (found.Status.Type != FileType.CharacterDevice || found.Status.Major == 1 || found.IsPathOnly)
        {
            return false;
        }

        using Fd duplicate = found.Duplicate();
        return IsTerminal(duplicate);
    }

    public override void Collect(Dump dump, FoundDescription found)
    {
        FileStatus status = found.Status;
        found.Image.Terminal = new Terminal
        {
            Path = found.Name,
            Major = status.Major,
            Minor = status.Minor,
            Controlling = IsControlling(found),
        };
    }

    public override string? OutsideName(OpenDescription image) => image.Terminal.Path;

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        foreach ((int pid, int number) in saved.Holders(plan.Image))
        {
            if (!RebuiltDescriptions.IsInherited(number) && !(saved.Image.Terminal.Controlling && OpenControlling(saved).Ok))
            {
                plan.Diagnostics.Add($"pid {pid}: descriptor {number} was the terminal {saved.Image.Terminal.Path}; "
                    + "cr_restart has nothing at that number, so it stays closed");
            }
        }
    }

    public override Fd? SourceFor(Rebuilding rebuilding, SavedDescription saved, NewProcess process, int number)
    {
        Fd? source = InheritedDescriptions.Take(rebuilding, saved, number);
        if (source is not null)
        {
            return source;
        }

        return saved.Image.Terminal.Controlling && OpenControlling(saved).Ok ? base.SourceFor(rebuilding, saved, process, number) : null;
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved) =>
        OpenControlling(saved).Value ?? throw saved.Failed(Errno.NoDeviceOrAddress, "is the controlling terminal, /dev/tty");

    private static SysResult<Fd> OpenControlling(SavedDescription saved) =>
        Sys.Open("/dev/tty", saved.Access | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);

    private static unsafe bool IsTerminal(Fd file)
    {
        byte* attributes = stackalloc byte[64]; // struct termios of the kernel: 36 bytes
        return Sys.Call(SyscallNumber.Ioctl, file.Number, GetAttributes, (nint)attributes).Ok;
    }

    private static bool IsControlling(FoundDescription found)
    {
        SysResult<ProcStat> stat = ProcStat.Read(found.Process.Pid);
        if (!stat.Ok || stat.Value!.Terminal == 0)
        {
            return false;
        }

        // new_encode_dev(), include/linux/kdev_t.h
        uint encoded = (found.Status.Minor & 0xff) | (found.Status.Major << 8) | ((found.Status.Minor & ~0xffu) << 12);
        return (uint)stat.Value.Terminal == encoded || (found.Status.Major == AuxiliaryMajor && found.Status.Minor == 0);
    }
}
