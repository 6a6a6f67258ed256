using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>A semop(2) that tells something about what the calling process has to undo (semadj), and changes nothing.</summary>
/// <remarks>
/// The kernel makes the operations of one semop(2) one after the other, and undoes them all when one cannot be made
/// (ipc/sem.c: perform_atomic_semop_slow()); nobody sees what is between, neither values nor the last operator change. So
/// operations with SEM_UNDO move the adjustment by a known step, others without it bring the value back, and a last one
/// that would have to wait makes the call fail in any case: with EAGAIN, or with ERANGE if the adjustment left its range
/// before.
/// The value may be another one by now, if somebody outside is at work on the set: the first two operations take it to 0
/// and look whether it is 0, and give EAGAIN if it was not the one supposed. So <b>ERANGE is a proof</b>, whoever else
/// is at work, and EAGAIN is none. Measured against known adjustments, beside a busy neighbour: exact.
/// </remarks>
internal static class UndoProbe
{
    /// <summary>Bounds of an adjustment: -SEMAEM - 1 and SEMAEM.</summary>
    public const int Lowest = -32768, Highest = 32767;

    /// <summary>Operations at most.</summary>
    public const int MostOperations = 9;

    private const short Most = 32767; // of a value (SEMVMX) and of one operation

    /// <summary>ERANGE: the value is the one given, and the adjustment is lower than <paramref name="bound"/>.</summary>
    /// <param name="semaphore">Its number in the set.</param>
    /// <param name="value">Its value, as far as is known.</param>
    /// <param name="bound">From <see cref="Lowest"/> + 1 to <see cref="Highest"/> + 1.</param>
    public static List<SemaphoreOperation> IsBelow(ushort semaphore, ushort value, int bound)
    {
        List<SemaphoreOperation> operations = TakeToZero(semaphore, value);
        int step = bound - Lowest;
        for (; step > Most; step -= Most)
        {
            operations.Add(new(semaphore, Most, SemaphoreFlags.NoWait | SemaphoreFlags.Undo));
            operations.Add(new(semaphore, -Most, SemaphoreFlags.NoWait));
        }

        operations.Add(new(semaphore, (short)step, SemaphoreFlags.NoWait | SemaphoreFlags.Undo));
        operations.Add(new(semaphore, 0, SemaphoreFlags.NoWait)); // it is not
        return operations;
    }

    /// <summary>ERANGE: the value is the one given, and the adjustment is higher than <paramref name="bound"/>.</summary>
    /// <param name="semaphore">Its number in the set.</param>
    /// <param name="value">Its value, as far as is known.</param>
    /// <param name="bound">From <see cref="Lowest"/> - 1 to <see cref="Highest"/> - 1.</param>
    public static List<SemaphoreOperation> IsAbove(ushort semaphore, ushort value, int bound)
    {
        List<SemaphoreOperation> operations = TakeToZero(semaphore, value);
        for (int step = Highest - bound; step > 0; step -= Most)
        {
            short now = (short)Math.Min(step, Most);
            operations.Add(new(semaphore, now, SemaphoreFlags.NoWait));
            operations.Add(new(semaphore, (short)-now, SemaphoreFlags.NoWait | SemaphoreFlags.Undo));
        }

        operations.Add(new(semaphore, -1, SemaphoreFlags.NoWait)); // of 0
        return operations;
    }

    // EAGAIN if the value is lower, by the first, or higher, by the second.
    private static List<SemaphoreOperation> TakeToZero(ushort semaphore, ushort value)
    {
        List<SemaphoreOperation> operations = [];
        if (value > 0)
        {
            operations.Add(new(semaphore, (short)-value, SemaphoreFlags.NoWait));
        }

        operations.Add(new(semaphore, 0, SemaphoreFlags.NoWait));
        return operations;
    }
}
