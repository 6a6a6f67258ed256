using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Memory;
using Blcr.Engine.Kinds.Memory.Inheritance;
using Blcr.Linux;
using CsCheck;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

/// <summary>A copy of the parent's memory, treated as the difference says, is the child's memory: page by page.</summary>
public sealed class The_difference_of_two_address_spaces
{
    private const int Space = 48;                // pages of an address space
    private const ulong Base = 0x7f0000000000;

    // What a page of an address space is: its object and the place in it, how it grows, and the stored page in it.
    private readonly record struct Page(string Object, ulong Place, bool Down, ulong? Data);

    [Fact]
    public void Makes_the_one_of_the_other() =>
        Gen.Select(Images(null), Gen.Int[0, 1000]).SelectMany((parent, _) => Images(parent).Select(child => (parent, child)))
            .Sample(pair => Check(pair.parent, pair.child), iter: 20_000);

    [Fact]
    public void Is_nothing_between_equals() =>
        Images(null).Sample(image =>
        {
            MemoryDifference difference = MemoryDifference.Between(image, image.Clone());
            Assert.Empty(difference.Read);
            Assert.Empty(difference.Drop);
            Assert.Empty(difference.Map);
            Assert.Empty(difference.Unmap);
        });

    [Fact]
    public void Common_pages_are_never_read() =>
        Images(null).SelectMany(parent => Images(parent).Select(child => (parent, child))).Sample(pair =>
        {
            ulong common = (ulong)InheritedMemory.Common(pair.parent, pair.child).Sum(run => (long)run.Pages);
            ulong all = (ulong)InheritedMemory.PrivateRuns(pair.child).Sum(run => (long)run.Pages);
            ulong read = (ulong)MemoryDifference.Between(pair.parent, pair.child).Read.Sum(run => (long)run.Pages);
            Assert.InRange(read, all - common, all);
        });

    private static void Check(MemoryImage parent, MemoryImage child)
    {
        Page?[] memory = PagesOf(parent);
        MemoryDifference difference = MemoryDifference.Between(parent, child);

        difference.Unmap.ForEach(range => Each(range, page => memory[page] = null));
        foreach (TaskAddress address in difference.Touch)
        {
            int page = PageAt(address.Value);
            int above = Array.FindIndex(memory, page, one => one is not null);
            Assert.True(above > page && memory[above]!.Value.Down, "nothing above grows down to here");
            Each(new PageRange(address.Value, AddressOf(above)), at => memory[at] = new Page("anonymous", 0, true, null));
            memory[page] = memory[page]!.Value with { Data = 999_999 }; // the byte that made it grow
        }

        foreach ((PageRange range, ulong end) in difference.Grow)
        {
            Page last = Assert.NotNull(memory[PageAt(range.End) - 1]);
            Each(new PageRange(range.End, end), page =>
            {
                Assert.Null(memory[page]);
                memory[page] = last with { Data = null };
            });
        }

        foreach ((Vma vma, PageRange part) in difference.Map)
        {
            Each(part, page =>
            {
                Assert.Null(memory[page]);
                memory[page] = PageOf(vma, page);
            });
        }

        difference.Drop.ForEach(range => Each(range, page => memory[page] = Assert.NotNull(memory[page]) with { Data = null }));
        foreach (PageRun run in difference.Read)
        {
            Each(new PageRange(run.Start, InheritedMemory.EndOf(run)), page =>
                memory[page] = Assert.NotNull(memory[page]) with { Data = InheritedMemory.DataAt(run, AddressOf(page)) });
        }

        Assert.Equal(PagesOf(child), memory);
    }

    private static Gen<MemoryImage> Images(MemoryImage? parent) =>
        Gen.Select(Gen.Int[1, 14], Gen.Int[0, 5], Gen.Int[0, 3]).List[1, 8].SelectMany(shapes =>
            Gen.Int[0, 3].Array[Space].Select(choices => Build(parent, shapes, choices)));

    // Mappings side by side, each of a length, a sort, and with a hole in front; a page is empty, the parent's, or its own.
    private static MemoryImage Build(MemoryImage? parent, List<(int Length, int Sort, int Hole)> shapes, int[] choices)
    {
        MemoryImage image = new();
        Page?[] theirs = parent is null ? new Page?[Space] : PagesOf(parent);
        int at = 0;
        foreach ((int length, int sort, int hole) in shapes)
        {
            at += hole;
            if (at + length > Space)
            {
                break;
            }

            Vma vma = new() { Start = AddressOf(at), End = AddressOf(at + length), MayProtection = 7 };
            switch (sort)
            {
                case 0:
                    vma.Flags.Add("gd");
                    break;
                case 1:
                    vma.Backing = VmaBacking.VmaFile;
                    vma.File = new FileReference { Path = "/a" };
                    vma.Offset = (ulong)(at % 2 == 0 ? at : at + 3) * Sys.PageSize;
                    break;
                case 2:
                    vma.Backing = VmaBacking.VmaContent;
                    (vma.Content, vma.Shared, vma.Offset) = (1, true, (ulong)at * Sys.PageSize);
                    break;
                default:
                    break;
            }

            for (int page = at; page < at + length && !vma.Shared; page++)
            {
                ulong? data = choices[page] switch
                {
                    0 => null,
                    1 => 1000UL + (ulong)page,
                    _ => theirs[page]?.Data ?? (parent is null ? (ulong)page : null),
                };
                if (data is { } stored)
                {
                    Append(vma, AddressOf(page), stored);
                }
            }

            image.Vmas.Add(vma);
            at += length;
        }

        return image;
    }

    private static void Append(Vma vma, ulong address, ulong data)
    {
        PageRun? last = vma.Runs.LastOrDefault();
        if (last is not null && InheritedMemory.EndOf(last) == address && last.DataPage + last.Pages == data)
        {
            last.Pages++;
        }
        else
        {
            vma.Runs.Add(new PageRun { Start = address, Pages = 1, DataPage = data });
        }
    }

    private static Page?[] PagesOf(MemoryImage image)
    {
        Page?[] pages = new Page?[Space];
        foreach (Vma vma in image.Vmas)
        {
            Each(new PageRange(vma.Start, vma.End), page => pages[page] = PageOf(vma, page));
            foreach (PageRun run in vma.Runs)
            {
                Each(new PageRange(run.Start, InheritedMemory.EndOf(run)), page =>
                    pages[page] = pages[page]!.Value with { Data = InheritedMemory.DataAt(run, AddressOf(page)) });
            }
        }

        return pages;
    }

    private static Page PageOf(Vma vma, int page) => vma.Backing switch
    {
        VmaBacking.VmaAnonymous => new Page("anonymous", 0, vma.Flags.Contains("gd"), null),
        VmaBacking.VmaFile => new Page(vma.File.Path, vma.Offset + AddressOf(page) - vma.Start, false, null),
        _ => new Page("content", vma.Offset + AddressOf(page) - vma.Start, false, null),
    };

    private static void Each(PageRange range, Action<int> visit)
    {
        for (int page = PageAt(range.Start); page < PageAt(range.End); page++)
        {
            visit(page);
        }
    }

    private static int PageAt(ulong address) => (int)((address - Base) / Sys.PageSize);

    private static ulong AddressOf(int page) => Base + ((ulong)page * Sys.PageSize);
}
