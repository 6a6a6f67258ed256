using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>What waits to be read from the slave: taken by the task that has the master, written down so that it can be
/// put back (<see cref="InputStream"/>), and put back, lines as lines: by one program, which needs nobody to know what it took.</summary>
internal sealed class InputCopy
{
    private const int MostAtOnce = 4096; // N_TTY_BUF_SIZE
    private const int FirstPart = 256;   // of a line begun; with it and all lines the stream is within InputStream.AtOnce

    private readonly FoundPair _pair;
    private readonly PseudoTerminal _image;
    private readonly BorrowedSlave _slave;
    private readonly InputStream _stream;
    private readonly SyscallProgram _program = new("copy the input that waits in a terminal");
    private readonly Data _bytes; // what is read, and behind that the stream

    private InputCopy(FoundPair pair, PseudoTerminal image, BorrowedSlave slave)
    {
        _pair = pair;
        _image = image;
        _slave = slave;
        _stream = InputStream.Of(image);
        _bytes = _program.Output(MostAtOnce + (3 * MostAtOnce) + sizeof(int));
    }

    /// <summary>Fills <see cref="PseudoTerminal.Input"/> and <see cref="PseudoTerminal.Lines"/>.</summary>
    /// <param name="pair">The terminal.</param>
    /// <param name="image">Complete but for its input.</param>
    /// <param name="slave">Of the pair. Nobody writes to it, and what was written has arrived, unless lines wait.</param>
    /// <param name="lines">Complete lines wait.</param>
    public static void Take(FoundPair pair, PseudoTerminal image, BorrowedSlave slave, bool lines) => new InputCopy(pair, image, slave).Take(lines);

    private void Take(bool lines)
    {
        // A member of its background may not read a terminal of its own: then nothing may be changed either (EIO, man 2 read).
        _program.CallExpecting(0, "read the terminal", SyscallNumber.Read, _slave.Number, _bytes, 0);
        LockedSettings.Free(_program, _slave.Number, _image);
        RefillProgram.SetPacketMode(_program, _pair.Master.Number, false);

        // A read that finds nothing waits for what is still to arrive, so all has arrived when the lines are taken.
        Arg soFar = 0;
        if (lines)
        {
            soFar = Transcribe(_stream.Lines, "take the lines that wait", _slave.Number, soFar, Read(MostAtOnce));
        }

        if (TransitSettings.AreCanonical(_image))
        {
            RefillProgram.SetSettings(_program, _slave.Number, TransitSettings.Raw(_image));
        }

        soFar = Transcribe(_stream.Rest, "take what waits", -1, soFar, Read(FirstPart));
        Result more = Read(MostAtOnce);
        Result length = Transcribe(_stream.Rest, "take what waits", _slave.Number, soFar, more);
        Result written = RefillProgram.AddStream(_program, _pair.Master.Number, _slave.Number, _stream, _bytes.At(MostAtOnce), length);
        if (lines)
        {
            WaitIfLong(more);
        }

        RefillProgram.SetSettings(_program, _slave.Number, _image.Settings.ToByteArray());
        LockedSettings.LockAgain(_program, _slave.Number, _image);
        RefillProgram.SetPacketMode(_program, _pair.Master.Number, _image.Packets);
        ProgramOutcome outcome = _slave.Host.Run(_program).OrRefuse(_slave.Host.Pid);

        ReadOnlySpan<byte> stream = outcome.Bytes(_bytes).Slice(MostAtOnce, (int)outcome[length].Value);
        PutBackMore(stream[(int)Math.Clamp(outcome[written].Value, 0, stream.Length)..]);
        _stream.Decode(stream);
    }

    private Result Read(int most) => _program.TryCall("take what waits", SyscallNumber.Read, _slave.Number, _bytes, most);

    private Result Transcribe(Transcription how, string what, int from, Arg soFar, Result piece) =>
        how.Add(_program, what, from, _bytes, MostAtOnce, soFar, piece);

    /// <summary>Waits only if there was more than the first part, by calls that fail if not: reading so many bytes of
    /// an eventfd gives 8 or an error, and 8 is the size a signal mask must have.</summary>
    private void WaitIfLong(Result more)
    {
        Result counter = _program.TryCall("make an eventfd", SyscallNumber.Eventfd2, 1, (long)(OpenFlags.CloseOnExec | OpenFlags.NonBlocking));
        _program.CloseAtLeave(counter);
        Result eight = _program.TryCall("see whether there was much", SyscallNumber.Read, counter, _program.Output(MostAtOnce), more);
        RefillProgram.Wait(_program, _program.Input(ulong.MaxValue), eight);
    }

    /// <summary>Only if the kernel had no memory for its buffers (GFP_ATOMIC) when it was to take all of it.</summary>
    private void PutBackMore(ReadOnlySpan<byte> left)
    {
        Deadline patience = Deadline.In(TimeSpan.FromSeconds(10));
        while (left.Length > 0)
        {
            SyscallProgram program = new("put back what waits in a terminal");
            LockedSettings.Free(program, _slave.Number, _image);
            Result written = RefillProgram.AddStream(program, _pair.Master.Number, _slave.Number, _stream, program.Input(left), left.Length);
            RefillProgram.SetSettings(program, _slave.Number, _image.Settings.ToByteArray());
            LockedSettings.LockAgain(program, _slave.Number, _image);
            left = left[(int)Math.Clamp(_slave.Host.Run(program)[written].Value, 0, left.Length)..];
            if (patience.Passed)
            {
                throw new RefusedException(_slave.Host.Pid, Errno.NoMemory, $"{left.Length} bytes of {TerminalDevice.Path(_pair.Number)} could not be put back",
                    "They are lost to the program. Nothing was saved.", "The machine has no memory left.");
            }
        }
    }
}
