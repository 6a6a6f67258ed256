using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>How large a saved directory is.</summary>
/// <param name="Names">In it and below.</param>
/// <param name="Bytes">Stored in the context file; a file with several names once.</param>
public sealed record SavedFolder(string Path, int Names, ulong Bytes)
{
    public static IEnumerable<SavedFolder> Of(ContextImage image)
    {
        Dictionary<uint, ulong> pages = image.ChosenFolders.Count == 0 ? []
            : image.FileContents.ToDictionary(content => content.Id, content => content.Runs.Aggregate(0ul, (sum, run) => sum + run.Pages));
        return image.ChosenFolders.Select(folder => new SavedFolder(folder.Path, folder.Entries.Count - 1, folder.Entries
            .Select(entry => entry.Content).Where(content => content != 0).Distinct()
            .Aggregate(0ul, (sum, content) => sum + pages.GetValueOrDefault(content)) * Sys.PageSize));
    }
}
