using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>The processes of a restart, from the first seed to the release. Disposed before that, it ends them all.</summary>
internal sealed class NewTree : IDisposable
{
    private readonly Subreaper _orphans = new();
    private readonly DescriptorChannel _channel;
    private bool _released;

    private NewTree(DescriptorChannel channel) => _channel = channel;

    /// <summary>Those that live. Parents before children, the lead first.</summary>
    public List<SeedProcess> Processes { get; } = [];

    /// <summary>Pid of the first one that is a child of ours; 0: all of them belong to init.</summary>
    public int Lead => Processes.Find(process => process.Image.Parent == 0 && !FamilyMember.GoesToInit(process.Image))?.Pid ?? 0;

    /// <summary>These and the zombies, in the order of birth.</summary>
    public List<SeedProcess> Born { get; } = [];

    /// <summary>Processes of ours that stand for others for a while.</summary>
    public List<Placeholder> Placeholders { get; } = [];

    /// <summary>Makes every process, with its id and its memory, standing still.</summary>
    public static NewTree Start(Rebuilding rebuilding)
    {
        NewTree tree = new(DescriptorChannel.Open(FirstInternalDescriptor(rebuilding.Image), rebuilding.Plan.File.File));
        try
        {
            new Births(rebuilding, tree, tree._channel).All();
            tree._channel.StopPassingOn();
            new Groups(rebuilding, tree).Join();
            tree.EndThoseWhoShall();
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <summary>From now on all of it is the application's.</summary>
    public void Release()
    {
        _released = true;
        _orphans.Dispose();
    }

    public void Dispose()
    {
        if (!_released)
        {
            EndAll();
        }

        Born.ForEach(process => process.Dispose());
        _channel.Dispose();
        _orphans.Dispose();
    }

    /// <summary>Placeholders and zombies. What their parents would hear of it, the image tells when it was so.</summary>
    private void EndThoseWhoShall()
    {
        HashSet<(int Parent, int Signal)> told = [];
        foreach (Placeholder placeholder in Placeholders)
        {
            placeholder.End();
            if (placeholder.Maker is { } maker)
            {
                told.Add((maker.Image.Pid, Signal.Child));
            }
        }

        Placeholders.Clear();
        foreach (SeedProcess zombie in Born.Where(process => process.Image.Zombie is not null))
        {
            Zombies.End(zombie);
            told.Add((zombie.Image.Parent, (int)(zombie.Image.Attributes?.ExitSignal ?? Signal.Child)));
        }

        foreach (SeedProcess parent in told.Count > 0 ? Processes : [])
        {
            foreach ((_, int signal) in told.Where(signal => signal.Parent == parent.Image.Pid && signal.Signal != 0))
            {
                parent.Footing.ForgetSignal(signal);
            }
        }
    }

    private void EndAll()
    {
        Born.ForEach(process => process.Kill());
        Placeholders.ForEach(placeholder => placeholder.Kill());
        Born.ForEach(process => process.AwaitEnd());
        Placeholders.ForEach(placeholder => Stops.AwaitEnd(placeholder.Pid, []));

        // What its tracer has waited for is then its parent's to wait for (kernel/exit.c: wait_task_zombie()), and that
        // parent is dead: it was handed on to us.
        foreach (int pid in Born.Select(process => process.Pid).Concat(Placeholders.Select(placeholder => placeholder.Pid)))
        {
            _ = Sys.Wait4(pid, WaitOptions.NoHang | WaitOptions.All, out _); // ECHILD: our own child, waited for above
        }
    }

    /// <summary>Above every number the saved processes use and every one they inherit from us.</summary>
    private static int FirstInternalDescriptor(ContextImage image)
    {
        int highest = image.Processes.SelectMany(process => process.Descriptors?.Descriptors ?? []).Select(descriptor => descriptor.Number).DefaultIfEmpty(2).Max();
        foreach (string name in Sys.ListDirectory("/proc/self/fd").Value ?? [])
        {
            highest = Math.Max(highest, int.Parse(name, System.Globalization.CultureInfo.InvariantCulture));
        }

        return highest + 1;
    }
}
