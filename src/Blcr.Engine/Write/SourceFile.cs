using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>A file that pages of the page data section come from.</summary>
/// <param name="path">For messages.</param>
/// <param name="seen">What it was when it was looked at, and has to be before and after each time it is read; null: others may write
/// to it as they like.</param>
/// <remarks>The saved processes stand still, but others may write. What they do within one tick of the file system's clock
/// (4 ms; Linux 6.13 has finer ones) after the file was looked at, and without a change of its size, is not noticed.</remarks>
public abstract class SourceFile(string path, FileStatus? seen)
{
    protected string Path => path;

    /// <summary>Fills <paramref name="to"/>; past the end of the file with zeros. Any thread may call it.</summary>
    /// <returns>Why not; null if it worked.</returns>
    public abstract Obstacle? Read(Span<byte> to, long offset);

    /// <summary>The same from an open descriptor.</summary>
    protected Obstacle? Fill(Fd file, Span<byte> to, long offset)
    {
        if (!IsAsSeen(file))
        {
            return Failed(Errno.Busy);
        }

        SysResult got = Sys.ReadAllAt(file, to, offset);
        if (!got.Ok || !IsAsSeen(file))
        {
            return Failed(got.Ok ? Errno.Busy : got.Error);
        }

        to[(int)got.Value..].Clear(); // as in the last page of a mapping
        return null;
    }

    protected Obstacle Failed(Errno error) => error switch
    {
        Errno.Busy or Errno.NoEntry => new(0, Errno.Busy, $"{path} is being changed while it is saved, by a process that is not",
            "It would be saved as it never was. Nothing was kept of this checkpoint; the program runs on.",
            "Try again when nobody else works on it."),
        _ => new(0, error, $"could not read {path}, which has to be saved: {ErrorText.Of(error)}",
            "Nothing was kept of this checkpoint; the program runs on.", "Look at the file system it is on."),
    };

    private bool IsAsSeen(Fd file) => seen is not { } before || (Sys.Status(file, out FileStatus now).Ok && now.IsSameFile(before)
        && now.Size == before.Size && now.ModifyNs == before.ModifyNs && now.ChangeNs == before.ChangeNs);
}

/// <summary>One that its owner keeps open until the context file is written.</summary>
/// <param name="file">Open for reading; its position does not matter.</param>
public sealed class OpenSourceFile(Fd file, string path, FileStatus? seen = null) : SourceFile(path, seen)
{
    public override Obstacle? Read(Span<byte> to, long offset) => Fill(file, to, offset);
}

/// <summary>One that is opened each time it is read: there may be more of them than a process may have open.</summary>
/// <param name="folder">Kept open by its owner.</param>
/// <param name="name">Below the folder.</param>
public sealed class ClosedSourceFile(Fd folder, string name, string path, FileStatus seen) : SourceFile(path, seen)
{
    public override Obstacle? Read(Span<byte> to, long offset)
    {
        SysResult<Fd> opened = Sys.OpenBelow(folder, name, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);
        using Fd? file = opened.Value;
        return file is null ? Failed(opened.Error) : Fill(file, to, offset);
    }
}
