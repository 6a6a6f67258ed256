using System.Numerics;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Read;

/// <summary>System V objects: ids that can be, each once in its sort; values, messages and sizes the kernel could have.</summary>
internal static class SysvStructure
{
    private const uint PermissionBits = 0x1ff;
    private const int MostSemaphores = 65535;        // of a set: semctl(2) counts them in 16 bits; SEMMSL is 32000
    private const uint HighestValue = 32767;         // SEMVMX
    private const int LowestAdjustment = -32768;     // -SEMAEM - 1
    private const int HighestAdjustment = 32767;     // SEMAEM
    private const ulong MostHuge = 1UL << 40;

    public static void Check(Structure structure, ContextImage image, Dictionary<int, ulong> segments)
    {
        foreach (SysvSegment segment in image.SysvSegments)
        {
            string what = $"System V segment {segment.Object?.Id}";
            bool sane = segment.Size is > 0 and <= long.MaxValue / 2 && segment.Creator >= 0
                && (segment.HugePageSize == 0 || (BitOperations.IsPow2(segment.HugePageSize) && segment.HugePageSize is >= Sys.PageSize and <= MostHuge));
            if (!sane)
            {
                structure.Refuse($"{what} makes no sense");
            }

            ulong page = Math.Max(segment.HugePageSize, Sys.PageSize);
            ulong length = (segment.Size + page - 1) & ~(page - 1);
            CheckObject(structure, segment.Object, what, id => segments.TryAdd(id, length));
            PageRunStructure.Check(structure, segment.Runs, 0, length, what);
        }

        HashSet<int> queues = [];
        foreach (SysvQueue queue in image.SysvMessageQueues)
        {
            CheckQueue(structure, queue, queues);
        }

        Dictionary<int, int> sets = [];
        foreach (SysvSemaphoreSet set in image.SysvSemaphoreSets)
        {
            string what = $"System V semaphore set {set.Object?.Id}";
            CheckObject(structure, set.Object, what, id => sets.TryAdd(id, set.Semaphores.Count));
            if (set.Semaphores.Count is 0 or > MostSemaphores
                || set.Semaphores.Any(semaphore => semaphore.Value > HighestValue || semaphore.LastOperator < 0))
            {
                structure.Refuse($"{what} has impossible semaphores");
            }
        }

        foreach (ProcessImage process in image.Processes)
        {
            CheckUndo(structure, process.SemaphoreUndo, sets, process.Pid);
        }
    }

    private static void CheckQueue(Structure structure, SysvQueue queue, HashSet<int> queues)
    {
        string what = $"System V message queue {queue.Object?.Id}";
        CheckObject(structure, queue.Object, what, queues.Add);
        if (queue.Capacity > long.MaxValue || queue.LastSender < 0 || queue.LastReceiver < 0
            || queue.Messages.Any(message => message.Type <= 0))
        {
            structure.Refuse($"{what} or one of its messages makes no sense");
        }
    }

    private static void CheckObject(Structure structure, SysvObject? saved, string what, Func<int, bool> isNew)
    {
        if (saved is null || saved.Id < 0 || saved.Mode > PermissionBits || !isNew(saved.Id))
        {
            structure.Refuse($"{what} is there twice, or has no possible id or rights");
        }
    }

    private static void CheckUndo(Structure structure, RepeatedField<SemaphoreUndo> undos, Dictionary<int, int> sets, int pid)
    {
        HashSet<int> seen = [];
        foreach (SemaphoreUndo undo in undos)
        {
            long last = -1;
            if (!sets.TryGetValue(undo.Set, out int semaphores) || !seen.Add(undo.Set))
            {
                structure.Refuse($"process {pid}: what is to be undone in semaphore set {undo.Set} leads to nothing");
            }

            foreach (SemaphoreAdjustment adjustment in undo.Adjustments)
            {
                if (adjustment.Semaphore <= last || adjustment.Semaphore >= semaphores
                    || adjustment.Value is < LowestAdjustment or > HighestAdjustment or 0)
                {
                    structure.Refuse($"process {pid}: what is to be undone in semaphore set {undo.Set} makes no sense");
                }

                last = adjustment.Semaphore;
            }
        }
    }
}
