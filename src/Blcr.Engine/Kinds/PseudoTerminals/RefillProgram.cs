using System.Buffers.Binary;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Writes saved input into a pair whose input queue is empty, such that the slave has the same lines again.</summary>
/// <remarks>Input is processed when it arrives, by a worker of the kernel, under the settings of that moment. So it is
/// written under neutral ones, and behind it a character that stops the output: in packet mode the master shows that
/// (POLLPRI), and then all has arrived. Starting the output is done by the next settings, at once (n_tty_set_termios()).</remarks>
internal static class RefillProgram
{
    /// <summary>Bytes to write at once, when the kernel's buffers may not hold much more.</summary>
    public const int Piece = 256;

    private const int Patience = 5; // seconds; a queue full to the last byte does not take the stop character

    /// <summary>Preconditions: packet mode is off or may be cleared; output is not stopped, or image.Stopped.</summary>
    /// <param name="program">Where the calls go.</param>
    /// <param name="master">Its number in the task.</param>
    /// <param name="slave">Its number in the task.</param>
    /// <param name="image">What is wanted in the end.</param>
    public static void Add(SyscallProgram program, int master, int slave, PseudoTerminal image)
    {
        if (image.Input.Length > 0)
        {
            AddInput(program, master, slave, image);
        }

        program.TryCall("set the terminal's settings", SyscallNumber.Ioctl, slave, TerminalIoctl.SetSettings, program.Input(image.Settings.ToByteArray()));
        if (image.Stopped)
        {
            AddStop(program, master, slave, image);
        }

        program.TryCall("set the packet mode", SyscallNumber.Ioctl, master, TerminalIoctl.SetPacketMode, program.Input(image.Packets ? 1 : 0));
    }

    /// <summary>Settings under which bytes pass as they are, both ways. Lines that wait become one (ICANON is off).</summary>
    /// <param name="image">Whose speeds and the like stay.</param>
    /// <param name="keepStopped">Takes IXON over from the saved settings: switching it off starts stopped output.</param>
    public static byte[] Unprocessed(PseudoTerminal image, bool keepStopped)
    {
        byte[] settings = image.Settings.ToByteArray();
        uint input = keepStopped ? TerminalSettings.InputMode(settings) & TerminalSettings.FlowControl : 0;
        BinaryPrimitives.WriteUInt32LittleEndian(settings, input);
        uint output = TerminalSettings.OutputMode(settings) & ~TerminalSettings.Processing;
        BinaryPrimitives.WriteUInt32LittleEndian(settings.AsSpan(TerminalSettings.OutputModeAt), output);
        BinaryPrimitives.WriteUInt32LittleEndian(settings.AsSpan(TerminalSettings.LocalModeAt), 0);
        settings.AsSpan(TerminalSettings.CharactersAt, TerminalSettings.Characters).Clear(); // 0: no such character
        settings[TerminalSettings.CharactersAt + TerminalSettings.Least] = 1;
        return settings;
    }

    /// <summary>Settings under which output passes as it is; nothing is changed for the input that waits.</summary>
    /// <param name="image">The saved settings.</param>
    /// <param name="start">Starts output that ^S has stopped.</param>
    public static byte[] OutputUnprocessed(PseudoTerminal image, bool start)
    {
        byte[] settings = image.Settings.ToByteArray();
        uint input = TerminalSettings.InputMode(settings) & ~(start ? TerminalSettings.FlowControl : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(settings, input);
        uint output = TerminalSettings.OutputMode(settings) & ~TerminalSettings.Processing;
        BinaryPrimitives.WriteUInt32LittleEndian(settings.AsSpan(TerminalSettings.OutputModeAt), output);
        return settings;
    }

    /// <summary>Stops the output as the user would, by the stop character, or as tcflow(3) does where there is none.</summary>
    public static void AddStop(SyscallProgram program, int master, int slave, PseudoTerminal image)
    {
        ReadOnlySpan<byte> settings = image.Settings.Span;
        byte stop = settings[TerminalSettings.CharactersAt + TerminalSettings.Stop];
        if ((TerminalSettings.InputMode(settings) & TerminalSettings.FlowControl) != 0 && stop != 0)
        {
            program.TryCall("stop the terminal's output", SyscallNumber.Write, master, program.Input([stop]), 1);
        }
        else
        {
            program.TryCall("stop the terminal's output", SyscallNumber.Ioctl, slave, TerminalIoctl.FlowControl, TerminalIoctl.OutputOff);
        }
    }

    private static void AddInput(SyscallProgram program, int master, int slave, PseudoTerminal image)
    {
        byte[] input = image.Input.ToByteArray();
        byte[] unused = Unused(image);
        bool lines = !image.Pushed && (TerminalSettings.LocalMode(image.Settings.Span) & TerminalSettings.Canonical) != 0;
        byte[] started = Unprocessed(image, keepStopped: false);
        if (unused.Length < 2)
        {
            Write(program, master, slave, started, input, barrier: false);
            return;
        }

        byte[] neutral = [.. started];
        Span<byte> characters = neutral.AsSpan(TerminalSettings.CharactersAt);
        characters[TerminalSettings.Stop] = unused[0];
        BinaryPrimitives.WriteUInt32LittleEndian(neutral, TerminalSettings.FlowControl);
        if (lines)
        {
            ReadOnlySpan<byte> wanted = image.Settings.Span[TerminalSettings.CharactersAt..];
            characters[TerminalSettings.EndOfFile] = unused[1];
            characters[TerminalSettings.EndOfLine] = wanted[TerminalSettings.EndOfLine];
            characters[TerminalSettings.SecondEndOfLine] = wanted[TerminalSettings.SecondEndOfLine];
            uint modes = TerminalSettings.LocalMode(image.Settings.Span) & (TerminalSettings.Canonical | TerminalSettings.Extended);
            BinaryPrimitives.WriteUInt32LittleEndian(neutral.AsSpan(TerminalSettings.LocalModeAt), modes);
            MarkEnds(input, image, unused[1]);
            BinaryPrimitives.WriteUInt32LittleEndian(started.AsSpan(TerminalSettings.LocalModeAt), modes);
        }

        program.TryCall("start the terminal's output", SyscallNumber.Ioctl, slave, TerminalIoctl.FlowControl, TerminalIoctl.OutputOn);
        program.TryCall("start the terminal's output", SyscallNumber.Ioctl, slave, TerminalIoctl.SetSettings, program.Input(neutral));
        program.TryCall("start the terminal's output", SyscallNumber.Ioctl, slave, TerminalIoctl.SetSettings, program.Input(started));
        Write(program, master, slave, neutral, [.. input, unused[0]], barrier: true);
        program.TryCall("start the terminal's output", SyscallNumber.Ioctl, slave, TerminalIoctl.SetSettings, program.Input(started));
    }

    private static void Write(SyscallProgram program, int master, int slave, byte[] settings, byte[] bytes, bool barrier)
    {
        program.TryCall("set neutral settings", SyscallNumber.Ioctl, slave, TerminalIoctl.SetSettings, program.Input(settings));
        program.TryCall("clear the packet status", SyscallNumber.Ioctl, master, TerminalIoctl.SetPacketMode, program.Input(0));
        program.TryCall("await the arrival", SyscallNumber.Ioctl, master, TerminalIoctl.SetPacketMode, program.Input(1));
        program.TryCall("write the input", SyscallNumber.Write, master, program.Input(bytes), bytes.Length);
        AwaitArrival(program, barrier ? master : -1);
        program.TryCall("clear the packet status", SyscallNumber.Ioctl, master, TerminalIoctl.SetPacketMode, program.Input(0));
    }

    /// <summary>Asks again and again: the kernel wakes for POLLIN, which is there in any case when output waits, and not for
    /// POLLPRI (drivers/tty/pty.c: pty_stop()). Once it is there, the rest of the questions take no time.</summary>
    private static void AwaitArrival(SyscallProgram program, int master)
    {
        Data entry = program.Input(new PollEntry(master, PollEvents.Urgent));
        foreach ((int milliseconds, int times) in ((int, int)[])[(1, 20), (10, 20), (100, master >= 0 ? Patience * 10 : 0)])
        {
            Data limit = program.Output(16);
            program.Put(limit, 8, milliseconds * 1_000_000L);
            for (int i = 0; i < times; i++)
            {
                program.TryCall("await the arrival", SyscallNumber.Ppoll, entry, 1, limit, 0, 8);
            }
        }
    }

    private static void MarkEnds(byte[] input, PseudoTerminal image, byte endOfFile)
    {
        int at = 0;
        foreach (uint length in image.Lines)
        {
            at += (int)length;
            if (at > 0 && at <= input.Length && input[at - 1] == 0)
            {
                input[at - 1] = endOfFile;
            }
        }
    }

    /// <summary>Characters that do not occur in the input and end no line.</summary>
    private static byte[] Unused(PseudoTerminal image)
    {
        bool[] used = new bool[256];
        used[0] = used['\n'] = true;
        foreach (byte each in image.Input.Span)
        {
            used[each] = true;
        }

        foreach (byte each in image.Settings.Span.Slice(TerminalSettings.CharactersAt, TerminalSettings.Characters))
        {
            used[each] = true;
        }

        return [.. Enumerable.Range(0, 256).Where(each => !used[each]).Select(each => (byte)each).Take(2)];
    }
}
