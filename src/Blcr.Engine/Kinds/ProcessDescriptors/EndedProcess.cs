using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.ProcessDescriptors;

/// <summary>A pidfd of a process that is no more: poll(2) says so, and nobody can be signalled by it.</summary>
internal static class EndedProcess
{
    public static Fd Descriptor(SavedDescription saved)
    {
        using Fd seed = SeedFile.Create();
        int pid = Spawn.Seed(seed, wantedPid: 0, saved.Pid);
        SysResult<Fd> descriptor = Sys.PidFdOpen(pid);
        _ = Sys.Kill(pid, Signal.Kill); // our own child, stopped: it is there
        Stops.AwaitEnd(pid, []);
        return descriptor.Value ?? throw saved.Failed(descriptor.Error, "cannot be opened");
    }
}
