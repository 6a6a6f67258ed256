using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>DIR/state: the old one or the new one, at any instant, and also when the disk is full.</summary>
/// <remarks>Beside it lies DIR/state.new, of the same size. It is overwritten, which takes no new block, synced, and then the
/// two change names. Where a file system cannot do that, it is renamed, and made anew the next time.</remarks>
internal sealed class StateFile(string directory)
{
    private const int Block = 4096;
    private const int Attempts = 10;

    private readonly string _path = directory + "/state";
    private readonly string _next = directory + "/state.new";

    public string Path => _path;

    /// <summary>What is there. ENOENT: nothing; EINVAL: nothing that can be understood.</summary>
    public SysResult<RunState> Read()
    {
        // The file that we read may change its name meanwhile, and then be overwritten: if so, once more.
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            SysResult there = Sys.LinkStatus(_path, out FileStatus before);
            SysResult<byte[]> text = there.Ok ? Sys.ReadFile(_path) : new(null, there.Error);
            if (!text.Ok)
            {
                return new(null, text.Error);
            }

            bool same = Sys.LinkStatus(_path, out FileStatus after).Ok && before.IsSameFile(after)
                && before.ModifyNs == after.ModifyNs && before.ChangeNs == after.ChangeNs;
            if (same && StateJson.Read(text.Value.AsMemory()) is { } state)
            {
                return new(state, Errno.None);
            }
        }

        return new(null, Errno.Invalid);
    }

    /// <summary>The first one of a run: both files are there afterwards.</summary>
    public Errno Begin(RunState state)
    {
        Errno error = Write(state);
        return error == Errno.None ? Write(state) : error;
    }

    public Errno Write(RunState state)
    {
        byte[] text = StateJson.Write(state);
        byte[] blocks = new byte[(text.Length / Block + 1) * Block];
        blocks.AsSpan().Fill((byte)' ');
        text.CopyTo(blocks, 0);
        blocks[^1] = (byte)'\n';

        Errno error = WriteNext(blocks);
        if (error != Errno.None)
        {
            return error;
        }

        SysResult placed = Sys.Exchange(_next, _path);
        return placed.Ok ? Errno.None : Sys.Rename(_next, _path).Error;
    }

    private Errno WriteNext(byte[] blocks)
    {
        const OpenFlags Flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        SysResult<Fd> opened = Sys.Open(_next, Flags, 0x180 /* 0600 */);
        if (!opened.Ok)
        {
            return opened.Error;
        }

        using Fd file = opened.Value!;
        for (int at = 0; at < blocks.Length;)
        {
            SysResult written = Sys.WriteAt(file, blocks.AsSpan(at), at);
            if (!written.Ok && written.Error != Errno.Interrupted)
            {
                return written.Error;
            }

            at += (int)Math.Max(0, written.Value);
        }

        SysResult cut = Sys.SetSize(file, blocks.Length);
        return cut.Ok ? Sys.Sync(file).Error : cut.Error;
    }
}
