using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Every open file description held by the frozen tree, each once, whatever number of descriptors share it.</summary>
/// <remarks>kcmp(2) tells whether two descriptors are one description, and gives all of them an order, so that finding
/// one costs log n comparisons.</remarks>
public sealed class DescriptionTable
{
    private readonly List<FoundDescription> _byKernelOrder = [];
    private readonly List<FoundDescription> _all = [];
    private readonly Dictionary<(ulong Device, ulong Inode), List<FoundDescription>> _byFile = [];

    /// <summary>In the order they were found; an id is an index + 1.</summary>
    public IReadOnlyList<FoundDescription> All => _all;

    /// <summary>The description behind a descriptor; made by <paramref name="look"/> if it is met for the first time.</summary>
    /// <returns>null when the descriptor is gone or the kernel cannot compare (<paramref name="error"/> tells).</returns>
    public FoundDescription? Find(FrozenProcess process, int number, Func<uint, FoundDescription?> look, out Errno error)
    {
        int place = Search(other => Sys.Kcmp(process.Pid, other.Process.Pid, KcmpType.File, number, other.Number), out error);
        if (error != Errno.None)
        {
            return null;
        }

        if (place >= 0)
        {
            return _byKernelOrder[place];
        }

        FoundDescription? found = look((uint)_all.Count + 1);
        if (found is null)
        {
            error = Errno.BadDescriptor;
            return null;
        }

        _all.Add(found);
        OfFile(found.Status).Add(found);
        _byKernelOrder.Insert(~place, found);
        return found;
    }

    /// <summary>All descriptions of one file (of a pipe: its ends).</summary>
    public List<FoundDescription> OfFile(in FileStatus status)
    {
        if (!_byFile.TryGetValue((status.Device, status.Inode), out List<FoundDescription>? ofFile))
        {
            ofFile = [];
            _byFile.Add((status.Device, status.Inode), ofFile);
        }

        return ofFile;
    }

    /// <summary>The description that a descriptor inside another object refers to (a member of an epoll set).</summary>
    /// <param name="compare">kcmp(2) of a known description with the one looked for, in this order.</param>
    public FoundDescription? FindReferred(Func<FoundDescription, SysResult> compare)
    {
        int place = Search(other => Turned(compare(other)), out Errno error);
        return error == Errno.None && place >= 0 ? _byKernelOrder[place] : null;
    }

    // Binary search; a negative answer is the complement of where it belongs. kcmp: 0 equal, 1 less, 2 greater.
    private int Search(Func<FoundDescription, SysResult> compare, out Errno error)
    {
        error = Errno.None;
        int low = 0;
        int high = _byKernelOrder.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            SysResult order = compare(_byKernelOrder[middle]);
            if (!order.Ok || order.Value > 2)
            {
                error = order.Ok ? Errno.NotSupported : order.Error;
                return 0;
            }

            switch (order.Value)
            {
                case 0:
                    return middle;
                case 1:
                    high = middle;
                    break;
                default:
                    low = middle + 1;
                    break;
            }
        }

        return ~low;
    }

    private static SysResult Turned(SysResult order) =>
        order.Ok && order.Value is 1 or 2 ? order with { Value = 3 - order.Value } : order;
}
