using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Cli.Info;

/// <summary>Objects that processes share by an id or a name: System V objects and POSIX message queues.</summary>
internal static class SharedObjectsText
{
    /// <summary>A line for each.</summary>
    public static IEnumerable<string> Of(ContextImage image) =>
        image.SysvSegments.Select(Segment)
            .Concat(image.SysvSemaphoreSets.Select(set => Semaphores(image, set)))
            .Concat(image.SysvMessageQueues.Select(Queue))
            .Concat(image.PosixMessageQueues.Select(Of));

    public static string Of(PosixQueue queue) =>
        $"POSIX message queue /{Words.Harmless(queue.Name)}{(queue.Unlinked ? " (unlinked)" : "")}, {Words.Count(queue.Messages.Count, "message")}";

    private static string Segment(SysvSegment segment) =>
        $"{Name(SysvSort.SharedMemory, segment.Object)}, {Words.Bytes(segment.Size)}{(segment.Destroyed ? ", marked for destruction" : "")}";

    private static string Semaphores(ContextImage image, SysvSemaphoreSet set)
    {
        int undoing = image.Processes.Count(process => process.SemaphoreUndo.Any(undo => undo.Set == set.Object.Id));
        return $"{Name(SysvSort.Semaphores, set.Object)}, {Words.Count(set.Semaphores.Count, "semaphore")}"
            + (undoing > 0 ? $", undone at the end of {Words.Count(undoing, "process", "processes")}" : "");
    }

    private static string Queue(SysvQueue queue) =>
        $"{Name(SysvSort.Messages, queue.Object)}, {Words.Count(queue.Messages.Count, "message")}";

    private static string Name(SysvSort sort, SysvObject saved) =>
        $"{sort.What} {saved.Id}{(saved.Key == 0 ? "" : $" (key 0x{saved.Key:x8})")}";
}
