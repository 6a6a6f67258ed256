using System.Numerics;
using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Files saved by content: can they be made, and is there a place for those that need one?</summary>
public static class FileContentChecker
{
    private const int LongestMemoryFileName = 249; // man 2 memfd_create

    public static void Check(RestartPlan plan)
    {
        foreach (FileContent content in plan.Image.FileContents)
        {
            if (!CanBeMade(content))
            {
                plan.Obstacles.Add(new Obstacle(0, Errno.Invalid, $"saved file {content.Id} makes no sense in the context file",
                    "No checkpoint writes such a file.", "Take the checkpoint again."));
            }
            else if (content.Origin == FileContentOrigin.ContentNamedMemory)
            {
                NamedMemory.Check(plan, content);
            }
            else if (content.Origin == FileContentOrigin.ContentChosenFile)
            {
                ChosenFile.Check(plan, content);
            }
            else if (content.Origin == FileContentOrigin.ContentDeletedFile && FileContentUse.IsWritten(plan.Image, content.Id))
            {
                CheckPlace(plan, plan.Relocate(content.Path));
            }
        }
    }

    // The rest has been looked at when the file was read (Read/FileStructure.cs).
    private static bool CanBeMade(FileContent content)
    {
        bool inMemory = content.Origin is FileContentOrigin.ContentMemfd or FileContentOrigin.ContentSharedAnonymous;
        bool rightPages = content.HugePageSize == 0
            || (inMemory && BitOperations.IsPow2(content.HugePageSize) && content.HugePageSize >= Sys.PageSize);
        bool rightName = content.Origin == FileContentOrigin.ContentNamedMemory ? NamedMemory.IsPath(content.Path) : inMemory ? Encoding.UTF8.GetByteCount(content.Path) <= LongestMemoryFileName : content.Path.StartsWith('/');
        return rightPages && rightName;
    }

    private static void CheckPlace(RestartPlan plan, string path)
    {
        string folder = NamelessFiles.Folder(path);
        SysResult looked = Sys.Access(folder, AccessRights.Write | AccessRights.Execute);
        if (!looked.Ok)
        {
            plan.Obstacles.Add(new Obstacle(0, looked.Error,
                $"the deleted file {path} has to be made again, and {folder} cannot take it: {ErrorText.Of(looked.Error)}",
                "Its content is in the context file and needs a place on a file system.",
                $"Make {folder} a directory you can write to, or give the file another place with --relocate."));
        }
    }
}
