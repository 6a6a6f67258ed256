using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Calls that write input into a pair whose input queue is empty, such that the slave has the same lines again.</summary>
/// <remarks>
/// What is written to the master arrives by a worker of the kernel, and must have arrived when the settings change. poll(2) on a
/// slave that has nothing to be read (a line begun is nothing) waits for that worker (drivers/tty/n_tty.c: n_tty_poll()). If there
/// is something by then, the worker has begun with its buffer, and no settings get in before it is through with that: enough
/// for <see cref="InputStream.AtOnce"/> bytes. Of more, the rest might come late, so half a second is waited.
/// No call may fail for the rest not to be made, hence TryCall throughout: putting back goes on.
/// </remarks>
internal static class RefillProgram
{
    /// <summary>Bytes of output to write at once, when the kernel's buffers may not hold much more.</summary>
    public const int Piece = 256;

    private const long Worker = 500_000_000; // nanoseconds

    /// <summary>All that is saved of the input. Preconditions: packet mode is off; output is not stopped.</summary>
    /// <param name="program">Where the calls go.</param>
    /// <param name="master">Its number in the task.</param>
    /// <param name="slave">Its number in the task.</param>
    /// <param name="image">What is wanted in the end.</param>
    public static void Add(SyscallProgram program, int master, int slave, PseudoTerminal image)
    {
        if (image.Pushed)
        {
            // Switching ICANON on makes it a line.
            SetSettings(program, slave, TransitSettings.Raw(image));
            program.TryCall("write the input", SyscallNumber.Write, master, program.Input(image.Input.Span), image.Input.Length);
            AwaitArrival(program, slave);
        }
        else if (image.Input.Length > 0)
        {
            InputStream stream = InputStream.Of(image);
            byte[] bytes = stream.Encode();
            _ = AddStream(program, master, slave, stream, program.Input(bytes), bytes.Length);
            if (image.Lines.Count > 0 && bytes.Length > InputStream.AtOnce)
            {
                Wait(program, 0, 8);
            }
        }

        SetSettings(program, slave, image.Settings.ToByteArray());
        if (image.Stopped)
        {
            AddStop(program, master, slave, image);
        }

        SetPacketMode(program, master, image.Packets);
    }

    /// <summary>A stream that is known at the latest when it is written.</summary>
    /// <returns>How much was written: less than all of it if the kernel had no memory.</returns>
    public static Result AddStream(SyscallProgram program, int master, int slave, InputStream stream, Arg bytes, Arg length)
    {
        SetSettings(program, slave, stream.Settings);
        Result written = program.TryCall("write the input", SyscallNumber.Write, master, bytes, length);
        AwaitArrival(program, slave);
        return written;
    }

    /// <summary>Waits for the kernel's worker.</summary>
    /// <param name="program">Where the call goes.</param>
    /// <param name="mask">Signals to be blocked meanwhile, or none.</param>
    /// <param name="size">Of the mask. Another number than 8 is refused, and so nothing waited for (man 2 ppoll).</param>
    public static void Wait(SyscallProgram program, Arg mask, Arg size)
    {
        Data limit = program.Output(16);
        program.Put(limit, 8, Worker);
        program.TryCall("await the arrival", SyscallNumber.Ppoll, 0, 0, limit, mask, size);
    }

    /// <summary>Stops the output as the user would, by the stop character, or as tcflow(3) does where there is none.</summary>
    public static void AddStop(SyscallProgram program, int master, int slave, PseudoTerminal image)
    {
        ReadOnlySpan<byte> settings = image.Settings.Span;
        byte stop = settings[TerminalSettings.CharactersAt + TerminalSettings.Stop];
        if ((TerminalSettings.InputMode(settings) & TerminalSettings.FlowControl) != 0 && stop != 0)
        {
            program.TryCall("stop the terminal's output", SyscallNumber.Write, master, program.Input([stop]), 1);
            AwaitArrival(program, slave);
        }
        else
        {
            program.TryCall("stop the terminal's output", SyscallNumber.Ioctl, slave, TerminalIoctl.FlowControl, TerminalIoctl.OutputOff);
        }
    }

    public static void SetSettings(SyscallProgram program, int slave, byte[] settings) => program.TryCall(
        "change the settings", SyscallNumber.Ioctl, slave, TerminalIoctl.SetSettings, program.Input(settings));

    public static void SetPacketMode(SyscallProgram program, int master, bool on) => program.TryCall(
        "change the packet mode", SyscallNumber.Ioctl, master, TerminalIoctl.SetPacketMode, program.Input(on ? 1 : 0));

    private static void AwaitArrival(SyscallProgram program, int slave) => program.TryCall("await the arrival", SyscallNumber.Ppoll,
        program.Input(new PollEntry(slave, PollEvents.Readable)), 1, program.Output(16), 0, 8);
}
