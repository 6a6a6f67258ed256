using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>What waits in a pair to be read, on both sides, copied without loss to the application.</summary>
/// <remarks>
/// The kernel has no way to peek at it: what is read is gone, and must be put back. So nothing is read by us. A program in the
/// task that holds the master takes the bytes into a pipe, copies the pipe by tee(2), and writes them back at the
/// other side, with settings under which they pass unprocessed. Once begun the program runs to its end, whatever happens
/// to us (<see cref="InjectedRunner"/>), so the bytes are back at any instant the application could look.
/// Lines of canonical input, which become one when read so, are made again by a second program, which knows them. Killed
/// between the two, we leave the application all its bytes, in one line.
/// Most often nothing waits; then only canonical input is looked at like that, for a line begun cannot be seen from outside.
/// </remarks>
internal static class WaitingBytes
{
    private const int MostInput = 255;  // what can be waited for exactly, by VMIN
    private const int QueueFull = 4095; // N_TTY_BUF_SIZE less one: behind it more may wait, in the flip buffers

    public static void Collect(Dump dump, FoundPair pair, Fd master, PseudoTerminal image)
    {
        _ = Sys.Poll(master, PollEvents.Readable, 0); // brings in what is under way (drivers/tty/n_tty.c: n_tty_poll())
        long output = Unread(master);
        if (!image.Opened)
        {
            // Opening the slave would be noticed: reads of the master end with EIO when it is closed again.
            if (output > 0)
            {
                pair.Master.Refuse(dump, Errno.NotSupported, $"the master of {TerminalDevice.Path(pair.Number)}, "
                    + $"whose slave nobody has opened yet, with {output} bytes not read", "Try again: the program reads them when it runs.", passing: true);
            }

            return;
        }

        if (output >= QueueFull)
        {
            RefuseMuch(dump, pair, output, "output");
            return;
        }

        using BorrowedSlave slave = BorrowedSlave.Open(pair, image);
        SysResult ready = Sys.Poll(slave.File, PollEvents.Readable | PollEvents.Writable, 0);
        bool writable = ready.Ok && ((PollEvents)ready.Value).HasFlag(PollEvents.Writable);
        using TerminalTurn turn = new(pair, image, slave, stopped: !writable && output < QueueFull);
        image.Stopped = turn.Stopped;
        if (output > 0)
        {
            image.Output = ByteString.CopyFrom(turn.CopyOutput(many: output >= QueueFull));
            image.Stopped = turn.Stopped;
            RefuseIfLess(dump, pair, image.Output.Length, output);
        }

        long input = Unread(slave.File);
        bool canonical = (TerminalSettings.LocalMode(image.Settings.Span) & TerminalSettings.Canonical) != 0;
        if (input == 0 && !canonical)
        {
            return;
        }

        if (input > MostInput)
        {
            RefuseMuch(dump, pair, input, "input");
            return;
        }

        byte[] bytes = turn.CopyInput(many: input >= QueueFull);
        image.Input = ByteString.CopyFrom(bytes);
        RefuseIfLess(dump, pair, bytes.Length, input);
        if (canonical && bytes.Length > 0 && !InputLines.Find(image, input))
        {
            pair.Master.Refuse(dump, Errno.NotSupported, $"the master of {TerminalDevice.Path(pair.Number)}, "
                + $"with {bytes.Length} bytes of input not read that cannot be told line from line",
                "Try again when the program in the terminal has read its input.", passing: true);
        }
        else if (canonical && bytes.Length > 0 && !image.Pushed)
        {
            turn.MakeLinesAgain();
        }
    }

    /// <summary>So much cannot be put back with certainty if we are killed meanwhile: the kernel's worker may be too late to make
    /// room. It is read in a moment, if the program on the other side is not stuck.</summary>
    private static void RefuseMuch(Dump dump, FoundPair pair, long bytes, string what) =>
        pair.Master.Refuse(dump, Errno.Again, $"the master of {TerminalDevice.Path(pair.Number)}, with {bytes} or more bytes of {what} not read yet",
            "Try again when the programs at the terminal have read them.", passing: true);

    /// <summary>A seccomp filter may keep the program from making the calls; then all is where it was.</summary>
    private static void RefuseIfLess(Dump dump, FoundPair pair, int copied, long waiting)
    {
        if (copied < waiting)
        {
            pair.Master.Refuse(dump, Errno.NotSupported, $"the master of {TerminalDevice.Path(pair.Number)}, with {waiting} bytes not read, "
                + $"of which {copied} could be copied", "Try again when the programs at the terminal have read them.");
        }
    }

    private static long Unread(Fd side)
    {
        SysResult got = Sys.GetTerminalNumber(side, TerminalIoctl.Unread);
        return got.Ok ? got.Value : 0;
    }
}
