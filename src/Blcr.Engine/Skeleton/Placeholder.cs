using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A process that only stands for an absent leader of a session or group, until all members have joined.</summary>
/// <param name="SavedId">Of the session or group.</param>
/// <param name="Pid">What it is now.</param>
/// <param name="Footing">Where it makes calls.</param>
/// <param name="Maker">Its parent; null: the tool.</param>
internal sealed record Placeholder(int SavedId, int Pid, Footing Footing, SeedProcess? Maker)
{
    /// <summary>Ends it, and has its parent wait for it.</summary>
    public void End()
    {
        Kill();
        Stops.AwaitEnd(Pid, []);
        _ = Maker?.Footing.Must("wait for a process of the tool", SyscallNumber.Wait4, (ulong)Pid, 0, (ulong)WaitOptions.All, 0);
    }

    public void Kill() => _ = Sys.Kill(Pid, Signal.Kill); // a tracee of ours: nobody else can have its id
}
