using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>A context that comes through a pipe or socket: kept in an unlinked file until it has been verified as a
/// whole, for nothing may be made of half a context.</summary>
internal static class SpooledStream
{
    private const int Piece = 256 << 10;

    // How long to wait for the writer's own end.
    private const int MostForEndMs = 2000;

    public static OpenSource Read(Fd stream, string name, FileType type)
    {
        if (type is FileType.BlockDevice)
        {
            throw ReadRefusal.NotAContext(name);
        }

        byte[] bytes = new byte[ContextFormat.HeaderLength];
        int got = Fill(stream, name, bytes);
        ContextHeader header = HeaderCheck.Check(name, bytes.AsSpan(0, got));

        Fd? spool = CreateSpool(header.FileLength);
        try
        {
            Write(spool, bytes, 0);
            Copy(stream, name, spool, header);
            AwaitEnd(stream);
            OpenSource source = new(spool, name, Start: 0, Sys.EffectiveUid, bytes, header);
            spool = null;
            return source;
        }
        finally
        {
            spool?.Dispose();
        }
    }

    // The header tells where the context ends: what the stream carries behind it stays there.
    private static void Copy(Fd stream, string name, Fd spool, in ContextHeader header)
    {
        byte[] piece = new byte[Math.Min(Piece, header.FileLength)];
        long done = ContextFormat.HeaderLength;
        while (done < header.FileLength)
        {
            Span<byte> next = piece.AsSpan(0, (int)Math.Min(piece.Length, header.FileLength - done));
            int got = Fill(stream, name, next);
            Write(spool, next[..got], done);
            done += got;
            if (got < next.Length)
            {
                throw ReadRefusal.CutShort(name, done, header.FileLength);
            }
        }
    }

    // cr_checkpoint closes the stream when all is done: its own ids, and with --kill those of the process, are in use
    // until then. Not for ever: who opened the stream may keep it, and what comes next may be something else.
    private static void AwaitEnd(Fd stream) => _ = Sys.Poll(stream, PollEvents.Readable, MostForEndMs);

    /// <returns>Fewer bytes than asked for only at the end of the stream.</returns>
    private static int Fill(Fd stream, string name, Span<byte> to)
    {
        int done = 0;
        while (done < to.Length)
        {
            SysResult got = Sys.Read(stream, to[done..]);
            if (got.Error == Errno.Again)
            {
                got = Sys.Poll(stream, PollEvents.Readable, -1);
                if (got.Ok)
                {
                    continue;
                }
            }

            if (got.Error == Errno.Interrupted)
            {
                continue;
            }

            if (!got.Ok)
            {
                throw ReadRefusal.Reading(name, got.Error);
            }

            if (got.Value == 0)
            {
                break;
            }

            done += (int)got.Value;
        }

        return done;
    }

    private static void Write(Fd spool, ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            SysResult got = Sys.WriteAt(spool, bytes, offset);
            if (!got.Ok && got.Error != Errno.Interrupted)
            {
                throw ReadRefusal.Spooling("the spool file", got.Error, offset + bytes.Length);
            }

            int written = got.Ok ? (int)got.Value : 0;
            bytes = bytes[written..];
            offset += written;
        }
    }

    // An unlinked file goes with the last who has it open, however that ends. Better to hear now that there is no room.
    private static Fd CreateSpool(long length)
    {
        string[] directories = [Environment.GetEnvironmentVariable("TMPDIR") ?? "", "/var/tmp", "/tmp"];
        Errno last = Errno.NoEntry;
        string place = "/tmp";
        foreach (string directory in directories)
        {
            if (directory.Length == 0)
            {
                continue;
            }

            SysResult<Fd> made = Sys.Open(directory,
                OpenFlags.TemporaryFile | OpenFlags.ReadWrite | OpenFlags.CloseOnExec, mode: 0x180 /* 0600 */);
            if (made.Ok && FileSystem.FreeBytes(made.Value!) >= length)
            {
                return made.Value!;
            }

            made.Value?.Dispose();
            (last, place) = (made.Ok ? Errno.NoSpace : made.Error, directory);
        }

        throw ReadRefusal.Spooling(place, last, length);
    }
}
