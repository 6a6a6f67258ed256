using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>A semop(2) that tells something about what the calling process has to undo (semadj), and changes nothing.</summary>
/// <remarks>
/// The kernel makes the operations of one semop(2) one after the other, and undoes them all when one cannot be made
/// (ipc/sem.c: perform_atomic_semop_slow()); nobody sees what is between, neither values nor the last operator change. So
/// an operation with SEM_UNDO takes the adjustment down by a known step (operations without it bring the value back in
/// between), and a last one that would have to wait makes the call fail in any case: with EAGAIN, or with ERANGE if
/// the adjustment left its range before, which goes down to -32768. Measured against known adjustments: exact.
/// </remarks>
internal static class UndoProbe
{
    private const short Most = 32767; // of a value (SEMVMX) and of one operation
    private const int Lowest = -32768; // -SEMAEM - 1, of an adjustment

    /// <summary>Steps at which the answer changes from EAGAIN to ERANGE: from 1 to this.</summary>
    public const int HighestStep = 65536;

    /// <summary>The step that an adjustment of 0 just bears; the next one is too far for it.</summary>
    public const int StepOfZero = -Lowest;

    /// <summary>Operations at most.</summary>
    public const int MostOperations = 8;

    /// <param name="semaphore">Its number in the set.</param>
    /// <param name="value">Its value now.</param>
    /// <param name="step">How far to take the adjustment down, 1 to 65535.</param>
    public static List<SemaphoreOperation> Build(ushort semaphore, ushort value, int step)
    {
        List<SemaphoreOperation> operations = [];
        if (value > 0)
        {
            operations.Add(new(semaphore, (short)-value, SemaphoreFlags.NoWait));
        }

        for (; step > Most; step -= Most)
        {
            operations.Add(new(semaphore, Most, SemaphoreFlags.NoWait | SemaphoreFlags.Undo));
            operations.Add(new(semaphore, -Most, SemaphoreFlags.NoWait));
        }

        operations.Add(new(semaphore, (short)step, SemaphoreFlags.NoWait | SemaphoreFlags.Undo));

        // The value is at most Most here: one of the two would have to wait.
        operations.Add(new(semaphore, -Most, SemaphoreFlags.NoWait));
        operations.Add(new(semaphore, -Most, SemaphoreFlags.NoWait));
        return operations;
    }

    /// <summary>The adjustment, from the highest step that gave EAGAIN.</summary>
    public static int Adjustment(int highestStep) => Lowest + highestStep;
}
