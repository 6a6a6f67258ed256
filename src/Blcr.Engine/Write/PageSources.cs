using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>Where each page of the page data section comes from, in the order they will stand there.</summary>
/// <remarks>Collectors only note sources; the pages move once, when the file is written.</remarks>
public sealed class PageSources
{
    private readonly List<PageSource> _sources = [];

    public IReadOnlyList<PageSource> Sources => _sources;

    /// <summary>Pages noted so far; the index the next one will have.</summary>
    public ulong Count { get; private set; }

    /// <summary>Pages of a frozen process's memory.</summary>
    /// <returns>The index of the first one in the page data section.</returns>
    public ulong AddMemory(FrozenProcess process, TaskAddress start, ulong pages) =>
        Add(new PageSource.Memory(process, start, pages));

    /// <summary>Pages of a file. Reading past its end gives zeros.</summary>
    public ulong AddFile(SourceFile file, long offset, ulong pages) => Add(new PageSource.FilePages(file, offset, pages));

    private ulong Add(PageSource source)
    {
        ulong first = Count;
        Count = checked(Count + source.Pages);
        _sources.Add(source);
        return first;
    }
}

public abstract record PageSource(ulong Pages)
{
    public sealed record Memory(FrozenProcess Process, TaskAddress Start, ulong Pages) : PageSource(Pages);

    public sealed record FilePages(SourceFile File, long Offset, ulong Pages) : PageSource(Pages);
}
