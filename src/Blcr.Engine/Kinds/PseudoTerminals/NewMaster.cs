using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>A new pair, with the number that is wanted if it is free.</summary>
/// <remarks>The kernel gives the lowest free number (fs/devpts/inode.c: devpts_new_index()), so pairs are made until
/// ours comes up, and the others closed again. With the rights of the context file's owner: the slave is theirs.</remarks>
internal static class NewMaster
{
    private const OpenFlags Flags = OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec;

    public static Fd Open(Rebuilding rebuilding, uint wanted, SavedDescription saved)
    {
        List<Fd> tried = [];
        try
        {
            while (true)
            {
                Fd master = OpenAny(rebuilding, saved, out uint number);
                if (number == wanted)
                {
                    return master;
                }

                tried.Add(master);
                if (number > wanted)
                {
                    return Another(rebuilding, tried, number, wanted);
                }
            }
        }
        finally
        {
            tried.ForEach(master => master.Dispose());
        }
    }

    /// <summary>The last one: it is above those that somebody else may be waiting for.</summary>
    private static Fd Another(Rebuilding rebuilding, List<Fd> tried, uint number, uint wanted)
    {
        Fd last = tried[^1];
        tried.RemoveAt(tried.Count - 1);
        rebuilding.Plan.Diagnostics.Add($"terminal {TerminalDevice.Path(wanted)} is {TerminalDevice.Path(number)} now: "
            + "a program that remembers its name (ttyname) has the old one");
        return last;
    }

    private static Fd OpenAny(Rebuilding rebuilding, SavedDescription saved, out uint number)
    {
        SysResult<Fd> opened;
        using (rebuilding.Plan.Rights.Enter())
        {
            opened = Sys.Open("/dev/ptmx", Flags);
        }

        Fd master = opened.Value ?? throw saved.Failed(opened.Error, "is a pseudo-terminal, and /dev/ptmx cannot be opened");
        SysResult got = Sys.GetTerminalNumber(master, TerminalIoctl.GetNumber);
        number = (uint)got.Value;
        if (got.Ok)
        {
            return master;
        }

        master.Dispose();
        throw saved.Failed(got.Error, "is a pseudo-terminal, and /dev/ptmx here makes none");
    }
}
