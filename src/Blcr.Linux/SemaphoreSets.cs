using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>System V semaphore sets of this IPC namespace; man 7 sysvipc.</summary>
public static class SemaphoreSets
{
    private const int GetLastOperator = 11; // GETPID

    /// <summary>Sets that a process was the last to operate on, at least one semaphore of them. Those it may not read
    /// are left out.</summary>
    public static IEnumerable<int> LastOperatedBy(int pid)
    {
        foreach ((int id, int count) in All())
        {
            for (int semaphore = 0; semaphore < count; semaphore++)
            {
                if (Sys.Call(SyscallNumber.Semctl, id, semaphore, GetLastOperator) is { Ok: true } got && got.Value == pid)
                {
                    yield return id;
                    break;
                }
            }
        }
    }

    // /proc/sysvipc/sem: a line of titles, then key, id, permissions, number of semaphores, …
    private static IEnumerable<(int Id, int Count)> All()
    {
        string text = Encoding.ASCII.GetString(Sys.ReadFile("/proc/sysvipc/sem").Value ?? []);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            yield return (int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
        }
    }
}
