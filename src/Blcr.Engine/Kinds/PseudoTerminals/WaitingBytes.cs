using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>What waits in a pair to be read, on both sides, copied without loss to the application.</summary>
/// <remarks>
/// The kernel has no way to peek at it: what is read is gone, and must be put back. So nothing is read by us. A program in the
/// task that holds the master takes the bytes and writes them back at the other side, with settings under which they pass
/// unprocessed. Once begun the program runs to its end, whatever happens to us (<see cref="SyscallPrograms.InjectedRunner"/>), so
/// all is back, each line a line, at any instant the application could look.
/// Most often nothing waits; then only canonical input is looked at like that, for a line begun cannot be seen from outside.
/// </remarks>
internal static class WaitingBytes
{
    private const int MostOfLines = 600; // quoted throughout they are within InputStream.AtOnce
    private const int QueueFull = 4095;  // N_TTY_BUF_SIZE less one: behind it more may wait, in the flip buffers

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
        SysResult ready = Sys.Poll(slave.File, PollEvents.Readable | PollEvents.Writable, 0); // the same for input
        image.Stopped = ready.Ok && !((PollEvents)ready.Value).HasFlag(PollEvents.Writable);
        if (output > 0)
        {
            OutputCopy.Take(pair, image, slave, (int)output);
            RefuseIfLess(dump, pair, image.Output.Length, output);
        }

        bool lines = TransitSettings.AreCanonical(image) && ready.Ok && ((PollEvents)ready.Value).HasFlag(PollEvents.Readable);
        long input = Unread(slave.File);
        if (input >= (lines ? MostOfLines : QueueFull))
        {
            RefuseMuch(dump, pair, input, "input");
        }
        else if (input > 0 || TransitSettings.AreCanonical(image))
        {
            InputCopy.Take(pair, image, slave, lines);
            RefuseIfLess(dump, pair, image.Input.Length, input);
        }
    }

    /// <summary>So much cannot be put back with certainty if we are killed meanwhile: the kernel's worker may be too late to make
    /// room. It is read in a moment, if the program on the other side is not stuck.</summary>
    private static void RefuseMuch(Dump dump, FoundPair pair, long bytes, string what) =>
        pair.Master.Refuse(dump, Errno.Again, $"the master of {TerminalDevice.Path(pair.Number)}, with {bytes} or more bytes of {what} not read yet",
            "Try again when the programs at the terminal have read them.", passing: true);

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
