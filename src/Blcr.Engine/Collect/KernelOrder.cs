using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>Processes by which object of one sort they use (a descriptor table, directories, memory).</summary>
/// <remarks>kcmp(2) gives such objects an order, so that telling whether one is known costs log n comparisons, and a
/// thousand processes not a million.</remarks>
internal sealed class KernelOrder(KcmpType type)
{
    // The first process found to use each object.
    private readonly List<int> _users = [];

    /// <summary>The first process that uses the same object; the process itself, which is then noted, if there is none.</summary>
    /// <remarks>A process that may not be compared shares with nobody: ptrace access was checked when it was frozen.</remarks>
    public int FirstUser(int pid)
    {
        int place = Search(pid);
        if (place >= 0)
        {
            return _users[place];
        }

        _users.Insert(~place, pid);
        return pid;
    }

    /// <summary>The same of a process that is not to be noted; null if nobody noted shares with it.</summary>
    public int? Find(int pid) => Search(pid) is >= 0 and int place ? _users[place] : null;

    private int Search(int pid)
    {
        int low = 0;
        int high = _users.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            switch (Sys.Kcmp(pid, _users[middle], type))
            {
                case { Ok: true, Value: 0 }:
                    return middle;
                case { Ok: true, Value: 1 }:
                    high = middle;
                    break;
                case { Ok: true, Value: 2 }:
                    low = middle + 1;
                    break;
                default:
                    return ~high;
            }
        }

        return ~low;
    }
}
