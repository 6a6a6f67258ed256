using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Memory;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>Values, undos and last operators of one set, each put back by the process whose they are.</summary>
/// <remarks>In this order: setting a value forgets all undos of the semaphore (man 2 semctl, SETVAL), and any operation
/// makes its process the last one.</remarks>
internal sealed class SemaphoreState(Rebuilding rebuilding, SysvSemaphoreSet set)
{
    private const short Most = 32767;         // SEMVMX, and the most that one operation can do
    private const int SemaphoresOfCall = 100; // SEMOPM is 500 unless somebody has changed it
    private const int BytesOfOperation = 6;   // struct sembuf

    public void PutBack()
    {
        SetValues();
        bool undone = PutBackUndos();
        if (set.Operated || undone)
        {
            Operate();
        }
    }

    private void SetValues()
    {
        foreach (IGrouping<NewProcess, int> ofProcess in Numbers().Where(HasBeenTouched).GroupBy(OperatorOf))
        {
            ProgramSeries series = new(ofProcess.Key.Leader, "set the values of semaphores");
            foreach (int semaphore in ofProcess)
            {
                series.Room(1).Call($"set semaphore {semaphore} of set {set.Object.Id}", SyscallNumber.Semctl,
                    set.Object.Id, semaphore, SemaphoreControl.SetValue, set.Semaphores[semaphore].Value);
            }

            series.Run();
        }
    }

    // What nobody ever touched, then or now, is 0, and has no last operator.
    private bool HasBeenTouched(int semaphore) => set.Semaphores[semaphore].Value != 0 || set.Semaphores[semaphore].LastOperator != 0
        || Sys.LastSemaphoreOperator(set.Object.Id, semaphore).Value != 0;

    private bool PutBackUndos()
    {
        bool any = false;
        foreach (NewProcess process in rebuilding.Processes)
        {
            ProgramSeries series = new(process.Leader, "have semaphores undone at its end");
            foreach (SemaphoreAdjustment adjustment in process.Image.SemaphoreUndo
                .Where(undo => undo.Set == set.Object.Id).SelectMany(undo => undo.Adjustments))
            {
                any = true;
                int value = (int)set.Semaphores[(int)adjustment.Semaphore].Value;
                AddCall(series, Adjust((ushort)adjustment.Semaphore, (short)value, adjustment.Value));
            }

            series.Run();
        }

        return any;
    }

    // From a value of 0 and back to what it was: only the operation with SEM_UNDO leaves a trace.
    private static List<SemaphoreOperation> Adjust(ushort semaphore, short value, int adjustment)
    {
        List<SemaphoreOperation> operations = [];
        AddUnlessNothing(operations, semaphore, (short)-value);
        for (int left = Math.Abs(adjustment); left > 0;)
        {
            short step = (short)Math.Min(left, Most);
            left -= step;

            // What is undone is the opposite of the operation.
            operations.Add(new(semaphore, step, adjustment < 0 ? SemaphoreFlags.Undo : SemaphoreFlags.None));
            operations.Add(new(semaphore, (short)-step, adjustment > 0 ? SemaphoreFlags.Undo : SemaphoreFlags.None));
        }

        AddUnlessNothing(operations, semaphore, value);
        return operations;
    }

    // Up and down again: the process is the last operator, and sem_otime is not 0.
    private void Operate()
    {
        foreach (IGrouping<NewProcess, int> ofProcess in Numbers()
            .Where(semaphore => set.Semaphores[semaphore].LastOperator != 0).GroupBy(OperatorOf))
        {
            ProgramSeries series = new(ofProcess.Key.Leader, "be the last operator of semaphores");
            foreach (int[] some in ofProcess.Chunk(SemaphoresOfCall))
            {
                AddCall(series, [.. some.SelectMany(UpAndDown)]);
            }

            series.Run();
        }
    }

    private SemaphoreOperation[] UpAndDown(int semaphore)
    {
        short first = (short)(set.Semaphores[semaphore].Value == (uint)Most ? -1 : 1);
        return [new((ushort)semaphore, first, SemaphoreFlags.None), new((ushort)semaphore, (short)-first, SemaphoreFlags.None)];
    }

    private void AddCall(ProgramSeries series, List<SemaphoreOperation> operations)
    {
        SyscallProgram program = series.Room(1, operations.Count * BytesOfOperation);
        Data data = program.Input(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(operations)));
        program.CallExpecting(0, $"operate on semaphore set {set.Object.Id}", SyscallNumber.Semop, set.Object.Id, data, operations.Count);
    }

    private static void AddUnlessNothing(List<SemaphoreOperation> operations, ushort semaphore, short change)
    {
        if (change != 0)
        {
            operations.Add(new(semaphore, change, SemaphoreFlags.None));
        }
    }

    private IEnumerable<int> Numbers() => Enumerable.Range(0, set.Semaphores.Count);

    // One that has ended is stood in for by the first process of the tree.
    private NewProcess OperatorOf(int semaphore) =>
        rebuilding.Processes.Find(process => process.Image.Pid == set.Semaphores[semaphore].LastOperator) ?? rebuilding.Processes[0];
}
