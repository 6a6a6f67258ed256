using Blcr.Engine.Image;

namespace Blcr.Cli.Info;

/// <summary>What a description is counted as.</summary>
internal readonly record struct DescriptionSort(string One, string Many)
{
    public static DescriptionSort Of(OpenDescription? description) => description?.ObjectCase switch
    {
        OpenDescription.ObjectOneofCase.RegularFile or OpenDescription.ObjectOneofCase.ContentFile => new("file"),
        OpenDescription.ObjectOneofCase.Directory => new("directory", "directories"),
        OpenDescription.ObjectOneofCase.PathOnly => new("path"),
        OpenDescription.ObjectOneofCase.MemoryDevice => new("device"),
        OpenDescription.ObjectOneofCase.Terminal or OpenDescription.ObjectOneofCase.PseudoTerminalEnd => new("terminal"),
        OpenDescription.ObjectOneofCase.PipeEnd or OpenDescription.ObjectOneofCase.NamedPipe => new("pipe"),
        OpenDescription.ObjectOneofCase.OutsidePipe => new("pipe to the outside", "pipes to the outside"),
        OpenDescription.ObjectOneofCase.UnixSocket => new("socket"),
        OpenDescription.ObjectOneofCase.EventCounter => new("event counter"),
        OpenDescription.ObjectOneofCase.EpollSet => new("epoll set"),
        OpenDescription.ObjectOneofCase.TimerDescriptor => new("timer"),
        OpenDescription.ObjectOneofCase.SignalDescriptor => new("signalfd"),
        null or OpenDescription.ObjectOneofCase.None => new("that cannot be saved", "that cannot be saved"),
        OpenDescription.ObjectOneofCase other => new($"{other}"),
    };

    private DescriptionSort(string one)
        : this(one, one + "s")
    {
    }
}
