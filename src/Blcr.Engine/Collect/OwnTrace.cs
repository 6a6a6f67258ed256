using System.Buffers.Binary;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Collect;

/// <summary>What is left of cr_checkpoint itself in the checkpoint of whoever started it: a child that has ended well and is
/// still to be waited for (docs/decisions/0013).</summary>
/// <remarks>So that a job script may say `cr_checkpoint --tree $$`. It waits for the command, and after a restart finds what it
/// would have found if the command had ended just then: exit status 0, and the signal that tells of it.</remarks>
internal static class OwnTrace
{
    private const ulong IgnoreHandler = 1;  // SIG_IGN
    private const ulong NoZombies = 2;      // SA_NOCLDWAIT
    private const int HasExited = 1;        // CLD_EXITED

    /// <summary>Adds it, if its parent is in the image and would see it.</summary>
    public static void Leave(Dump dump)
    {
        if (ProcStat.Read(Sys.Getpid()).Value is not { } self || ParentIn(dump, self) is not { } parent
            || parent.Image.Attributes?.SignalActions.Count != Signal.Last)
        {
            return;
        }

        Image.SignalAction action = parent.Image.Attributes.SignalActions[Signal.Child - 1];
        if (action.Handler == IgnoreHandler || (action.Flags & NoZombies) != 0)
        {
            return; // its children vanish when they end (man 2 wait4, "ECHILD")
        }

        ProcessImage trace = ZombieCollector.Of(self);
        dump.Image.Processes.Add(trace);
        int signal = (int)trace.Attributes.ExitSignal;
        if (signal != 0 && !parent.Image.Attributes.Pending.Any(info => BinaryPrimitives.ReadInt32LittleEndian(info.Span) == signal))
        {
            parent.Image.Attributes.Pending.Add(Told(self, signal));
        }
    }

    /// <summary>Whether we hold the reading (or writing) side of a pipe as one of our standard streams. If our parent is
    /// saved, nobody will hold it after a restart: $(cr_checkpoint …) in a script.</summary>
    public static bool Holds(Dump dump, in FileStatus pipe, bool readingSide)
    {
        if (ProcStat.Read(Sys.Getpid()).Value is not { } self || ParentIn(dump, self) is null)
        {
            return false;
        }

        for (int number = 0; number <= 2; number++)
        {
            SysResult flags = Sys.Fcntl(number, FcntlCommand.GetStatusFlags);
            if (flags.Ok && (((OpenFlags)flags.Value & OpenFlags.AccessMode) == OpenFlags.ReadOnly) == readingSide
                && Sys.Status($"/proc/self/fd/{number}", out FileStatus own).Ok && own.IsSameFile(pipe))
            {
                return true;
            }
        }

        return false;
    }

    private static FrozenProcess? ParentIn(Dump dump, ProcStat self) => dump.Processes.Find(process => process.Pid == self.Parent);

    // siginfo_t of a child that has ended: signo, errno, code, a gap, pid, uid, status (include/uapi/asm-generic/siginfo.h).
    private static ByteString Told(ProcStat self, int signal)
    {
        Span<byte> info = stackalloc byte[Sys.SigInfoSize];
        info.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(info, signal);
        BinaryPrimitives.WriteInt32LittleEndian(info[8..], HasExited);
        BinaryPrimitives.WriteInt32LittleEndian(info[16..], self.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(info[20..], (uint)(ProcStatus.Read(self.Id).Value?.Decimal("Uid") ?? 0));
        return ByteString.CopyFrom(info);
    }
}
