using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>What waits to be read from the master: taken by the task that has it, and written to the slave again.</summary>
internal static class OutputCopy
{
    /// <summary>Fills <see cref="PseudoTerminal.Output"/>.</summary>
    /// <param name="pair">The terminal.</param>
    /// <param name="image">Complete but for what waits.</param>
    /// <param name="slave">Of the pair.</param>
    /// <param name="waiting">Bytes, as the kernel says.</param>
    public static void Take(FoundPair pair, PseudoTerminal image, BorrowedSlave slave, int waiting)
    {
        int master = pair.Master.Number;
        SyscallProgram program = new("copy the output that waits in a terminal");
        LockedSettings.Free(program, slave.Number, image);
        RefillProgram.SetPacketMode(program, master, false);
        Data bytes = program.Output(waiting);
        Result taken = program.TryCall("take what waits", SyscallNumber.Read, master, bytes, waiting);
        if (image.Stopped)
        {
            program.TryCall("start the output", SyscallNumber.Ioctl, slave.Number, TerminalIoctl.FlowControl, TerminalIoctl.OutputOn);
        }

        RefillProgram.SetSettings(program, slave.Number, TransitSettings.Output(image));
        Result put = program.TryCall("put it back", SyscallNumber.Write, slave.Number, bytes, taken);
        RefillProgram.SetSettings(program, slave.Number, image.Settings.ToByteArray());
        if (image.Stopped)
        {
            RefillProgram.AddStop(program, master, slave.Number, image);
        }

        LockedSettings.LockAgain(program, slave.Number, image);
        RefillProgram.SetPacketMode(program, master, image.Packets);
        ProgramOutcome outcome = slave.Host.Run(program).OrRefuse(slave.Host.Pid);
        int length = (int)Math.Max(outcome[taken].Value, 0);
        image.Output = ByteString.CopyFrom(outcome.Bytes(bytes)[..length]);
        if (outcome[put].Value < length)
        {
            // The kernel had no memory for its buffers (GFP_ATOMIC).
            throw new RefusedException(slave.Host.Pid, Errno.NoMemory, $"{length} bytes of {TerminalDevice.Path(pair.Number)} could not all be put back",
                "Some are lost to the program. Nothing was saved.", "The machine has no memory left.");
        }
    }
}
