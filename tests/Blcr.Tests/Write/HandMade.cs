using Blcr.Engine;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Engine.Write;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Tests.Write;

/// <summary>A context made by hand: a process that never was, whose memory is a file with known bytes.</summary>
internal sealed class HandMade : IDisposable
{
    public const ulong MemoryStart = 0x7f00_0000_0000;

    private readonly Fd _memory;

    public HandMade(int pages, int pid = 4711, int seed = 1)
    {
        Bytes = new byte[pages * Sys.PageSize];
        new Random(seed).NextBytes(Bytes);
        _memory = Sys.MemoryFile("hand-made").Value!;
        for (int done = 0; done < Bytes.Length;)
        {
            done += (int)Sys.WriteAt(_memory, Bytes.AsSpan(done), done).Value;
        }

        Pages = pages;
        Image = ImageOf(pid, pages);
    }

    public int Pages { get; }

    public byte[] Bytes { get; }

    public ContextImage Image { get; }

    /// <summary>A folder of this test's own.</summary>
    public Folder Folder { get; } = new();

    public Dump Dump(CheckpointRequest request)
    {
        Dump dump = new(request);
        dump.Image.MergeFrom(Image);
        if (Pages > 0)
        {
            dump.Pages.AddFile(new OpenSourceFile(_memory, "a file"), 0, (ulong)Pages);
        }

        return dump;
    }

    public static CheckpointRequest Request(Destination destination, bool sync = false, TimeSpan? limit = null) =>
        new() { Target = 4711, Destination = destination, Sync = sync, TimeLimit = limit };

    /// <summary>A whole checkpoint, as the spine does it.</summary>
    public long Write(Destination destination, bool sync = false)
    {
        CheckpointRequest request = Request(destination, sync);
        using ContextWriter writer = ContextWriter.Open(request);
        long bytes = writer.Write(Dump(request));
        writer.Complete();
        return bytes;
    }

    public string WriteTo(string name, Replace replace = Replace.Atomic)
    {
        string path = Folder.PathOf(name);
        Write(new Destination.ToFile(path, replace));
        return path;
    }

    public byte[] ToBytes() => File.ReadAllBytes(WriteTo("bytes", Replace.Clobber));

    /// <summary>All page data of a context file, read as restart does.</summary>
    public static byte[] PageDataOf(ContextFile file)
    {
        byte[] bytes = new byte[file.Pages * Sys.PageSize];
        for (int done = 0; done < bytes.Length;)
        {
            done += (int)Sys.ReadAt(file.File, bytes.AsSpan(done), file.PageDataOffset + done).Value;
        }

        return bytes;
    }

    public void Dispose()
    {
        _memory.Dispose();
        Folder.Dispose();
    }

    /// <summary>The least that a reader accepts, and a little more.</summary>
    public static ContextImage ImageOf(int pid, int pages)
    {
        MemoryImage memory = new() { Layout = new MemoryLayout(), Auxv = ByteString.CopyFrom(new byte[32]) };
        if (pages > 0)
        {
            ulong length = (ulong)pages * Sys.PageSize;
            memory.Vmas.Add(new Vma { Start = MemoryStart, End = MemoryStart + length, Protection = 3, MayProtection = 7 });
            memory.Vmas[0].Runs.Add(new PageRun { Start = MemoryStart, Pages = (ulong)pages, DataPage = 0 });
        }

        ProcessImage process = new()
        {
            Pid = pid,
            Group = pid,
            Session = pid,
            Name = "hand-made",
            Memory = memory,
            Attributes = new ProcessAttributes { Umask = 18, WorkingDirectory = new FileReference { Path = "/tmp" } },
            Descriptors = new DescriptorTable(),
        };
        process.Threads.Add(new ThreadImage { Tid = pid, Name = "hand-made", Registers = ByteString.CopyFrom(new byte[216]) });
        process.Descriptors.Descriptors.Add(new Descriptor_ { Number = 0, Description = 1 });
        ContextImage image = new() { Origin = new Origin { Host = "here", KernelRelease = "6.18", RealtimeNs = 1_700_000_000_000_000_000 } };
        image.Descriptions.Add(new OpenDescription { Id = 1, MemoryDevice = new MemoryDevice { Path = "/dev/null", Major = 1, Minor = 3 } });
        image.Processes.Add(process);
        return image;
    }
}

/// <summary>An empty folder, gone at the end of the test.</summary>
internal sealed class Folder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("blcr-test-").FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    public IEnumerable<string> Names()
    {
        List<string> names = [.. Sys.ListDirectory(Root).Value!];
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
