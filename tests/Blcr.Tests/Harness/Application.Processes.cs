using System.Diagnostics;

namespace Blcr.Tests.Harness;

/// <summary>An application may be a tree. Its processes are told by the folder in their environment, which the commands
/// that save and restore them have not.</summary>
public sealed partial class Application
{
    private const int Kill9 = 9;
    private const int Stop19 = 19;

    /// <summary>Every live process of the application in its present life: the lead first, then ascending pids.</summary>
    public IReadOnlyList<int> Processes =>
        [.. ProcessTable.All().Where(IsOurs).OrderBy(pid => pid == Pid ? 0 : pid)];

    /// <summary>Waits until the application has this many processes.</summary>
    public Application HasProcesses(int count) =>
        Limits.Within(Limits.Application, () => Processes.Count == count)
            ? this
            : throw Failure($"{count} processes", string.Join("; ", Processes.Select(ProcessTable.Describe)));

    /// <summary>Waits until it has written this many lines.</summary>
    public Application Writes(int lines)
    {
        int Written() => Output.Count(each => each == '\n');
        bool done = Limits.Within(Limits.Application, () => Written() >= lines || StandIn.Ended() is not null);
        return done && StandIn.Ended() is null ? this : throw Failure($"{lines} lines written, and still running", $"{Written()} lines");
    }

    /// <summary>Ends the whole application by SIGKILL, as a power failure would, and waits until its pids are free.</summary>
    /// <remarks>Stopped first, parents before children, so that nobody sees anybody else die.</remarks>
    public Application Kill()
    {
        HashSet<int> killed = [];
        Stopwatch watch = Stopwatch.StartNew();
        for (int[] left; (left = [.. Processes.Where(killed.Add)]).Length > 0 && watch.Elapsed < Limits.Application;)
        {
            Array.ForEach(left, pid => ChildProcess.Signal(pid, Stop19));
            // A parent in vfork(2) stops when its child ends, and not before.
            Limits.Within(Limits.Application, () => left.All(pid => ProcessTable.StateOf(pid) is not ('R' or 'S')));
        }

        // Members of its process groups that have changed their environment.
        killed.UnionWith(DescendantsOf(killed));
        foreach (int pid in killed)
        {
            ChildProcess.Signal(pid, Kill9);
        }

        return StandIn.WaitForEnd(Limits.Application) is not null && Limits.Within(Limits.Application, () => killed.All(Orphans.IsGone))
            ? this
            : throw Failure("the application killed", string.Join("; ", killed.Where(pid => !Orphans.IsGone(pid)).Select(ProcessTable.Describe)));
    }

    /// <summary>Checkpointed and ended in one go by cr_checkpoint --kill: nothing runs on in between, which might remove a
    /// temporary file. Waits until the pids are free.</summary>
    public Application CheckpointAndKill(params string[] options)
    {
        Checkpoint([.. options, "--kill"]);
        int session = StandIn.Pid;
        return StandIn.WaitForEnd(Limits.Application) is not null && Limits.Within(Limits.Application, () => OfSession(session).All(Orphans.IsGone))
            ? this
            : throw Failure("the application killed", string.Join("; ", OfSession(session).Select(ProcessTable.Describe)));
    }

    /// <summary>It has ended, and nothing of it is left: its pids are free.</summary>
    public Application LeavesNothing()
    {
        int session = StandIn.Pid;
        return Limits.Within(Limits.Application, () => !LeftBehind().Any() && OfSession(session).All(Orphans.IsGone))
            ? this
            : throw Failure("nothing left behind", string.Join("; ", LeftBehind().Concat(OfSession(session)).Select(ProcessTable.Describe)));
    }

    private static int[] OfSession(int session) => [.. ProcessTable.All().Where(pid => ProcessTable.SessionOf(pid) == session)];

    /// <summary>A checkpoint that ends the application in the same instant: nothing it has in its surroundings (temporary
    /// files) changes after it.</summary>
    public Application CheckpointAndKill()
    {
        Checkpoint("--kill");
        return StandIn.WaitForEnd(Limits.Application) is not null
            && Limits.Within(Limits.Application, () => Processes.Count == 0 && Orphans.AreCollected())
            ? this
            : throw Failure("the application killed", string.Join("; ", Processes.Select(ProcessTable.Describe)));
    }

    private static IEnumerable<int> DescendantsOf(IEnumerable<int> pids) => [.. pids.SelectMany(ProcessTable.DescendantsOf)];

    private bool IsOurs(int pid) => ProcessTable.IsAlive(pid) && ProcessTable.HasInEnvironment(pid, $"BLCR_TEST_DIR={Folder}");
}
