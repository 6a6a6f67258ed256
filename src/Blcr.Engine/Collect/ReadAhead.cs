using Blcr.Engine.Freeze;

namespace Blcr.Engine.Collect;

/// <summary>Reads what the kernel takes longest to tell of processes that stand still, on a thread of its own, ahead of the
/// collectors: the tracer has to switch to every process and back, and another CPU is idle meanwhile.</summary>
/// <remarks>Nothing depends on it: what it has not read yet, or not at all, is read when it is asked for.</remarks>
internal sealed class ReadAhead : IDisposable
{
    // A thread costs about as much as it takes to look at two of them.
    private const int FewProcesses = 4;

    private readonly Thread? _reader;
    private volatile bool _stop;

    public ReadAhead(IReadOnlyList<FrozenProcess> processes)
    {
        if (processes.Count > FewProcesses && Environment.ProcessorCount > 1)
        {
            _reader = new Thread(() => Read(processes), maxStackSize: 256 * 1024);
            _reader.Start();
        }
    }

    public void Dispose()
    {
        _stop = true;
        _reader?.Join();
    }

    // The first is being collected already.
    private void Read(IReadOnlyList<FrozenProcess> processes)
    {
        for (int i = 1; i < processes.Count && !_stop; i++)
        {
            _ = processes[i].Leader.Status;
            _ = processes[i].Vmas;
        }
    }
}
