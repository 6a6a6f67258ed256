using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>The lists of undos of the tree, each with the threads that share it (man 2 clone, CLONE_SYSVSEM).</summary>
/// <remarks>The threads of a process share one; processes as a rule have each their own, or none: all that have none are
/// one group here, since kcmp(2) finds them equal, and one of them speaks for all.</remarks>
internal sealed class UndoLists
{
    private readonly Dump _dump;
    private readonly List<List<FrozenThread>> _byKernelOrder = [];

    public UndoLists(Dump dump)
    {
        _dump = dump;
        foreach (FrozenThread thread in dump.Processes.SelectMany(process => process.Threads))
        {
            Add(thread);
        }
    }

    /// <summary>What is to be undone in a set, list by list; only lists with something in them, or that cannot be read.</summary>
    /// <param name="entry">The set.</param>
    /// <param name="values">Of its semaphores; they may change meanwhile, by somebody outside.</param>
    public List<FoundUndo> Look(SysvEntry entry, ushort[] values)
    {
        List<FoundUndo> all = [];
        foreach (List<FrozenThread> sharers in _byKernelOrder)
        {
            FrozenThread speaker = sharers[0];
            List<SemaphoreAdjustment>? found = UndoReader.Read(speaker, entry.Id, values, out Errno error);
            speaker.Leave();

            // Who may not change a set has nothing to undo there.
            bool unknown = found is null && error is not (Errno.AccessDenied or Errno.Invalid or Errno.IdRemoved);
            if (unknown || found is { Count: > 0 })
            {
                all.Add(new FoundUndo(sharers, found ?? [], unknown ? error : Errno.None));
            }
        }

        return all;
    }

    /// <summary>Into the images of the processes; what cannot be saved becomes an obstacle.</summary>
    /// <returns>Whether there is anything to be undone.</returns>
    public bool Keep(SysvEntry entry, List<FoundUndo> all)
    {
        bool any = false;
        foreach (FoundUndo found in all)
        {
            FrozenThread speaker = found.Sharers[0];
            if (found.Error != Errno.None)
            {
                _dump.Obstacles.Add(found.Error == Errno.Busy ? Unsteady(speaker, entry) : Unknown(speaker, entry, found.Error));
                continue;
            }

            any = true;
            FrozenProcess process = speaker.Process;
            if (found.Sharers.Exists(thread => thread.Process != process) || !process.Threads.TrueForAll(found.Sharers.Contains))
            {
                _dump.Obstacles.Add(Shared(speaker, entry));
                continue;
            }

            SemaphoreUndo undo = new() { Set = entry.Id };
            undo.Adjustments.Add(found.Adjustments);
            process.Image.SemaphoreUndo.Add(undo);
        }

        return any;
    }

    private void Add(FrozenThread thread)
    {
        int low = 0;
        int high = _byKernelOrder.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            SysResult order = Sys.Kcmp(thread.Tid, _byKernelOrder[middle][0].Tid, KcmpType.SysVSemaphores);
            if (!order.Ok)
            {
                throw new RefusedException(thread.Pid, order.Error, $"its System V semaphores cannot be looked at: kcmp: {ErrorText.Of(order.Error)}",
                    "What it has to undo there at its end would be lost. Nothing was written; it runs on.",
                    "The kernel must have CONFIG_KCMP, and cr_checkpoint the right to trace the program.");
            }

            if (order.Value == 0)
            {
                _byKernelOrder[middle].Add(thread);
                return;
            }

            (low, high) = order.Value == 1 ? (low, middle) : (middle + 1, high);
        }

        _byKernelOrder.Insert(low, [thread]);
    }

    private static Obstacle Unknown(FrozenThread thread, SysvEntry entry, Errno error) => new(thread.Pid, error,
        $"what it has to undo at its end in {Name(entry)} cannot be found out: {ErrorText.Of(error)}",
        "It would be lost. Nothing was written; the program runs on.",
        $"kernel.sem (sysctl) must allow {UndoProbe.MostOperations} operations in one call, its third number.");

    private static Obstacle Unsteady(FrozenThread thread, SysvEntry entry) => new(thread.Pid, Errno.Busy,
        $"what it has to undo at its end in {Name(entry)} cannot be found out while others change the set all the time",
        "It would be lost. Nothing was written; the program runs on.", "Save all of its users together, or end the others.")
    { IsPassing = true };

    private static Obstacle Shared(FrozenThread thread, SysvEntry entry) => new(thread.Pid, Errno.NotSupported,
        $"thread {thread.Tid} has something to undo in {Name(entry)}, and shares that with other than its process's threads (CLONE_SYSVSEM)",
        "It cannot be saved. Nothing was written; the program runs on.", "Let each process use semaphores of its own.");

    private static string Name(SysvEntry entry) => SysvObjects.SysvObjects.Name(SysvSort.Semaphores, entry.Id, entry.Key);
}
