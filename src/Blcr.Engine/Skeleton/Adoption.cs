using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Births of orphans: by the leader of their session, for the parent they were handed on to.</summary>
/// <param name="Footing">Of the leader, or of the placeholder that stands for it.</param>
/// <param name="Parent">The leader's own; null: the tool.</param>
/// <param name="BearsForParent">CLONE_PARENT would give the child the right exit signal: the leader's own is SIGCHLD, as that
/// of everybody who was handed on (kernel/exit.c: reparent_leader(); kernel/fork.c: copy_process()).</param>
internal sealed record Adoption(Footing Footing, FamilyMember? Parent, bool BearsForParent)
{
    /// <returns>The id of the orphan, a child of <paramref name="parent"/> now (null: of the tool).</returns>
    public int Of(FamilyMember orphan, SeedProcess? parent, int wanted)
    {
        if (BearsForParent && orphan.Parent == Parent && !orphan.BelongsToInit)
        {
            return CloneCall.Make(Footing, new CloneArguments { Flags = CloneFlags.Parent }, wanted, orphan.Image.Pid);
        }

        // As it happened then: its parent ends, and the nearest subreaper above gets it. The tool is one all the time.
        _ = parent?.Footing.Must("adopt a process", SyscallNumber.Prctl, PrctlOption.SetChildSubreaper, 1);
        int between = Between(wanted);
        int born = CloneCall.Make(Footing.OfCopy(between), new CloneArguments { ExitSignal = Signal.Child }, wanted, orphan.Image.Pid);
        if (orphan.BelongsToInit)
        {
            Subreaper.Without(() => End(between));
        }
        else
        {
            End(between);
        }

        _ = parent?.Footing.Must("adopt no further process", SyscallNumber.Prctl, PrctlOption.SetChildSubreaper, 0);
        return born;
    }

    /// <summary>A child of the leader, without an exit signal. Whose id it takes for a moment does not matter, but the orphan's.</summary>
    private int Between(int unwanted)
    {
        int between = CloneCall.Make(Footing, default, 0, Footing.Tid);
        if (between != unwanted)
        {
            return between;
        }

        int another = Between(unwanted);
        End(between);
        return another;
    }

    private void End(int between)
    {
        _ = Sys.Kill(between, Signal.Kill);
        Stops.AwaitEnd(between, []);
        _ = Footing.Must("wait for a process of the tool", SyscallNumber.Wait4, (ulong)between, 0, (ulong)WaitOptions.All, 0);
    }
}
