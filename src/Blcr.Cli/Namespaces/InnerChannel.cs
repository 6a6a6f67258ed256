using System.Buffers.Binary;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>The socket between the two cr_restarts of a restart in a namespace of its own.</summary>
/// <remarks>Each message: a word, the number of bytes (32 bits), the bytes.</remarks>
internal sealed class InnerChannel(Fd socket) : IDisposable
{
    private const int HeaderBytes = 5;

    public Fd Socket => socket;

    public static unsafe (InnerChannel Outer, InnerChannel Inner) Pair()
    {
        const int unix = 1;                       // AF_UNIX
        const int streamCloseOnExec = 1 | 0x80000; // SOCK_STREAM | SOCK_CLOEXEC
        int* ends = stackalloc int[2];
        SysResult made = Sys.Call(SyscallNumber.Socketpair, unix, streamCloseOnExec, 0, (nint)ends);
        return made.Ok
            ? (new InnerChannel(new Fd(ends[0])), new InnerChannel(new Fd(ends[1])))
            : throw new InvalidOperationException($"no socket: {made.Error}");
    }

    /// <summary>To a reader that has gone it is sent in vain.</summary>
    public void Send(InnerWord word, Action<BinaryWriter>? write = null)
    {
        using MemoryStream content = new();
        using (BinaryWriter writer = new(content))
        {
            write?.Invoke(writer);
        }

        byte[] body = content.ToArray();
        byte[] message = new byte[HeaderBytes + body.Length];
        message[0] = (byte)word;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(1), body.Length);
        body.CopyTo(message, HeaderBytes);
        for (ReadOnlySpan<byte> rest = message; !rest.IsEmpty;)
        {
            SysResult written = Sys.Write(socket, rest);
            if (!written.Ok && written.Error != Errno.Interrupted)
            {
                return;
            }

            rest = rest[(int)Math.Max(0, written.Value)..];
        }
    }

    /// <summary>The next message; null when the other side has gone.</summary>
    public (InnerWord Word, BinaryReader Content)? Receive()
    {
        byte[] header = new byte[HeaderBytes];
        if (!Fill(header))
        {
            return null;
        }

        byte[] body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1))];
        return Fill(body) ? ((InnerWord)header[0], new BinaryReader(new MemoryStream(body))) : null;
    }

    /// <summary>One byte to the inner one: go on.</summary>
    public void SendGo() => _ = Sys.SendNow(socket, [1]); // it may have been killed

    public void AwaitGo() => _ = Fill(new byte[1]); // without the outer one there is nobody to wait for

    public static void Write(BinaryWriter writer, IReadOnlyList<Obstacle> obstacles)
    {
        writer.Write(obstacles.Count);
        foreach (Obstacle each in obstacles)
        {
            writer.Write(each.Pid);
            writer.Write(each.Code);
            writer.Write(each.Held);
            writer.Write(each.Meaning);
            writer.Write(each.WhatToDo);
            writer.Write(each.Headline ?? "");
        }
    }

    public static IReadOnlyList<Obstacle> ReadObstacles(BinaryReader reader)
    {
        List<Obstacle> obstacles = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            Obstacle each = new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadString(), reader.ReadString(), reader.ReadString());
            obstacles.Add(reader.ReadString() is { Length: > 0 } headline ? each with { Headline = headline } : each);
        }

        return obstacles;
    }

    public void Dispose() => socket.Dispose();

    private bool Fill(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            SysResult got = Sys.Read(socket, bytes);
            if (got.Error == Errno.Interrupted)
            {
                continue;
            }

            if (!got.Ok || got.Value == 0)
            {
                return false;
            }

            bytes = bytes[(int)got.Value..];
        }

        return true;
    }
}
