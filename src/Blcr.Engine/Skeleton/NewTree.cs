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

    /// <summary>Parents before children.</summary>
    public List<SeedProcess> Processes { get; } = [];

    /// <summary>Makes every process, with its id and its memory, standing still.</summary>
    public static NewTree Start(Rebuilding rebuilding)
    {
        NewTree tree = new(DescriptorChannel.Open(FirstInternalDescriptor(rebuilding.Image), rebuilding.Plan.File.File));
        try
        {
            new Births(rebuilding, tree, tree._channel).All();
            tree._channel.StopPassingOn();
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

        Processes.ForEach(process => process.Dispose());
        _channel.Dispose();
        _orphans.Dispose();
    }

    private void EndAll()
    {
        Processes.ForEach(process => process.Kill());
        Processes.ForEach(process => process.AwaitEnd());

        // What its tracer has waited for is then its parent's to wait for (kernel/exit.c: wait_task_zombie()), and that
        // parent is dead: it was handed on to us.
        foreach (SeedProcess process in Processes)
        {
            _ = Sys.Wait4(process.Pid, WaitOptions.NoHang | WaitOptions.All, out _); // ECHILD: our own child, waited for above
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
