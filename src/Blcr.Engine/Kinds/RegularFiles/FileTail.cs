using Blcr.Linux;

namespace Blcr.Engine.Kinds.RegularFiles;

/// <summary>What a file has beyond a length, copied to PATH.after-checkpoint.</summary>
internal sealed class FileTail(string path, long size)
{
    private const int BlockLength = 1 << 20;
    private const uint PermissionBits = 0x1ff;
    private const uint OwnerOnly = 0x180; // 0600

    public string Path => path;

    public long Size => size;

    public string KeptPath => $"{path}.after-checkpoint";

    /// <summary>Bytes that were copied; 0: there were none.</summary>
    public long Kept { get; private set; }

    /// <summary>Whether there is a place for it: the error if there is none.</summary>
    public static Errno? WhyNot(string path)
    {
        string passing = Passing(path);
        SysResult<Fd> made = Make(passing);
        made.Value?.Dispose();
        _ = made.Ok ? Sys.Unlink(passing) : default;
        return made.Ok ? null : made.Error;
    }

    /// <summary>Copies. Under its name it is complete and on disk.</summary>
    /// <exception cref="RefusedException">No room, or the file grows while it is copied. It is as it was.</exception>
    public void Keep()
    {
        SysResult<Fd> opened = Sys.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);
        using Fd from = opened.Value ?? throw Failed(opened.Error);
        _ = Sys.Status(from, out FileStatus before);
        if (before.Size <= size)
        {
            return;
        }

        string passing = Passing(path);
        SysResult<Fd> made = Make(passing);
        using Fd to = made.Value ?? throw Failed(made.Error);
        try
        {
            Copy(from, to, before.Size);
            _ = Sys.SetOwner(to, before.Uid, before.Gid); // an ordinary user's own, if it cannot be given away
            _ = Sys.SetMode(to, before.Mode & PermissionBits);
            Checked(Sys.Sync(to));
            _ = Sys.Status(from, out FileStatus after);
            if (after.Size != before.Size)
            {
                throw Failed(Errno.Busy);
            }

            Checked(Sys.Rename(passing, KeptPath));
        }
        catch (RefusedException)
        {
            _ = Sys.Unlink(passing);
            throw;
        }

        Kept = before.Size - size;
    }

    private void Copy(Fd from, Fd to, long end)
    {
        byte[] block = GC.AllocateUninitializedArray<byte>((int)Math.Min(BlockLength, end - size));
        for (long at = size; at < end;)
        {
            long got = Checked(Sys.ReadAt(from, block.AsSpan(0, (int)Math.Min(block.Length, end - at)), at)).Value;
            if (got == 0)
            {
                throw Failed(Errno.Busy); // somebody is cutting it at the same time
            }

            for (long done = 0; done < got;)
            {
                done += Checked(Sys.WriteAt(to, block.AsSpan((int)done, (int)(got - done)), at - size + done)).Value;
            }

            at += got;
        }
    }

    private static string Passing(string path)
    {
        int name = path.LastIndexOf('/') + 1;
        return $"{path[..name]}.{path[name..]}.after-checkpoint.tmp";
    }

    // One that a killed cr_restart left behind is replaced.
    private static SysResult<Fd> Make(string passing)
    {
        _ = Sys.Unlink(passing);
        return Sys.Open(passing, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, OwnerOnly);
    }

    private SysResult Checked(SysResult result) => result.Ok ? result : throw Failed(result.Error);

    private RefusedException Failed(Errno error) => new(0, error,
        $"what {path} has got since the checkpoint cannot be kept in {KeptPath}: {ErrorText.Of(error)}",
        "Nothing was cut back, and nothing was restarted.",
        error == Errno.Busy ? "Somebody is writing to it: end them first." : "Make room there, or leave --cut-back out.");
}
