using System.Text;
using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Cli.Info;

/// <summary>One process of a context file.</summary>
internal sealed class ProcessText(ContextFile file, ProcessImage process, StringBuilder text)
{
    public void Write()
    {
        string parent = process.Parent > 0 ? $", child of {process.Parent}" : process.ChildOfInit ? ", child of init" : "";
        string stopped = process.Stopped ? $", stopped by signal {process.StopSignal}" : "";
        text.Append($"\nprocess {process.Pid} ({Words.Harmless(process.Name)}){parent}, group {process.Group}, session {process.Session}{stopped}{Ended()}\n");
        if (process.Zombie is not null)
        {
            return;
        }

        Line("command", string.Join(' ', CommandLineOf.Process(file, process)));
        Line("executable", process.Memory?.Executable?.Path ?? "");
        Line("directory", process.Attributes?.WorkingDirectory?.Path ?? "");
        if (process.Attributes?.RootDirectory?.Path is { Length: > 1 } root)
        {
            Line("root", root);
        }

        if (process.Threads is [{ Credentials: { } credentials }, ..])
        {
            Line("user", $"uid {credentials.Euid}, gid {credentials.Egid}");
        }

        Threads();
        Memory();
        Descriptors();
    }

    private string Ended() => process.Zombie is not { } zombie ? ""
        : new WaitStatus(zombie.Status) is { Exited: true } exited ? $", has ended with status {exited.ExitCode}, to be waited for"
        : $", has ended by signal {new WaitStatus(zombie.Status).KillSignal}, to be waited for";

    private void Line(string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append($"  {name,-12}{Words.Harmless(value)}\n");
        }
    }

    private void Threads()
    {
        IEnumerable<string> threads = process.Threads.Take(8).Select(thread => $"{thread.Tid} {thread.Name}");
        string more = process.Threads.Count > 8 ? ", …" : "";
        Line("threads", $"{process.Threads.Count}: {string.Join(", ", threads)}{more}");
    }

    private void Memory()
    {
        if (process.Memory is not { } memory)
        {
            return;
        }

        ulong mapped = 0;
        ulong stored = 0;
        foreach (Vma vma in memory.Vmas)
        {
            mapped += vma.End - vma.Start;
            stored += Stored(vma);
        }

        Line("memory", $"{Words.Count(memory.Vmas.Count, "mapping")}, {Words.Bytes(mapped)}, of which {Words.Bytes(stored)} stored");
        foreach (Vma vma in memory.Vmas)
        {
            string protection = Words.Protection(vma.Protection, vma.Shared);
            text.Append($"    {vma.Start:x12}-{vma.End:x12} {protection} {Words.Bytes(Stored(vma)),10}  {Words.Harmless(Backing(vma))}\n");
        }
    }

    private string Backing(Vma vma) => vma.Backing switch
    {
        VmaBacking.VmaFile => vma.File?.Path ?? "",
        VmaBacking.VmaContent => file.Image.FileContents.FirstOrDefault(content => content.Id == vma.Content) is { } content
            ? FileContentText.Of(content)
            : "",
        VmaBacking.VmaSegment => $"System V shared memory segment {vma.Segment}",
        _ when vma.Heap => "[heap]",
        _ when vma.Stack => "[stack]",
        _ => vma.AnonymousName,
    };

    private void Descriptors()
    {
        if (process.Descriptors is not { } table)
        {
            return;
        }

        Line("descriptors", process.DescriptorsOf != 0 ? $"those of process {process.DescriptorsOf}" : $"{table.Descriptors.Count}");
        foreach (Descriptor_ descriptor in table.Descriptors)
        {
            OpenDescription? description =
                file.Image.Descriptions.FirstOrDefault(description => description.Id == descriptor.Description);
            string what = description is null ? "" : DescriptionText.Of(description, file.Image);
            text.Append($"    {descriptor.Number,5}  {what}{(descriptor.CloseOnExec ? ", close-on-exec" : "")}\n");
        }
    }

    private static ulong Stored(Vma vma) =>
        vma.Runs.Aggregate(0ul, (sum, run) => sum + run.Pages) * Sys.PageSize;
}
