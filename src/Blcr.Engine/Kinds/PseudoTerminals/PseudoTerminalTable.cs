using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>The pseudo-terminals whose masters are in the tree, and every description of their slaves.</summary>
/// <remarks>A pair has one master, and that has one description: opening it again through /proc makes another pair.</remarks>
internal sealed class PseudoTerminalTable
{
    private readonly Dictionary<uint, FoundPair> _pairs = [];
    private readonly Dictionary<uint, FoundPair> _ofSlave = []; // by id of the description

    /// <summary>Pairs by number.</summary>
    public IReadOnlyDictionary<uint, FoundPair> Pairs => _pairs;

    public static PseudoTerminalTable Of(DescriptionTable descriptions)
    {
        PseudoTerminalTable table = new();
        foreach (FoundDescription found in descriptions.All)
        {
            if (TerminalDevice.IsMaster(found) && Ask(found, TerminalIoctl.GetNumber) is { Ok: true } number)
            {
                table._pairs[(uint)number.Value] = new FoundPair((uint)number.Value, found);
            }
        }

        if (table._pairs.Count > 0)
        {
            table.AddSlaves(descriptions);
        }

        return table;
    }

    /// <summary>The pair that a live description of a slave belongs to, also one opened as /dev/tty; null: none of ours.</summary>
    public FoundPair? OfSlave(FoundDescription found) => _ofSlave.GetValueOrDefault(found.Image.Id);

    /// <summary>Whether a slave was hung up: its master is closed, or its session has ended (man 2 vhangup).</summary>
    public static bool IsHungUp(FoundDescription found) =>
        TerminalDevice.IsSlave(found) && Ask(found, TerminalIoctl.GetDevice).Error == Errno.InputOutput;

    private void AddSlaves(DescriptionTable descriptions)
    {
        foreach (FoundDescription found in descriptions.All)
        {
            bool terminal = TerminalDevice.IsSlave(found) || TerminalDevice.IsControlling(found);
            if (terminal && Ask(found, TerminalIoctl.GetDevice) is { Ok: true } device
                && TerminalDevice.NumberOf(device.Value) is uint number && _pairs.TryGetValue(number, out FoundPair? pair)
                && (TerminalDevice.IsControlling(found) || found.Status.Device == pair.FileSystem))
            {
                pair.Slaves.Add(found);
                _ofSlave.Add(found.Image.Id, pair);
            }
        }
    }

    private static SysResult Ask(FoundDescription found, long request)
    {
        using Fd duplicate = found.Duplicate();
        return Sys.GetTerminalNumber(duplicate, request);
    }
}

/// <summary>A pseudo-terminal of the tree.</summary>
internal sealed class FoundPair(uint number, FoundDescription master)
{
    public uint Number { get; } = number;

    public FoundDescription Master { get; } = master;

    /// <summary>Open descriptions of the slave that are not hung up.</summary>
    public List<FoundDescription> Slaves { get; } = [];

    /// <summary>st_dev of the devpts that it is in. A master opened elsewhere (/dev/ptmx in a devtmpfs) belongs to the
    /// devpts mounted beside it, as "pts" (fs/devpts/inode.c: devpts_mntget()).</summary>
    public ulong FileSystem { get; } = FileSystemOf(master);

    private static ulong FileSystemOf(FoundDescription master)
    {
        string folder = master.Name[..Math.Max(master.Name.LastIndexOf('/'), 0)];
        string beside = $"/proc/{master.Process.Pid}/root{folder}/pts";
        return Sys.Status(beside, out FileStatus status).Ok ? status.Device : master.Status.Device;
    }
}
