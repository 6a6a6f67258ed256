using Blcr.Engine.Image;

namespace Blcr.Cli.Info;

/// <summary>An open file description, named as a person would name it.</summary>
internal static class DescriptionText
{
    public static string Of(OpenDescription description, ContextImage image) => description.ObjectCase switch
    {
        OpenDescription.ObjectOneofCase.RegularFile => File(description.RegularFile.File, description),
        OpenDescription.ObjectOneofCase.ContentFile => Content(description, image),
        OpenDescription.ObjectOneofCase.Directory => $"directory {Path(description.Directory.File)}",
        OpenDescription.ObjectOneofCase.PathOnly => $"path only, {Path(description.PathOnly.File)}",
        OpenDescription.ObjectOneofCase.MemoryDevice => $"device {Words.Harmless(description.MemoryDevice.Path)}",
        OpenDescription.ObjectOneofCase.Terminal => $"terminal {Words.Harmless(description.Terminal.Path)}",
        OpenDescription.ObjectOneofCase.OutsidePipe => OutsidePipe(description.OutsidePipe),
        OpenDescription.ObjectOneofCase.PipeEnd => $"pipe {description.PipeEnd.Pipe}, {Words.Access(description.StatusFlags)}",
        OpenDescription.ObjectOneofCase.NamedPipe => $"named pipe {Path(description.NamedPipe.File)}, {Words.Access(description.StatusFlags)}",
        OpenDescription.ObjectOneofCase.EventCounter => $"event counter at {description.EventCounter.Count}",
        OpenDescription.ObjectOneofCase.UnixSocket => UnixSocketText.Of(description.UnixSocket),
        OpenDescription.ObjectOneofCase.EpollSet => $"epoll set of {Words.Count(description.EpollSet.Targets.Count, "descriptor")}",
        OpenDescription.ObjectOneofCase.TimerDescriptor => "timer",
        OpenDescription.ObjectOneofCase.SignalDescriptor => $"signals 0x{description.SignalDescriptor.Mask:x}",
        OpenDescription.ObjectOneofCase.Inotify => $"inotify instance with {Words.Count(description.Inotify.Watches.Count, "watch", "watches")}",
        OpenDescription.ObjectOneofCase.Fanotify => $"fanotify instance with {Words.Count(description.Fanotify.Marks.Count, "mark")}",
        OpenDescription.ObjectOneofCase.ProcessDescriptor => description.ProcessDescriptor.Pid == 0
            ? "pidfd of a process that has ended" : $"pidfd of process {description.ProcessDescriptor.Pid}",
        OpenDescription.ObjectOneofCase.PseudoTerminalEnd => PseudoTerminalEnd(description.PseudoTerminalEnd),
        OpenDescription.ObjectOneofCase.MessageQueueDescriptor => MessageQueue(description, image),
        OpenDescription.ObjectOneofCase other => $"{other}",
    };

    private static string File(FileReference file, OpenDescription description) =>
        $"file {Path(file)}, {Words.Access(description.StatusFlags)}, at {description.Position} of {file.Size}";

    private static string MessageQueue(OpenDescription description, ContextImage image)
    {
        PosixQueue? queue = image.PosixMessageQueues.FirstOrDefault(queue => queue.Id == description.MessageQueueDescriptor.Queue);
        return queue is null ? "POSIX message queue" : $"{SharedObjectsText.Of(queue)}, {Words.Access(description.StatusFlags)}";
    }

    private static string Content(OpenDescription description, ContextImage image)
    {
        FileContent? content = image.FileContents.FirstOrDefault(content => content.Id == description.ContentFile.Content);
        string what = content is null ? "file" : FileContentText.Of(content);
        return $"{what}, {Words.Access(description.StatusFlags)}, at {description.Position}";
    }

    private static string PseudoTerminalEnd(PseudoTerminalEnd end) => end.Side switch
    {
        PseudoTerminalSide.SideMaster => $"master of terminal /dev/pts/{end.Number}",
        PseudoTerminalSide.SideHungUp => $"terminal {Words.Harmless(end.Path)}, hung up",
        _ => $"terminal {Words.Harmless(end.Path)}, with its master inside",
    };

    private static string OutsidePipe(OutsidePipe pipe)
    {
        string end = pipe.ReadEnd ? "read" : "write";
        string left = pipe.Unread > 0 ? $", {pipe.Unread} bytes in it were not saved" : "";
        return $"pipe to the outside, {end}{left}";
    }

    private static string Path(FileReference file) => Words.Harmless(file.Path);
}
