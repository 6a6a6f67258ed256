using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>Something that this restart has made under a name.</summary>
/// <param name="path">Where; its directory may be one of /proc/self/fd only while it is made.</param>
/// <param name="image">What it is.</param>
internal sealed class MadeEntry(string path, FolderEntry image)
{
    public const uint OwnersRights = 0x1c0; // 0700

    private const uint PermissionBits = 0xfff;
    private readonly FileStatus _status = Sys.LinkStatus(path, out FileStatus status).Ok ? status : default;

    private bool IsFolder => _status.Type == FileType.Directory;

    /// <summary>It is complete as far as it goes: a directory gets the mode and times it had.</summary>
    public void Finish()
    {
        if (IsFolder && IsThere())
        {
            _ = (image.Mode & OwnersRights) == OwnersRights ? default : Sys.SetMode(path, image.Mode & PermissionBits); // ours
            _ = Sys.SetLinkTimes(path, image.AtimeNs, image.MtimeNs); // a file system that keeps none gives what it can
        }
    }

    /// <summary>So that what is in it can be removed.</summary>
    public void Open()
    {
        if (IsFolder && (image.Mode & OwnersRights) != OwnersRights && IsThere())
        {
            _ = Sys.SetMode(path, OwnersRights);
        }
    }

    /// <summary>Unless something else has its name by now, or is in it.</summary>
    public void Remove()
    {
        if (IsThere())
        {
            _ = IsFolder ? Sys.RemoveDirectory(path) : Sys.Unlink(path);
        }
    }

    private bool IsThere() => Sys.LinkStatus(path, out FileStatus now).Ok && now.IsSameFile(_status);
}
