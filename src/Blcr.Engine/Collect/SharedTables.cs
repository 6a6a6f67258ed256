using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Scope;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>What processes share though they are no threads of each other (man 2 clone): descriptor tables (CLONE_FILES) and
/// directories (CLONE_FS), which come back shared; memory (CLONE_VM), which does not and is refused.</summary>
/// <remarks>Sharing is made only by birth: with the parent, or with a brother or sister (CLONE_PARENT). What came about otherwise
/// (the parent has unshared since) cannot be rebuilt, nor can sharing with a process outside of the checkpoint. A process outside is
/// looked at if it is the parent, a child, or was left out.</remarks>
internal static class SharedTables
{
    private const string Files = "descriptor table (CLONE_FILES)";
    private const string Directories = "root and working directory (CLONE_FS)";
    private const string Memory = "memory (CLONE_VM without CLONE_THREAD, vfork)";

    /// <summary>Preconditions: the processes of the dump are in their order.</summary>
    public static void Collect(Dump dump, ScopeSearch scope)
    {
        List<int> outside = Outside(dump, scope);
        foreach ((ProcessImage image, int owner) in Shared(dump, KcmpType.Files, Files, outside))
        {
            image.DescriptorsOf = owner;
        }

        foreach ((ProcessImage image, int owner) in Shared(dump, KcmpType.Fs, Directories, outside))
        {
            image.FileSystemOf = owner;
        }

        foreach ((ProcessImage image, int owner) in Shared(dump, KcmpType.Vm, Memory, outside))
        {
            dump.Obstacles.Add(Refused(image, Memory, owner, "That they share it would be lost."));
        }
    }

    private static IEnumerable<(ProcessImage Image, int Owner)> Shared(Dump dump, KcmpType type, string what, List<int> outside)
    {
        KernelOrder order = new(type);
        Dictionary<int, (ProcessImage Image, int Owner)> seen = [];
        foreach (ProcessImage image in dump.Processes.Select(process => process.Image))
        {
            int owner = order.FirstUser(image.Pid);
            seen.Add(image.Pid, (image, owner));
            if (owner == image.Pid)
            {
                continue;
            }

            bool byBirth = seen[owner].Image.Parent == image.Parent || (image.Parent != 0 && seen[image.Parent].Owner == owner);
            if (type != KcmpType.Vm && !byBirth)
            {
                dump.Obstacles.Add(Refused(image, what, owner, "Neither is the other's parent or brother, so that it cannot be rebuilt."));
            }

            yield return (image, owner);
        }

        foreach (int stranger in outside)
        {
            if (order.Find(stranger) is int user)
            {
                dump.Obstacles.Add(Refused(seen[user].Image, what, stranger, "That process is not in the checkpoint, and would share it no longer."));
            }
        }
    }

    private static List<int> Outside(Dump dump, ScopeSearch scope)
    {
        HashSet<int> inside = [.. dump.Processes.Select(process => process.Pid)];
        HashSet<int> outside = [.. scope.LeftOut];
        foreach (FrozenProcess process in dump.Processes)
        {
            if (process.Image.Parent == 0 && ProcStat.Read(process.Pid).Value is { Parent: > 0 } stat)
            {
                outside.Add(stat.Parent);
            }

            if (!scope.IsTree)
            {
                outside.UnionWith(ProcIds.ChildrenOf(process.Pid));
            }
        }

        outside.ExceptWith(inside);
        return [.. outside];
    }

    private static Obstacle Refused(ProcessImage image, string what, int other, string meaning) => new(image.Pid, Errno.NotSupported,
        $"({image.Name}) shares its {what} with process {other} ({ProcStat.Read(other).Value?.Name})",
        $"{meaning} Nothing was written; they run on.",
        "Checkpoint them together if one was left out; else wait until one of them has ended or called execve.");
}
