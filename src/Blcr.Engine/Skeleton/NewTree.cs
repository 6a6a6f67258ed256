using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>The processes of a restart, from the first seed to the release. Disposed before that, it ends them all.</summary>
internal sealed class NewTree : IDisposable
{
    private NewTree()
    {
    }

    /// <summary>Parents before children.</summary>
    public List<SeedProcess> Processes { get; } = [];

    /// <summary>Makes every process, with its id, standing still.</summary>
    public static NewTree Start(Rebuilding rebuilding)
    {
        NewTree tree = new();
        try
        {
            using Fd seed = SeedFile.Create();
            using PassedOnCapability capability = new();
            int firstInternal = FirstInternalDescriptor(rebuilding.Image);
            foreach (ProcessImage image in rebuilding.Image.Processes)
            {
                SeedProcess process = SeedProcess.Start(seed, rebuilding.Plan.File.File, image, rebuilding.Plan.Request, firstInternal);
                tree.Processes.Add(process);
                rebuilding.Processes.Add(process);
            }

            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (SeedProcess process in Processes.AsEnumerable().Reverse())
        {
            process.Dispose();
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
