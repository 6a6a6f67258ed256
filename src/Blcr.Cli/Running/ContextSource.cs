using Blcr.Cli.Options;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Running;

/// <summary>The context file of cr_restart: that it can be opened at all is the command's own question (exit 255).</summary>
internal sealed class ContextSource : IDisposable
{
    private readonly Fd? _file;

    private ContextSource(Source source, Fd? file = null)
    {
        Source = source;
        _file = file;
    }

    public Source Source { get; }

    public static ContextSource? Open(RestartOptions options, out string? wrong)
    {
        wrong = null;
        if (options.Descriptor is int number)
        {
            return new(new Source.FromDescriptor(number));
        }

        if (options.Directory is string directory)
        {
            return new(new Source.FromDirectory(directory));
        }

        string path = options.File!;
        if (options.FallBack)
        {
            return new(new Source.FromSeries(path));
        }

        SysResult<Fd> opened = Sys.Open(path, OpenFlags.ReadOnly | OpenFlags.CloseOnExec | OpenFlags.NoControllingTerminal);
        if (!opened.Ok)
        {
            wrong = $"Failed to open({path}, O_RDONLY): {ErrorText.Of(opened.Error)}";
            return null;
        }

        // The engine opens a regular file itself. Anything else is opened once: closing a FIFO again would kill its writer.
        Fd file = opened.Value!;
        SysResult looked = Sys.Status(file, out FileStatus status);
        if (looked.Ok && status.Type == FileType.Regular)
        {
            file.Dispose();
            return new(new Source.FromFile(path));
        }

        return new(new Source.FromDescriptor(file.Number), file);
    }

    public void Dispose() => _file?.Dispose();
}
