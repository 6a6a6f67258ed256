using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.NamedPipes;

/// <summary>A FIFO held open for both while its ends are opened, so that no open(2) waits for the other side (man 7 fifo).</summary>
internal sealed class HeldNamedPipe : IDisposable
{
    private readonly Fd _both;
    private readonly string _path;

    private HeldNamedPipe(Fd both, string path)
    {
        _both = both;
        _path = path;
    }

    /// <summary>Opens it, made again if it is missing, and puts in what was in it.</summary>
    /// <remarks>Preconditions: with the rights of the context file's owner.</remarks>
    public static HeldNamedPipe Open(RestartPlan plan, SavedDescription first)
    {
        NamedPipe image = first.Image.NamedPipe;
        string path = plan.Relocate(image.File.Path);
        OpenFlags packets = image.Packets ? OpenFlags.Direct : OpenFlags.ReadOnly;
        SysResult<Fd> opened = OpenBoth(path, packets);
        if (opened.Error == Errno.NoEntry)
        {
            SysResult made = Sys.MakeNode(path, image.File.Mode & 0xffff);
            opened = made.Ok ? OpenBoth(path, packets) : new(null, made.Error);
        }

        HeldNamedPipe held = new(opened.Value ?? throw first.Failed(opened.Error, $"is the named pipe, {path}"), path);
        try
        {
            // Somebody outside may be using it: then its size and what is in it are theirs.
            if (image.Capacity != 0)
            {
                PipeContents.Fill(held._both, image.Capacity, image.Contents, first);
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A description of its own with the saved access mode; does not block. The caller owns it.</summary>
    public Fd OpenEnd(SavedDescription saved)
    {
        SysResult<Fd> end = Sys.Open($"/proc/self/fd/{_both.Number}", saved.Access | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        return end.Value ?? throw saved.Failed(end.Error, $"is the named pipe, {_path}");
    }

    public void Dispose() => _both.Dispose();

    private static SysResult<Fd> OpenBoth(string path, OpenFlags packets)
    {
        SysResult<Fd> opened = Sys.Open(path, OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.CloseOnExec);
        if (!opened.Ok)
        {
            return opened;
        }

        using Fd place = opened.Value!;
        SysResult looked = Sys.Status(place, out FileStatus status);
        return looked.Ok && status.Type == FileType.Fifo
            ? Sys.Open($"/proc/self/fd/{place.Number}", OpenFlags.ReadWrite | OpenFlags.NonBlocking | OpenFlags.CloseOnExec | packets)
            : new(null, looked.Ok ? Errno.Exists : looked.Error);
    }
}
