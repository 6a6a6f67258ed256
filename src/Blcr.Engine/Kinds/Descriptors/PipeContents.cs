using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Reads what is in a pipe, named or not, and leaves the pipe as it was; and puts it into a new one.</summary>
internal static class PipeContents
{
    private const int NonBlock = 2; // SPLICE_F_NONBLOCK

    /// <param name="ends">Every saved description of the pipe.</param>
    public static Pipe Collect(Dump dump, List<FoundDescription> ends)
    {
        FoundDescription first = ends[0];
        using Fd any = first.Duplicate();
        Pipe image = new()
        {
            Inode = first.Status.Inode,
            Capacity = (uint)Sys.Fcntl(any, FcntlCommand.GetPipeSize).Value,
            Packets = ends.Exists(end => end.Access != OpenFlags.ReadOnly && end.Flags.HasFlag(OpenFlags.Direct)),
        };
        FoundDescription? reader = ends.Find(end => end.Access != OpenFlags.WriteOnly);
        ulong unread = reader is null ? 0 : PipeSides.Unread(reader); // without a reader nobody can ever read it
        if (unread == 0)
        {
            return image;
        }

        Errno error = Copy(reader!, image, unread);
        if (error != Errno.None)
        {
            first.Refuse(dump, error, $"a pipe with {unread} unread bytes that cannot be copied: {ErrorText.Of(error)}",
                "Raise /proc/sys/fs/pipe-user-pages-soft, or checkpoint the program when the pipe is empty.");
        }

        return image;
    }

    /// <summary>Gives a new pipe its size and contents. Preconditions: the writer does not block.</summary>
    public static void Fill(Fd writer, uint capacity, IEnumerable<ByteString> contents, SavedDescription saved)
    {
        SysResult done = Sys.Fcntl(writer, FcntlCommand.SetPipeSize, capacity);
        if (!done.Ok)
        {
            throw saved.Failed(done.Error, $"is an end of a pipe that cannot have its size again, {capacity} bytes");
        }

        foreach (ByteString part in contents)
        {
            done = Sys.Write(writer, part.Span);
            if (!done.Ok || done.Value != part.Length)
            {
                throw saved.Failed(done.Ok ? Errno.NoSpace : done.Error, "is an end of a pipe whose contents do not fit in again");
            }
        }
    }

    private static Errno Copy(FoundDescription reader, Pipe image, ulong unread)
    {
        Errno error = Sys.Pipe(OpenFlags.NonBlocking | OpenFlags.CloseOnExec, out Fd? copyReader, out Fd? copyWriter);
        if (error != Errno.None)
        {
            return error;
        }

        using Fd from = copyReader!;
        using Fd to = copyWriter!;
        using Fd source = reader.Duplicate();
        SysResult sized = Sys.Fcntl(to, FcntlCommand.SetPipeSize, image.Capacity);
        if (!sized.Ok)
        {
            return sized.Error;
        }

        // tee(2) and not read(2): whatever happens to us next, the bytes are still the application's.
        SysResult copied = Sys.Call(SyscallNumber.Tee, source.Number, to.Number, (long)unread, NonBlock);
        if (!copied.Ok || (ulong)copied.Value != unread)
        {
            return copied.Ok ? Errno.NoSpace : copied.Error;
        }

        return Drain(from, image, unread);
    }

    /// <summary>One read per element: a read ends at the end of a packet (man 2 pipe, O_DIRECT).</summary>
    private static Errno Drain(Fd from, Pipe image, ulong unread)
    {
        byte[] buffer = new byte[unread];
        while (unread > 0)
        {
            SysResult got = Sys.Read(from, buffer);
            if (got.Error == Errno.Interrupted)
            {
                continue;
            }

            if (!got.Ok || got.Value == 0)
            {
                return got.Ok ? Errno.InputOutput : got.Error;
            }

            image.Contents.Add(ByteString.CopyFrom(buffer, 0, (int)got.Value));
            unread -= (ulong)got.Value;
        }

        image.Packets |= image.Contents.Count > 1; // its packet writer may be gone
        return Errno.None;
    }
}
