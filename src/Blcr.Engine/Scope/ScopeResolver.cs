using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Which processes the user asked for: the id and scope of a request → pids, parents before children.</summary>
/// <remarks>blcr-contract, 1.3 "Scope". What is found here can change until the tree is frozen: the freeze looks again until it
/// has everything.</remarks>
internal static class ScopeResolver
{
    /// <exception cref="RefusedException">No such process, nothing left to save, or not to be saved at all.</exception>
    public static IReadOnlyList<int> Resolve(CheckpointRequest request, IReadOnlySet<int> tracers, List<string> diagnostics)
    {
        int self = Sys.Getpid();
        List<int> found = request.Scope switch
        {
            CheckpointScope.Process => Process(ThreadGroupOf(request.Target)),
            CheckpointScope.Tree => Tree(ThreadGroupOf(request.Target)),
            CheckpointScope.Group => Members(stat => stat.Group == OwnIfZero(request.Target, group: true)),
            _ => Members(stat => stat.Session == OwnIfZero(request.Target, group: false)),
        };

        List<int> kept = [];
        foreach (int pid in found)
        {
            // The command leaves itself out of what it saves.
            if (pid != self && Keep(pid, request, tracers, diagnostics))
            {
                kept.Add(pid);
            }
        }

        if (kept.Count == 0)
        {
            throw NothingLeft(request.Target);
        }

        return kept;
    }

    private static List<int> Process(int pid) => StandIns.Is(pid) ? Descendants(pid, withRoot: false) : [pid];

    private static List<int> Tree(int root) => Descendants(root, withRoot: !StandIns.Is(root));

    /// <summary>The process and what is reached from it by live parent-child links, parents first.</summary>
    public static List<int> Descendants(int root, bool withRoot)
    {
        List<int> tree = [root];
        for (int i = 0; i < tree.Count; i++)
        {
            tree.AddRange(ChildrenOf(tree[i]));
        }

        if (!withRoot)
        {
            tree.RemoveAt(0);
        }

        return tree;
    }

    /// <summary>Children of all threads of a process, zombies included (CONFIG_PROC_CHILDREN).</summary>
    private static IEnumerable<int> ChildrenOf(int pid)
    {
        string tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task");
        foreach (string tid in Sys.ListDirectory(tasks).Value ?? [])
        {
            byte[] bytes = Sys.ReadFile($"{tasks}/{tid}/children").Value ?? [];
            foreach (string child in System.Text.Encoding.ASCII.GetString(bytes).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return int.Parse(child, CultureInfo.InvariantCulture);
            }
        }
    }

    private static List<int> Members(Func<ProcStat, bool> wanted)
    {
        List<int> members = [];
        foreach (string name in Sys.ListDirectory("/proc").Value ?? [])
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcStat.Read(pid).Value is { } stat && wanted(stat))
            {
                members.Add(pid);
            }
        }

        return members;
    }

    private static bool Keep(int pid, CheckpointRequest request, IReadOnlySet<int> tracers, List<string> diagnostics)
    {
        if (ProcStat.Read(pid).Value is not { } stat)
        {
            return false; // it ended while we were looking
        }

        if (stat.IsKernelThread)
        {
            throw new RefusedException(pid, Errno.NotPermitted, $"({stat.Name}) is a kernel thread",
                "Nothing was saved.", "Only processes can be checkpointed; check the id.");
        }

        if (stat.IsZombie && !AnyThreadLives(pid))
        {
            diagnostics.Add($"Skipped zombie process {pid} - a post-restart wait() will not find this process");
            return false;
        }

        if (Omission.IsOmitted(pid) || IsSkippedForTracing(pid, request))
        {
            return false;
        }

        if (!tracers.Contains(pid))
        {
            return true;
        }

        return request.Tracer == TracerPolicy.Skip ? false : throw new RefusedException(
            [new Obstacle(pid, ErrorCode.Tracer, $"({stat.Name}) traces other processes",
                "That it does cannot be saved. Nothing was written; it runs on.", "End the tracing first, or leave it out with --ptracer-skip.")]);
    }

    /// <summary>A leader that has ended before its threads shows as a zombie too.</summary>
    private static bool AnyThreadLives(int pid) =>
        (Sys.ListDirectory(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")).Value ?? [])
        .Exists(tid => ProcStat.Read(pid, int.Parse(tid, CultureInfo.InvariantCulture)).Value is { IsZombie: false });

    private static bool IsSkippedForTracing(int pid, CheckpointRequest request) =>
        request.Traced == TracedPolicy.Skip && ProcStatus.Read(pid).Value is { TracerPid: > 0 };

    /// <summary>A process may be named by the id of any of its threads.</summary>
    private static int ThreadGroupOf(int id) =>
        ProcStatus.Read(id).Value?.ThreadGroup ?? throw new RefusedException(id, Errno.NoProcess, "there is no such process",
            "Nothing was saved.", "Check the id: `ps -p " + id.ToString(CultureInfo.InvariantCulture) + "`.");

    private static int OwnIfZero(int id, bool group)
    {
        if (id != 0)
        {
            return id;
        }

        ProcStat? self = ProcStat.Read(Sys.Getpid()).Value;
        return (group ? self?.Group : self?.Session) ?? 0;
    }

    private static RefusedException NothingLeft(int target) => new(target, Errno.NoProcess, "no processes checkpointed",
        "There is no such process, or all of them have ended, were skipped, or leave themselves out.", "Check the id and the options.");
}
