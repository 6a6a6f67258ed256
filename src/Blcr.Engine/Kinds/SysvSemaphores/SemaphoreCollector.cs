using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>Semaphore sets of the tree → <see cref="SysvSemaphoreSet"/>, and its undos → <see cref="SemaphoreUndo"/>.</summary>
internal static class SemaphoreCollector
{
    public static void Collect(Dump dump)
    {
        List<SysvEntry> present = SysvList.Read(SysvSort.Semaphores);
        if (present.Count == 0)
        {
            return;
        }

        SysvUsers users = new(dump);

        // Operations and setting values leave their time: what has had neither since the tree began is not the tree's.
        List<SysvEntry> possible = present.FindAll(entry => Math.Max(entry.Number("otime"), entry.Number("ctime")) >= users.TreeStart);
        if (possible.Count == 0)
        {
            return;
        }

        UndoLists undos = new(dump);
        foreach (SysvEntry entry in possible)
        {
            CollectOne(dump, users, undos, entry);
        }
    }

    private static void CollectOne(Dump dump, SysvUsers users, UndoLists undos, SysvEntry entry)
    {
        bool sleeps = SysvUsers.Sleeps(dump, entry.Id, SyscallNumber.Semop, SyscallNumber.Semtimedop);
        bool operated = entry.Number("otime") != 0;
        ushort[] values = new ushort[entry.Number("nsems")];
        SysResult read = Sys.SemaphoreValues(entry.Id, values);
        if (!read.Ok)
        {
            // Whoever may operate on it may as a rule read it; else it is somebody else's.
            if (sleeps)
            {
                dump.Obstacles.Add(SysvUsers.Unreadable(dump, SysvSort.Semaphores, entry, read.Error));
            }

            return;
        }

        List<FoundUndo> found = operated ? undos.Look(entry, values) : [];
        long[] operators = [.. values.Select((_, semaphore) => Math.Max(0, Sys.LastSemaphoreOperator(entry.Id, semaphore).Value))];
        bool undo = undos.Keep(entry, found);
        if (!sleeps && !undo && !operators.Any(users.Has))
        {
            return;
        }

        if (users.OutsiderAmong(operators) is { } outsider)
        {
            SysvUsers.RefuseShared(dump, SysvSort.Semaphores, entry, outsider);
            return;
        }

        ushort[] after = new ushort[values.Length];
        if (!Sys.SemaphoreValues(entry.Id, after).Ok || !after.AsSpan().SequenceEqual(values))
        {
            dump.Obstacles.Add(ChangedMeanwhile(dump, entry));
            return;
        }

        SysvSemaphoreSet set = new() { Object = SysvObjects.SysvObjects.Describe(entry), Operated = operated };
        set.Semaphores.Add(values.Zip(operators, (value, last) => new SysvSemaphore { Value = value, LastOperator = (int)last }));
        dump.Image.SysvSemaphoreSets.Add(set);
    }

    private static Obstacle ChangedMeanwhile(Dump dump, SysvEntry entry) => new(dump.Image.Processes[0].Pid, Errno.Busy,
        $"{SysvObjects.SysvObjects.Name(SysvSort.Semaphores, entry.Id, entry.Key)}, which it uses, changed while it stood still",
        "Somebody who is not being saved uses it too. Nothing was written; the program runs on.", "Save all of its users together, or end the others.")
    { IsPassing = true };
}
