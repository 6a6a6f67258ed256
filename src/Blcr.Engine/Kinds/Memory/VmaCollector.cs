using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>One mapping of a frozen process → <see cref="Vma"/> with its stored pages.</summary>
internal sealed class VmaCollector(Dump dump, FrozenProcess process, MemoryImage image, PageMap pages)
{
    // What must come back of VmFlags (fs/proc/task_mmu.c: show_smap_vma_flags()): the rest follows from how the
    // mapping is made (rd, wr, mr, …), is the kernel's own business (sd, um) or is refused.
    private static readonly string[] KeptFlags =
        ["gd", "lo", "lf", "hg", "nh", "dc", "wf", "dd", "mg", "rr", "sr", "nr", "ac", "ht", "dp", "sl"];

    private readonly BackingCollector _backings = new(dump, process, image);

    /// <summary>Collects the part of a mapping between two addresses (all of it, but for the runner's scratch memory).</summary>
    public void Collect(ProcVma vma, ulong start, ulong end)
    {
        if (UnsavableMemory.Explain(process.Pid, vma) is { } obstacle)
        {
            dump.Obstacles.Add(obstacle);
            return;
        }

        Vma saved = Describe(vma, start, end);
        if (!_backings.Collect(vma, saved))
        {
            return;
        }

        image.Vmas.Add(saved);
        if (!vma.Shared && vma.Anonymous != 0 && !vma.Has("dp"))
        {
            NotePages(saved);
            process.SharesPages |= vma.SharedAnonymous != 0;
        }

        if (vma.Has("gu"))
        {
            NoteGuards(saved);
        }
    }

    private static Vma Describe(ProcVma vma, ulong start, ulong end)
    {
        Vma saved = new()
        {
            Start = start,
            End = end,
            Protection = (uint)vma.Protection,
            Shared = vma.Shared,
            Offset = vma.Offset + (vma.Inode != 0 ? start - vma.Start : 0),
            ProtectionKey = vma.ProtectionKey,
            HugePageSize = vma.Has("ht") ? vma.PageSize : 0,
            Heap = vma.Name == "[heap]",
            Stack = vma.Name == "[stack]",
            MayProtection = (ulong)MayProtection(vma),
            AnonymousName = AnonymousName(vma.Name),
        };
        foreach (string flag in vma.Flags)
        {
            // "??" beside "lo" is VM_LOCKONFAULT, which got its name in Linux 6.15.
            string named = flag == "??" && vma.Has("lo") ? "lf" : flag;
            if (KeptFlags.Contains(named))
            {
                saved.Flags.Add(named);
            }
        }

        return saved;
    }

    private static MemoryProtection MayProtection(ProcVma vma) =>
        (vma.Has("mr") ? MemoryProtection.Read : MemoryProtection.None)
        | (vma.Has("mw") ? MemoryProtection.Write : MemoryProtection.None)
        | (vma.Has("me") ? MemoryProtection.Execute : MemoryProtection.None);

    private static string AnonymousName(string name)
    {
        foreach (string prefix in (ReadOnlySpan<string>)["[anon:", "[anon_shmem:"])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(']'))
            {
                return name[prefix.Length..^1];
            }
        }

        return "";
    }

    private void NotePages(Vma saved)
    {
        List<PageRange> content = [];
        if (!Looked(pages.FindContent(saved.Start, saved.End, content)))
        {
            return;
        }

        // Where they will stand in page data is decided when all processes are known: Inheritance/PageAssignment.cs.
        saved.Runs.Add(content.Select(range => new PageRun { Start = range.Start, Pages = range.Pages }));
    }

    private void NoteGuards(Vma saved)
    {
        List<PageRange> guards = [];
        if (Looked(pages.FindGuards(saved.Start, saved.End, guards)))
        {
            saved.Guards.Add(guards.Select(guard => new AddressRange { Start = guard.Start, Pages = guard.Pages }));
        }
    }

    private bool Looked(SysResult result)
    {
        if (!result.Ok)
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, result.Error,
                $"its pages cannot be told apart: /proc/{process.Pid}/pagemap: {ErrorText.Of(result.Error)}",
                "What is in its memory would be lost.", "Run the checkpoint as the user of the process, or as root."));
        }

        return result.Ok;
    }
}
