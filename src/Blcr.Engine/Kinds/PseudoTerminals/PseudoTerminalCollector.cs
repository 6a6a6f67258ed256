using System.Runtime.InteropServices;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>A pair of the frozen tree → <see cref="PseudoTerminal"/>. All is asked through its master.</summary>
internal static class PseudoTerminalCollector
{
    public static void Collect(Dump dump, FoundPair pair)
    {
        FoundDescription found = pair.Master;
        using Fd master = found.Duplicate();
        if (!CanBeSaved(dump, pair, master))
        {
            return;
        }

        PseudoTerminal image = new() { Number = pair.Number };
        dump.Image.PseudoTerminals.Add(image);
        CollectSettings(dump, pair, master, image);
        CollectModes(pair, master, image);
        CollectFile(found, image);

        // ENOTTY: it is nobody's controlling terminal (drivers/tty/tty_jobctrl.c: tiocgsid()).
        image.Session = Number(master, TerminalIoctl.GetSession);
        image.Foreground = Number(master, TerminalIoctl.GetForegroundGroup);
        RefuseIfAbandoned(dump, pair);
        if (dump.Obstacles.Count == 0)
        {
            WaitingBytes.Collect(dump, pair, master, image);
        }
    }

    /// <summary>A cr_checkpoint that was killed a moment ago may have a program under way that still puts back what waits.
    /// Taken in the middle of that, it would be put back in another order.</summary>
    private static void RefuseIfAbandoned(Dump dump, FoundPair pair)
    {
        bool underWay = dump.Processes.Exists(process =>
            process.Home is { } home && process.Threads.Exists(thread => home.Contains(thread.OnResume.Rip)));
        if (underWay)
        {
            pair.Master.Refuse(dump, Errno.Again, $"the master of {TerminalDevice.Path(pair.Number)}, and a checkpoint that was killed is not undone yet",
                "Try again: it takes some milliseconds.", passing: true);
        }
    }

    private static bool CanBeSaved(Dump dump, FoundPair pair, Fd master)
    {
        int before = dump.Obstacles.Count;
        if (!Sys.Status("/dev/pts", out FileStatus ours).Ok || ours.Device != pair.FileSystem)
        {
            pair.Master.Refuse(dump, Errno.NotSupported, $"the master of {TerminalDevice.Path(pair.Number)} in another devpts than /dev/pts (a container's)",
                "Run cr_checkpoint inside the container.");
        }

        foreach (Fd side in (Fd[])[master, .. pair.Slaves.Take(1).Select(slave => slave.Duplicate())])
        {
            SysResult discipline = Sys.GetTerminalNumber(side, TerminalIoctl.GetDiscipline);
            if (discipline.Ok && discipline.Value != 0) // N_TTY
            {
                pair.Master.Refuse(dump, Errno.NotSupported,
                    $"the master of {TerminalDevice.Path(pair.Number)}, which has line discipline {discipline.Value} (TIOCSETD)",
                    "Checkpoint the program when it is an ordinary terminal again.");
            }

            if (side != master)
            {
                side.Dispose();
            }
        }

        SysResult ready = Sys.Poll(master, PollEvents.Urgent, 0);
        if (ready.Ok && ((PollEvents)ready.Value).HasFlag(PollEvents.Urgent))
        {
            pair.Master.Refuse(dump, Errno.Again, $"the master of {TerminalDevice.Path(pair.Number)}, in packet mode (TIOCPKT), with a status not read yet",
                "Try again: the program reads it as soon as it runs.", passing: true);
        }

        return dump.Obstacles.Count == before;
    }

    private static void CollectSettings(Dump dump, FoundPair pair, Fd master, PseudoTerminal image)
    {
        Span<byte> settings = stackalloc byte[TerminalSettings.Size];
        Span<byte> locked = stackalloc byte[TerminalSettings.OldSize];
        Span<ushort> size = stackalloc ushort[4]; // struct winsize: rows, columns, pixels across and down
        SysResult got = Sys.GetTerminalSettings(master, settings);
        SysResult gotLocked = Sys.TerminalStructure(master, TerminalIoctl.GetLockedSettings, locked);
        SysResult gotSize = Sys.TerminalStructure(master, TerminalIoctl.GetWindowSize, MemoryMarshal.AsBytes(size));
        if (!got.Ok || !gotLocked.Ok || !gotSize.Ok)
        {
            pair.Master.Refuse(dump, got.Ok ? Errno.InputOutput : got.Error,
                $"the master of {TerminalDevice.Path(pair.Number)}, whose settings cannot be read", "Try again.");
            return;
        }

        image.Settings = ByteString.CopyFrom(settings);
        image.LockedSettings = locked.ContainsAnyExcept((byte)0) ? ByteString.CopyFrom(locked) : ByteString.Empty;
        (image.Rows, image.Columns, image.Width, image.Height) = (size[0], size[1], size[2], size[3]);
    }

    private static void CollectModes(FoundPair pair, Fd master, PseudoTerminal image)
    {
        image.Locked = Number(master, TerminalIoctl.GetLock) != 0;
        image.Packets = Number(master, TerminalIoctl.GetPacketMode) != 0;
        if (pair.Slaves.Count > 0)
        {
            using Fd slave = pair.Slaves[0].Duplicate();
            image.Exclusive = Number(slave, TerminalIoctl.GetExclusive) != 0;
        }

        // POLLHUP: it was open and is not any more (drivers/tty/pty.c: pty_close(), TTY_OTHER_CLOSED).
        SysResult ready = Sys.Poll(master, PollEvents.None, 0);
        image.Opened = pair.Slaves.Count > 0 || (ready.Ok && ((PollEvents)ready.Value).HasFlag(PollEvents.HangUp));
    }

    private static void CollectFile(FoundDescription found, PseudoTerminal image)
    {
        string path = $"/proc/{found.Process.Pid}/root{TerminalDevice.Path(image.Number)}";
        if (Sys.Status(path, out FileStatus file).Ok)
        {
            (image.Uid, image.Gid, image.Mode) = (file.Uid, file.Gid, file.Mode & 0xfff);
        }
    }

    private static int Number(Fd terminal, long request)
    {
        SysResult got = Sys.GetTerminalNumber(terminal, request);
        return got.Ok ? (int)got.Value : 0;
    }
}
