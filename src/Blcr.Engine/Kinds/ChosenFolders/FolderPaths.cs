namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>Names below a directory.</summary>
internal static class FolderPaths
{
    public static string Join(string folder, string name) => name.Length == 0 ? folder : folder == "/" ? $"/{name}" : $"{folder}/{name}";

    /// <summary>The directory something is in, itself below the folder: empty for the folder itself.</summary>
    public static string ParentOf(string name) => name.LastIndexOf('/') is > 0 and int slash ? name[..slash] : "";

    public static string LeafOf(string name) => name[(name.LastIndexOf('/') + 1)..];
}
