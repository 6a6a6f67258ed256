using System.Text;
using Blcr.Linux;
using Xunit;

namespace Blcr.Tests.Linux;

public sealed class Mappings_of_a_process
{
    private const string Captured = """
        55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0                          [heap]
        Size:                132 kB
        KernelPageSize:        4 kB
        Anonymous:            12 kB
        Swap:                  4 kB
        SwapPss:               4 kB
        ProtectionKey:         3
        VmFlags: rd wr mr mw me ac 
        7f0000000000-7f0000200000 rw-s 00001000 103:02 4711                       /tmp/a b\012c (deleted)
        KernelPageSize:     2048 kB
        Anonymous:             0 kB
        Private_Hugetlb:    2048 kB
        VmFlags: rd wr sh mr mw me ms ht 
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
        VmFlags: ex 

        """;

    [Fact]
    public void Are_read_as_the_kernel_writes_them()
    {
        List<ProcVma> vmas = ProcVma.Parse(Encoding.ASCII.GetBytes(Captured));

        Assert.Equal(3, vmas.Count);
        Assert.Equal((0x55d0c8a00000UL, 0x55d0c8a21000UL), (vmas[0].Start, vmas[0].End));
        Assert.Equal(MemoryProtection.Read | MemoryProtection.Write, vmas[0].Protection);
        Assert.Equal("[heap]", vmas[0].Name);
        Assert.Equal(16384UL, vmas[0].Anonymous);
        Assert.Equal(3U, vmas[0].ProtectionKey);
        Assert.True(vmas[0].Has("ac"));

        Assert.True(vmas[1].Shared);
        Assert.Equal("/tmp/a b\nc (deleted)", vmas[1].Name);
        Assert.Equal(0x1000UL, vmas[1].Offset);
        Assert.Equal(4711UL, vmas[1].Inode);
        Assert.Equal(0x10302UL, vmas[1].Device);
        Assert.Equal(2UL << 20, vmas[1].PageSize);
        Assert.Equal(2UL << 20, vmas[1].Anonymous);
        Assert.Equal(MemoryProtection.Execute, vmas[2].Protection);
    }

    [Fact]
    public void Of_our_own_process_are_complete()
    {
        List<ProcVma> all = ProcVma.ReadAll(Environment.ProcessId).Value!;

        Assert.Contains(all, vma => vma.Name == "[vdso]");
        Assert.Contains(all, vma => vma.Name == "[stack]" && vma.Has("gd"));
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
    }

    [Fact]
    public unsafe void Have_exactly_the_pages_that_were_written()
    {
        const int pages = 6000;
        long start = Sys.MemoryMap(pages * Sys.PageSize, MemoryProtection.Read | MemoryProtection.Write,
            MapFlags.Private | MapFlags.Anonymous).Value;
        Span<byte> memory = new((void*)start, pages * Sys.PageSize);
        List<PageRange> wanted = [];
        for (int page = 0; page < pages; page += 2)
        {
            memory[page * Sys.PageSize] = 1;
            wanted.Add(new PageRange((ulong)start + (ulong)(page * Sys.PageSize), (ulong)start + (ulong)((page + 1) * Sys.PageSize)));
        }

        int unread = memory[Sys.PageSize]; // reading gives the zero page, which is no content
        List<PageRange> found = [];
        using (PageMap map = PageMap.Open(Environment.ProcessId).Value!)
        {
            Assert.True(map.FindContent((ulong)start, (ulong)(start + memory.Length), found).Ok);
        }

        _ = Sys.MemoryUnmap((nint)start, memory.Length);
        Assert.Equal(0, unread);
        Assert.Equal(wanted, found);
    }

    [Fact]
    public void Have_a_build_id_if_they_are_of_a_library()
    {
        string library = ProcVma.ReadLines(Environment.ProcessId).Value!
            .First(vma => vma.Name.Contains("libc.so", StringComparison.Ordinal)).Name;
        using Fd file = Sys.Open(library, OpenFlags.ReadOnly | OpenFlags.CloseOnExec).Value!;

        Assert.Equal(20, ElfBuildId.Read(file).Length);
    }
}
