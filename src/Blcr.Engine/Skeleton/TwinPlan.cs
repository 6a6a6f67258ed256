using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Processes that share their descriptor table (CLONE_FILES) or their directories (CLONE_FS): only with whoever
/// clones it can a process share, which is its parent, or a sibling (CLONE_PARENT).</summary>
internal static class TwinPlan
{
    /// <summary>Sets <see cref="FamilyMember.Twin"/> where it is a sibling.</summary>
    public static void Find(IReadOnlyList<FamilyMember> members, IReadOnlyDictionary<int, FamilyMember> byPid, List<Obstacle> obstacles)
    {
        foreach (FamilyMember member in members)
        {
            int owner = member.Image.DescriptorsOf != 0 ? member.Image.DescriptorsOf : member.Image.FileSystemOf;
            if (owner == 0 || (member.Way != BirthWay.Adopted && member.Parent is { } parent && SharesAll(member, parent)))
            {
                continue;
            }

            if (byPid[owner] is { } sibling && IsTwin(member, sibling))
            {
                member.Twin = sibling;
                continue;
            }

            obstacles.Add(new Obstacle(member.Image.Pid, Errno.NotSupported,
                $"({member.Image.Name}) shares descriptors or directories with process {owner} (CLONE_FILES, CLONE_FS)",
                "That can only be rebuilt between a parent and its children of one session.", "It cannot be restarted; tell the developers."));
        }
    }

    private static bool IsTwin(FamilyMember member, FamilyMember sibling) =>
        sibling.Parent == member.Parent && sibling.BornIn == member.BornIn && sibling.Way == member.Way
        && member.Way != BirthWay.Adopted && SharesAll(member, sibling)
        && ExitSignalOf(sibling) == ExitSignalOf(member); // CLONE_PARENT: kernel/fork.c: copy_process()

    private static bool SharesAll(FamilyMember member, FamilyMember maker) =>
        Shares(member.Image.DescriptorsOf, maker.Image.DescriptorsOf, maker)
        && Shares(member.Image.FileSystemOf, maker.Image.FileSystemOf, maker);

    private static bool Shares(int owner, int ownerOfMaker, FamilyMember maker) =>
        owner == 0 || owner == (ownerOfMaker != 0 ? ownerOfMaker : maker.Image.Pid);

    private static uint ExitSignalOf(FamilyMember member) => member.Image.Attributes?.ExitSignal ?? Signal.Child;
}
