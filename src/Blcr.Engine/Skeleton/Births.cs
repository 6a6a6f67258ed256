using Blcr.Engine.Kinds;
using Blcr.Engine.Kinds.Memory;
using Blcr.Engine.Kinds.PseudoTerminals;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Brings the whole tree into the world, each process by its own parent and into its session.</summary>
/// <remarks>A child that has no memory in common with its parent is cloned while the parent is still nothing but a seed with
/// a workshop, which costs next to nothing. One that has is cloned when the parent's pages are there, and shares them
/// (fork(2)). Whatever belongs into a session that its parent never was in, somebody in that session bears.</remarks>
internal sealed class Births(Rebuilding rebuilding, NewTree tree, DescriptorChannel channel)
{
    private readonly WorkshopPlaces _places = new(rebuilding.Image);
    private readonly FamilyPlan _plan = rebuilding.Plan.Family;
    private readonly Dictionary<FamilyMember, SeedProcess> _born = [];
    private readonly Queue<FamilyMember> _incomplete = [];
    private readonly ILookup<FamilyMember, FamilyMember> _twins =
        rebuilding.Plan.Family.Members.Where(member => member.Twin is not null).ToLookup(member => member.Twin!);
    private readonly ILookup<int, FamilyMember> _children = rebuilding.Plan.Family.Members
        .Where(member => member.Twin is null && member.Way != BirthWay.Adopted).ToLookup(member => member.Image.Parent);
    private readonly ILookup<int, FamilyMember> _adopted =
        rebuilding.Plan.Family.Members.Where(member => member.Way == BirthWay.Adopted).ToLookup(member => member.BornIn);

    /// <exception cref="RefusedException">Not all of them could be born; the caller ends those that were.</exception>
    public void All()
    {
        using Fd seed = SeedFile.Create();
        foreach (FamilyMember root in _children[0].Where(root => !root.BelongsToInit))
        {
            int pid = Spawn.Seed(seed, Wanted(root.Image.Pid), root.Image.Pid);
            Add(root, pid, bearer: null);
        }

        BearForInit(seed, [.. _children[0].Where(root => root.BelongsToInit)]);

        foreach (int session in LeaderlessBelow(null))
        {
            int pid = Spawn.Seed(seed, WantedFor(session), session);
            OpenLeaderless(session, new Placeholder(session, pid, Footing.InSeed(pid), null), null);
        }

        while (_incomplete.TryDequeue(out FamilyMember? member))
        {
            Complete(member, _born[member]);
        }

        if (_plan.Members.FirstOrDefault(member => !_born.ContainsKey(member)) is { } unborn)
        {
            throw new RefusedException(unborn.Image.Pid, Errno.NotSupported,
                $"({unborn.Image.Name}) is in a session that cannot be opened before it is born", "No process was left behind.",
                "Restart it with --no-restore-sid: everything joins the session of cr_restart.");
        }

        // Parents before children, the lead first.
        foreach (FamilyMember member in _plan.Members.Where(member => !member.IsZombie))
        {
            rebuilding.Processes.Add(_born[member]);
            tree.Processes.Add(_born[member]);
        }
    }

    /// <summary>Born by a process that ends then, as it was with whoever had started them.</summary>
    private void BearForInit(Fd seed, List<FamilyMember> daemons)
    {
        if (daemons.Count == 0)
        {
            return;
        }

        int pid = Spawn.Seed(seed, 0, 0);
        while (_plan.Uses(pid))
        {
            new Placeholder(0, pid, Footing.InSeed(pid), null).End();
            pid = Spawn.Seed(seed, 0, 0); // the kernel gives out one id after the other
        }

        Placeholder between = new(0, pid, Footing.InSeed(pid), null);
        tree.Placeholders.Add(between);
        foreach (FamilyMember daemon in daemons)
        {
            CloneArguments arguments = new() { ExitSignal = Signal.Child };
            Add(daemon, CloneCall.Make(between.Footing, arguments, Wanted(daemon.Image.Pid), daemon.Image.Pid), bearer: null);
        }

        _ = tree.Placeholders.Remove(between);
        Subreaper.Without(between.End);
    }

    private int Wanted(int savedPid) => rebuilding.Plan.Request.RestorePid ? savedPid : 0;

    private int WantedFor(int session) =>
        rebuilding.Plan.Request.RestorePid || rebuilding.Plan.Request.Sessions == SavedIds.All ? session : 0;

    /// <summary>Builds a process as far as its children need it, and bears them.</summary>
    private void Complete(FamilyMember member, SeedProcess process)
    {
        if (member.IsZombie)
        {
            OpenSession(member, process);
            return;
        }

        process.OpenWorkshop(_places);
        List<FamilyMember> children = [.. _children[member.Image.Pid]];
        HashSet<FamilyMember> heirs = [.. children.Where(child => !child.IsZombie && InheritedMemory.Inherits(member.Image, child.Image))];
        Bear(process, children, child => child.Way == BirthWay.Early && !heirs.Contains(child));
        bool sessionWaits = heirs.Any(heir => heir.Way == BirthWay.Early);
        if (!sessionWaits)
        {
            OpenSession(member, process);
            Bear(process, children, child => child.Way == BirthWay.Late && !heirs.Contains(child));
        }

        foreach (int session in LeaderlessBelow(member))
        {
            int pid = CloneCall.Make(process.Footing, new CloneArguments { ExitSignal = Signal.Child }, WantedFor(session), session);
            OpenLeaderless(session, new Placeholder(session, pid, process.Footing.OfCopy(pid), process), process);
        }

        foreach (ProcessKind kind in AllKinds.BeforeChildren)
        {
            kind.Rebuild(rebuilding, process);
        }

        process.HasMemory = true;
        Bear(process, children, child => child.Way == BirthWay.Early && heirs.Contains(child));
        if (sessionWaits)
        {
            OpenSession(member, process);
            Bear(process, children, child => child.Way == BirthWay.Late);
        }
        else
        {
            Bear(process, children, child => child.Way == BirthWay.Late && heirs.Contains(child));
        }
    }

    private void Bear(SeedProcess parent, List<FamilyMember> children, Predicate<FamilyMember> which)
    {
        foreach (FamilyMember child in children.FindAll(which))
        {
            CloneArguments arguments = new() { Flags = Sharing(child), ExitSignal = ExitSignalOf(child) };
            Footing bearer = parent.FootingOfBearer(child.Image.ParentThread, rebuilding.Plan.Request.RestorePid);
            Add(child, CloneCall.Make(bearer, arguments, Wanted(child.Image.Pid), child.Image.Pid), parent);
        }
    }

    /// <param name="member">Who it is.</param>
    /// <param name="pid">Just born, and stopped.</param>
    /// <param name="bearer">Of whose address space, and group, it is a copy; null: it was spawned by the tool.</param>
    private void Add(FamilyMember member, int pid, SeedProcess? bearer)
    {
        SysResult<Fd> pidFd = Sys.PidFdOpen(pid);
        SeedProcess process = new(pid, pidFd.Value ?? throw Stops.Lost(pid, pidFd.Error), member.Image, channel, bearer)
        {
            MemoryFrom = bearer is { HasMemory: false } ? bearer.MemoryFrom : bearer,
            Group = bearer?.Group ?? 0,
        };
        _born.Add(member, process);
        _incomplete.Enqueue(member);
        tree.Born.Add(process);
        rebuilding.Note(member.Image.Pid, pid);
        if (bearer is null)
        {
            process.Footing.ForgetSignal(Signal.Child); // ignored by whoever started us, it would be so in the whole tree
        }

        foreach (FamilyMember twin in _twins[member])
        {
            CloneArguments arguments = new() { Flags = CloneFlags.Parent | Sharing(twin) };
            Add(twin, CloneCall.Make(process.Footing, arguments, Wanted(twin.Image.Pid), twin.Image.Pid), process);
        }
    }

    private void OpenSession(FamilyMember member, SeedProcess process)
    {
        if (!member.LeadsSession)
        {
            return;
        }

        _ = process.Footing.Must("open its session", SyscallNumber.Setsid);
        process.Group = process.Pid;
        rebuilding.Sessions.Note(member.Session, process.Pid);
        if (!member.IsZombie)
        {
            ControllingTerminals.Acquire(rebuilding, process); // who is born in the session from now on has it too
        }

        Adoption adoption = new(process.Footing, member.Parent, ExitSignalOf(member) == Signal.Child);
        foreach (FamilyMember orphan in _adopted[member.Session])
        {
            Adopt(orphan, adoption, process);
        }
    }

    private IEnumerable<int> LeaderlessBelow(FamilyMember? adopter) =>
        _plan.LeaderlessSessions.Where(entry => entry.Value == adopter).Select(entry => entry.Key);

    private void OpenLeaderless(int session, Placeholder placeholder, SeedProcess? maker)
    {
        tree.Placeholders.Add(placeholder);
        _ = placeholder.Footing.Must("open its session", SyscallNumber.Setsid);
        rebuilding.Sessions.Note(session, placeholder.Pid);
        Adoption adoption = new(placeholder.Footing, maker is null ? null : _plan[maker.Image.Pid], true);
        foreach (FamilyMember orphan in _adopted[session])
        {
            Adopt(orphan, adoption, maker);
        }
    }

    private void Adopt(FamilyMember orphan, Adoption adoption, SeedProcess? copyOf)
    {
        SeedProcess? parent = orphan.Parent is null ? null : _born[orphan.Parent];
        int pid = adoption.Of(orphan, parent, Wanted(orphan.Image.Pid));
        Add(orphan, pid, copyOf);
        _born[orphan].Group = adoption.Footing.Tid;
    }

    /// <summary>A zombie without one had SIGCHLD, or nobody would have noticed it.</summary>
    private static ulong ExitSignalOf(FamilyMember member) => member.Image.Attributes?.ExitSignal ?? Signal.Child;

    private static CloneFlags Sharing(FamilyMember member) =>
        (member.Image.DescriptorsOf != 0 ? CloneFlags.SharesFiles : CloneFlags.None) | (member.Image.FileSystemOf != 0 ? CloneFlags.SharesFileSystem : CloneFlags.None);
}
