using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>The programs that take what waits in a pair, keep a copy and put it back (see <see cref="WaitingBytes"/>).</summary>
/// <remarks>No call of theirs may fail for the rest not to be made, hence TryCall throughout: putting back goes on.</remarks>
internal sealed class TerminalTurn(FoundPair pair, PseudoTerminal image, BorrowedSlave slave, bool stopped) : IDisposable
{
    private const int Most = 64 << 10;       // of one splice: what a pipe takes
    private const int NonBlock = 2;          // SPLICE_F_NONBLOCK
    private const int ManyReads = 12;        // more than a queue and its flip buffers hold, at 4095 bytes a read
    private const int ManyWrites = 160;      // the same at 256 bytes
    private const int Pause = 8;             // writes after which the kernel's worker gets a millisecond to make room
    private const int BytesInPipe = 0x541b;  // FIONREAD

    private readonly int _master = pair.Master.Number;
    private TransitPipes? _pipes;

    private TransitPipes Pipes => _pipes ??= TransitPipes.Open(slave.Host);

    /// <summary>Whether output is stopped. Certain from the beginning unless the queue was full.</summary>
    public bool Stopped { get; private set; } = stopped;

    /// <summary>Slave → master.</summary>
    public byte[] CopyOutput(bool many)
    {
        TransitPipes pipes = Pipes;
        bool mustStart = many || Stopped;
        SyscallProgram program = new("copy the output that waits in a terminal");
        SetPacketMode(program, false);
        if (many)
        {
            SetBlocking(program, false);
        }

        Take(program, _master, pipes, many);
        if (many)
        {
            SetBlocking(program, true);
        }

        Result writable = program.TryCall("ask whether output is stopped", SyscallNumber.Ppoll, Entry(program, slave.Number, PollEvents.Writable), 1,
            program.Output(16), 0, 8);
        if (mustStart)
        {
            program.TryCall("start the output", SyscallNumber.Ioctl, slave.Number, TerminalIoctl.FlowControl, TerminalIoctl.OutputOn);
        }

        SetSettings(program, RefillProgram.OutputUnprocessed(image, start: mustStart));
        Keep(program, pipes);
        PutBack(program, pipes, slave.Number, many);
        SetSettings(program, image.Settings.ToByteArray());
        SetPacketMode(program, image.Packets);
        ProgramOutcome outcome = slave.Host.Run(program);

        Stopped |= outcome[writable].Ok && outcome[writable].Value == 0;
        FinishPuttingBack(pipes, slave.Number, RefillProgram.OutputUnprocessed(image, start: true));
        if (Stopped)
        {
            SyscallProgram again = new("stop the output of a terminal again");
            RefillProgram.AddStop(again, _master, slave.Number, image);
            _ = slave.Host.Run(again);
        }

        return pipes.Copy(slave.Host.Pid);
    }

    /// <summary>Master → slave. Lines of canonical input are one afterwards.</summary>
    public byte[] CopyInput(bool many)
    {
        TransitPipes pipes = Pipes;
        SyscallProgram program = new("copy the input that waits in a terminal");
        SetPacketMode(program, false);
        byte[] unprocessed = RefillProgram.Unprocessed(image, keepStopped: image.Stopped);
        SetSettings(program, unprocessed);
        Take(program, slave.Number, pipes, many);

        // What was taken arrives there again by a worker of the kernel, and must have, when the settings change. So we wait
        // for n bytes to be readable, by way of VMIN (man 3 termios; n_tty.c: input_available_p()); the number is put into
        // the settings, and into the time limit in seconds, by FIONREAD. Behind it is
        // character 7, which Linux does not know. Of more than 255 bytes VMIN has the lowest only, and we may wait too
        // short. That harms only bytes that the settings would treat differently from when they came first.
        Data counting = program.Input(unprocessed);
        Data limit = program.Output(16);
        program.TryCall("count what was taken", SyscallNumber.Ioctl, pipes.Reader, BytesInPipe,
            counting.At(TerminalSettings.CharactersAt + TerminalSettings.Least));
        program.TryCall("count what was taken", SyscallNumber.Ioctl, pipes.Reader, BytesInPipe, limit);
        program.TryCall("count arrivals", SyscallNumber.Ioctl, slave.Number, TerminalIoctl.SetSettings, counting);
        Keep(program, pipes);
        PutBack(program, pipes, _master, many);
        program.TryCall("await the arrival", SyscallNumber.Ppoll, Entry(program, slave.Number, PollEvents.Readable), 1, limit, 0, 8);
        SetSettings(program, image.Settings.ToByteArray());
        SetPacketMode(program, image.Packets);
        _ = slave.Host.Run(program);
        FinishPuttingBack(pipes, _master, unprocessed);
        return pipes.Copy(slave.Host.Pid);
    }

    /// <summary>Takes input once more, and writes it line by line.</summary>
    public void MakeLinesAgain()
    {
        TransitPipes pipes = Pipes;
        SyscallProgram program = new("make the lines again that wait in a terminal");
        SetPacketMode(program, false);
        SetSettings(program, RefillProgram.Unprocessed(image, keepStopped: image.Stopped));
        Take(program, slave.Number, pipes, many: image.Input.Length >= 4095);
        RefillProgram.Add(program, _master, slave.Number, image);
        _ = slave.Host.Run(program);
    }

    public void Dispose() => _pipes?.Dispose();

    private static void Take(SyscallProgram program, int from, TransitPipes pipes, bool many)
    {
        for (int i = 0; i < (many ? ManyReads : 1); i++)
        {
            program.TryCall("take what waits", SyscallNumber.Splice, from, 0, pipes.Writer, 0, Most, NonBlock);
            if (many)
            {
                program.TryCall("bring in what is under way", SyscallNumber.Ppoll, Entry(program, from, PollEvents.Readable), 1, program.Output(16), 0, 8);
            }
        }
    }

    private static void Keep(SyscallProgram program, TransitPipes pipes) =>
        program.TryCall("keep a copy", SyscallNumber.Tee, pipes.Reader, pipes.CopyWriter, Most, NonBlock);

    /// <summary>Much is put back in small pieces, which fill the kernel's buffers without a gap: two to each of the
    /// smallest (drivers/tty/tty_buffer.c: MIN_TTYB_SIZE). So they hold again what they held before.</summary>
    private static void PutBack(SyscallProgram program, TransitPipes pipes, int to, bool many)
    {
        Data millisecond = program.Output(16);
        program.Put(millisecond, 8, 1_000_000);
        for (int i = 0; i < (many ? ManyWrites : 1); i++)
        {
            program.TryCall("put it back", SyscallNumber.Splice, pipes.Reader, 0, to, 0, many ? RefillProgram.Piece : Most, NonBlock);
            if (many && i % Pause == Pause - 1)
            {
                program.TryCall("let the kernel make room", SyscallNumber.Ppoll, 0, 0, millisecond, 0, 8);
            }
        }
    }

    /// <summary>Only if the kernel's worker was late: goes on until all is back.</summary>
    private void FinishPuttingBack(TransitPipes pipes, int to, byte[] settings)
    {
        Deadline patience = Deadline.In(TimeSpan.FromSeconds(10));
        while (pipes.Left > 0)
        {
            SyscallProgram program = new("put back what waits in a terminal");
            SetSettings(program, settings);
            PutBack(program, pipes, to, many: true);
            SetSettings(program, image.Settings.ToByteArray());
            _ = slave.Host.Run(program);
            if (patience.Passed)
            {
                throw new RefusedException(slave.Host.Pid, Errno.TimedOut, $"{pipes.Left} bytes of {TerminalDevice.Path(pair.Number)} could not be put back",
                    "They are lost to the program. Nothing was saved.", "Tell the developers.");
            }
        }
    }

    private void SetBlocking(SyscallProgram program, bool asSaved) => program.TryCall("change how the master is read", SyscallNumber.Fcntl,
        _master, (int)FcntlCommand.SetStatusFlags, (long)(asSaved ? pair.Master.Flags : pair.Master.Flags | OpenFlags.NonBlocking));

    private void SetPacketMode(SyscallProgram program, bool on)
    {
        if (image.Packets)
        {
            program.TryCall("change the packet mode", SyscallNumber.Ioctl, _master, TerminalIoctl.SetPacketMode, program.Input(on ? 1 : 0));
        }
    }

    private void SetSettings(SyscallProgram program, byte[] settings) => program.TryCall(
        "change the settings", SyscallNumber.Ioctl, slave.Number, TerminalIoctl.SetSettings, program.Input(settings));

    private static Data Entry(SyscallProgram program, int number, PollEvents events) => program.Input(new PollEntry(number, events));
}
