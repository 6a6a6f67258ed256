using Blcr.Engine.Image;

namespace Blcr.Cli.Info;

/// <summary>A file that is inside the context.</summary>
internal static class FileContentText
{
    public static string Of(FileContent content)
    {
        string path = Words.Harmless(content.Path);
        string what = content.Origin switch
        {
            FileContentOrigin.ContentDeletedFile => $"deleted file {path}",
            FileContentOrigin.ContentMemfd => $"memory file {path}",
            FileContentOrigin.ContentSharedAnonymous => "shared memory",
            FileContentOrigin.ContentSavedFile or FileContentOrigin.ContentChosenFile => $"copy of {path}",
            _ => path,
        };
        return $"{what} ({Words.Bytes(content.Size)})";
    }
}
