using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Describes files that are found again by their path, so that another one at that path is noticed.</summary>
public static class FileReferences
{
    private const long DigestLimit = 4 << 20; // about 0.3 ms of hashing at most

    public static FileReference Of(string path, in FileStatus status) => new()
    {
        Path = path,
        Device = status.Device,
        Inode = status.Inode,
        Size = (ulong)status.Size,
        MtimeNs = status.ModifyNs,
        Mode = status.Mode,
    };

    /// <summary>The same for a mapped file, whose bytes are part of the process: with what tells an equal copy from
    /// another file, as installing the same package on another node gives equal bytes with another time.</summary>
    public static FileReference OfMapped(string path, in FileStatus status)
    {
        FileReference reference = Of(path, status);
        if (status.Type != FileType.Regular)
        {
            return reference;
        }

        using Fd? file = Sys.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.CloseOnExec).Value;
        if (file is not null)
        {
            reference.BuildId = Google.Protobuf.ByteString.CopyFrom(ElfBuildId.Read(file));
            if (reference.BuildId.IsEmpty && status.Size <= DigestLimit)
            {
                reference.Digest = Google.Protobuf.ByteString.CopyFrom(DigestOf(file, status.Size));
            }
        }

        return reference;
    }

    /// <summary>XXH128 of the content; empty if it cannot be read.</summary>
    public static byte[] DigestOf(Fd file, long size)
    {
        byte[] content = GC.AllocateUninitializedArray<byte>((int)Math.Min(size, DigestLimit));
        SysResult got = Sys.ReadAt(file, content, 0);
        return got.Value == content.Length ? System.IO.Hashing.XxHash128.Hash(content) : [];
    }
}
