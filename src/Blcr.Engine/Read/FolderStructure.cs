using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>Saved directories: no name leads out of them, and every one lies in a directory that stands before it.</summary>
internal static class FolderStructure
{
    public static void Check(Structure structure, ContextImage image)
    {
        foreach (ChosenFolder folder in image.ChosenFolders)
        {
            string what = $"saved directory {folder.Path}";
            FileStructure.CheckPath(structure, folder.Path, what);
            if (folder.Path.Length == 0 || folder.Path[0] != '/')
            {
                structure.Refuse($"{what}: the path is not absolute");
            }

            if (folder.Entries.Count == 0 || folder.Entries[0].Name.Length > 0)
            {
                structure.Refuse($"{what} is not there itself");
            }

            HashSet<string> names = [];
            HashSet<string> folders = [];
            foreach (FolderEntry entry in folder.Entries)
            {
                CheckEntry(structure, entry, what, names.Add(entry.Name), entry.Name.Length == 0 || folders.Contains(ParentOf(entry.Name)));
                if ((FileType)(entry.Mode & 0xf000) == FileType.Directory)
                {
                    _ = folders.Add(entry.Name);
                }
                else if (entry.Name.Length == 0)
                {
                    structure.Refuse($"{what} is no directory");
                }
            }
        }
    }

    private static void CheckEntry(Structure structure, FolderEntry entry, string what, bool isNew, bool hasParent)
    {
        FileStructure.CheckPath(structure, entry.Name, what);
        bool proper = entry.Name.Length == 0 || entry.Name.Split('/').All(part => part is not ("" or "." or ".."));
        if (!proper || !isNew || !hasParent)
        {
            structure.Refuse($"{what}: a name is impossible, out of place, or there twice");
        }

        bool complete = (FileType)(entry.Mode & 0xf000) switch
        {
            FileType.Directory or FileType.Fifo => true,
            FileType.Regular => structure.HasContent(entry.Content),
            FileType.SymbolicLink => entry.Target.Length is > 0 and < 4096 && !entry.Target.Span.Contains((byte)0),
            _ => false,
        };
        if (!complete)
        {
            structure.Refuse($"{what}: {entry.Name} is nothing that can be in it");
        }
    }

    private static string ParentOf(string name) => name.LastIndexOf('/') is > 0 and int slash ? name[..slash] : "";
}
