using System.Buffers.Binary;
using Blcr.Engine.Image;
using Blcr.Linux;
using Blcr.Tests.Write;
using Google.Protobuf;

namespace Blcr.Tests.Read;

/// <summary>Makes context files as somebody with bad intentions would: anything may be in them, all checksums are right.</summary>
internal sealed class FuzzedContext(int seed)
{
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 4095, 4096, 4097, 0x7f, 0x80, 0xff, 0xffff, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32,
        1UL << 47, 1UL << 56, long.MaxValue, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 4095, HandMade.MemoryStart,
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        byte[] metadata = Seed(pages: 4).ToByteArray();
        int changes = 1 + _random.Next(4);
        for (int i = 0; i < changes; i++)
        {
            metadata = Change(metadata);
        }

        return Whole(metadata, pages: 4, _random.Next(20) == 0 ? Interesting[_random.Next(Interesting.Length)] : 4);
    }

    /// <summary>Header, metadata, page data and trailer that fit together.</summary>
    /// <param name="claimed">How many pages the header says there are.</param>
    public static byte[] Whole(byte[] metadata, int pages, ulong claimed)
    {
        ContextHeader header = new(1, 0, 0, 62, 4096, metadata.Length, (ulong)pages, 7, 0);
        byte[] file = new byte[header.FileLength];
        metadata.CopyTo(file, ContextFormat.HeaderLength);
        byte[] checksum = new byte[16];
        ContextFormat.Checksum(file.AsSpan(128..(int)header.PageDataOffset), checksum);
        header = header with { MetadataChecksum = BinaryPrimitives.ReadUInt128BigEndian(checksum) };
        (header with { Pages = claimed }).Encode().CopyTo(file, 0);
        Span<byte> trailer = file.AsSpan((int)header.TrailerOffset);
        for (int block = 0; block < ContextFormat.BlocksOf((ulong)pages); block++)
        {
            ReadOnlySpan<byte> bytes = file.AsSpan((int)header.PageDataOffset, pages * 4096);
            ContextFormat.Checksum(bytes[(block << 20)..Math.Min(bytes.Length, (block + 1) << 20)], trailer.Slice(16 * block, 16));
        }

        ContextTrailer.Seal(trailer, header, file);
        return file;
    }

    /// <summary>An image with something of everything that is looked at.</summary>
    public static ContextImage Seed(int pages)
    {
        ContextImage image = HandMade.ImageOf(4711, pages);
        image.FileContents.Add(new FileContent { Id = 3, Path = "/tmp/gone", Size = 5000 });
        image.FileContents[0].Runs.Add(new PageRun { Start = 4096, Pages = 1, DataPage = 2 });
        image.ChosenFolders.Add(new ChosenFolder { Path = "/tmp/folder" });
        image.ChosenFolders[0].Entries.Add(new FolderEntry { Mode = 0x41ed });
        image.ChosenFolders[0].Entries.Add(new FolderEntry { Name = "sub", Mode = 0x41ed });
        image.ChosenFolders[0].Entries.Add(new FolderEntry { Name = "sub/file", Mode = 0x81a4, Content = 3 });
        image.ChosenFolders[0].Entries.Add(new FolderEntry { Name = "sub/link", Mode = 0xa1ff, Target = ByteString.CopyFromUtf8("file") });
        image.Descriptions.Add(new OpenDescription { Id = 2, RegularFile = new RegularFile { File = new FileReference { Path = "/etc/hosts" } } });
        image.Descriptions.Add(new OpenDescription { Id = 3, ContentFile = new ContentFile { Content = 3 } });
        image.Descriptions.Add(new OpenDescription { Id = 4, EpollSet = new EpollSet() });
        image.Descriptions[^1].EpollSet.Targets.Add(new EpollTarget { Number = 5, Description = 2 });
        image.Descriptions.Add(new OpenDescription { Id = 5, Inotify = new InotifyInstance() });
        image.Descriptions[^1].Inotify.Watches.Add(new InotifyWatch { Number = 1, Mask = 2, File = new WatchedFile { File = new FileReference { Path = "/etc" } } });
        image.Descriptions[^1].Inotify.Watches.Add(new InotifyWatch { Number = 3, Mask = 2, File = new WatchedFile { Description = 3 } });
        image.Descriptions.Add(new OpenDescription { Id = 6, Fanotify = new FanotifyInstance { Flags = 0x200 }, Lease = DescriptionLease.LeaseRead });
        image.Descriptions[^1].Fanotify.Marks.Add(new FanotifyMark { Mask = 2, File = new WatchedFile { File = new FileReference { Path = "/usr" } } });
        image.Descriptions.Add(new OpenDescription { Id = 7, ProcessDescriptor = new ProcessDescriptor { Pid = 4711 } });
        ProcessImage process = image.Processes[0];
        for (int number = 1; number < 8; number++)
        {
            process.Descriptors.Descriptors.Add(new Descriptor_ { Number = number, Description = (uint)number });
        }

        MemoryImage memory = process.Memory;
        const ulong Next = HandMade.MemoryStart + 0x100000;
        memory.Vmas.Add(new Vma { Start = Next, End = Next + 8192, Protection = 5, Backing = VmaBacking.VmaFile, Offset = 4096, File = new FileReference { Path = "/lib/x.so" } });
        memory.Vmas.Add(new Vma { Start = Next + 8192, End = Next + 16384, Protection = 3, Shared = true, Backing = VmaBacking.VmaContent, Content = 3 });
        memory.Vmas[^1].Flags.Add("dc");
        memory.Vdso = new SpecialMapping { Start = Next + 0x100000, End = Next + 0x102000, Name = "[vdso]" };
        memory.Vvar.Add(new SpecialMapping { Start = Next + 0x90000, End = Next + 0x91000, Name = "[vvar]" });
        process.Threads.Add(new ThreadImage { Tid = 4712, Name = "worker", Registers = ByteString.CopyFrom(new byte[216]), Scheduling = new Scheduling { Affinity = ByteString.CopyFrom(3) } });
        process.Attributes.PosixTimers.Add(new PosixTimer { Id = 1, Signal = 10 });
        process.Attributes.Limits.Add(new ResourceLimit { Resource = 7, Soft = 1024, Hard = 4096 });
        return image;
    }

    private byte[] Change(byte[] bytes)
    {
        int at = _random.Next(bytes.Length);
        switch (_random.Next(6))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                return bytes;
            case 2:
                return [.. bytes[..at], .. Varint(Interesting[_random.Next(Interesting.Length)]), .. bytes[Math.Min(bytes.Length, at + 1)..]];
            case 3:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + _random.Next(32))..]];
            case 4:
                int length = _random.Next(Math.Min(64, bytes.Length - at));
                return [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]];
            default:
                return ChangeOneNumber(bytes);
        }
    }

    // A field of a message, rather than a byte of its encoding.
    private byte[] ChangeOneNumber(byte[] bytes)
    {
        ContextImage image;
        try
        {
            image = ContextImage.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return bytes;
        }

        if (image.Processes is not [{ Memory.Vmas: [_, ..] vmas } process, ..] || image.FileContents.Count == 0)
        {
            return bytes;
        }

        ulong value = Interesting[_random.Next(Interesting.Length)] + (ulong)(_random.Next(3) * Sys.PageSize);
        Vma vma = vmas[_random.Next(vmas.Count)];
        PageRun? run = vma.Runs.Count > 0 ? vma.Runs[0] : null;
        switch (_random.Next(9))
        {
            case 0: vma.Start = value; break;
            case 1: vma.End = value; break;
            case 2: vma.Offset = value; break;
            case 3 when run is not null: run.Start = value; break;
            case 4 when run is not null: run.Pages = value; break;
            case 5 when run is not null: run.DataPage = value; break;
            case 6: image.FileContents[0].Size = value; break;
            case 7: process.Pid = (int)value; break;
            default: vma.HugePageSize = value; break;
        }

        return image.ToByteArray();
    }

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
