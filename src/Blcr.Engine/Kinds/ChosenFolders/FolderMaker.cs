using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>Makes what is missing of one saved directory, parents first.</summary>
/// <param name="made">What has been made is added, in order.</param>
/// <param name="displaced">What had to give way is added, in order.</param>
/// <param name="files">Files that have been made, by content; open if a process has them open.</param>
/// <remarks>Names are looked up from open directories, so that nobody who puts a symbolic link in the way leads us elsewhere.</remarks>
internal sealed class FolderMaker(
    RestartPlan plan, FolderLook look, Dictionary<uint, FileContent> contents, List<MadeEntry> made, List<DisplacedFile> displaced, Dictionary<uint, Fd?> files)
{
    private const uint PermissionBits = 0xfff;
    private readonly Dictionary<uint, string> _linkable = new(look.Linkable);

    public void Make()
    {
        IEnumerable<FolderEntry> missing = look.Missing;
        if (look.Missing[0].Name.Length == 0)
        {
            Done(MakeFolder(look.Path, look.Missing[0]), look.Missing[0]);
            missing = missing.Skip(1);
        }

        SysResult<Fd> opened = Sys.Open(look.Path, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec);
        using Fd root = opened.Value ?? throw Failed(look.Path, opened.Error);
        Fd? parent = null;
        string? parentName = null;
        try
        {
            foreach (FolderEntry entry in missing)
            {
                string folder = FolderPaths.ParentOf(entry.Name);
                if (parentName != folder)
                {
                    parent?.Dispose();
                    parent = OpenFolder(root, folder);
                    parentName = folder;
                }

                string place = $"/proc/self/fd/{parent!.Number}/{FolderPaths.LeafOf(entry.Name)}";
                if (look.Taken.Contains(entry.Name))
                {
                    MoveAway(place, entry);
                }

                MakeEntry(root, place, entry);
            }
        }
        finally
        {
            parent?.Dispose();
        }
    }

    private void MoveAway(string place, FolderEntry entry)
    {
        for (int number = 1; ; number++)
        {
            string suffix = number == 1 ? DisplacedFile.Suffix : $"{DisplacedFile.Suffix}.{number}";
            if (look.Has(entry.Name + suffix))
            {
                continue;
            }

            SysResult moved = Sys.RenameToFree(place, place + suffix);
            if (moved.Ok)
            {
                displaced.Add(new DisplacedFile(FolderPaths.Join(look.Path, entry.Name), suffix));
                return;
            }

            if (moved.Error != Errno.Exists)
            {
                throw Failed(FolderPaths.Join(look.Path, entry.Name), moved.Error);
            }
        }
    }

    private Fd OpenFolder(Fd root, string name)
    {
        SysResult<Fd> opened = Sys.OpenBelow(root, name.Length == 0 ? "." : name, OpenFlags.Path | OpenFlags.Directory);
        return opened.Value ?? throw Failed(FolderPaths.Join(look.Path, name), opened.Error);
    }

    private void MakeEntry(Fd root, string place, FolderEntry entry)
    {
        switch ((FileType)(entry.Mode & 0xf000))
        {
            case FileType.Directory:
                Done(MakeFolder(place, entry), entry);
                break;
            case FileType.SymbolicLink:
                Done(Sys.SymbolicLink(entry.Target.Span, place), entry);
                _ = Sys.SetLinkOwner(place, entry.Uid, entry.Gid); // its owner is the one who restarts it, if it cannot be given away
                _ = Sys.SetLinkTimes(place, entry.AtimeNs, entry.MtimeNs);
                break;
            case FileType.Fifo:
                Done(Sys.MakeNode(place, (uint)FileType.Fifo | MadeEntry.OwnersRights), entry);
                SetOwnerAndMode(place, entry.Mode, entry);
                _ = Sys.SetLinkTimes(place, entry.AtimeNs, entry.MtimeNs);
                break;
            default:
                MakeFile(root, place, entry);
                break;
        }
    }

    // Writable for us as long as something has to be made in it.
    private static SysResult MakeFolder(string place, FolderEntry entry)
    {
        SysResult done = Sys.MakeDirectory(place, MadeEntry.OwnersRights);
        if (done.Ok)
        {
            SetOwnerAndMode(place, entry.Mode | MadeEntry.OwnersRights, entry);
        }

        return done;
    }

    private static void SetOwnerAndMode(string place, uint mode, FolderEntry entry)
    {
        _ = Sys.SetLinkOwner(place, entry.Uid, entry.Gid); // its owner is the one who restarts it, if it cannot be given away
        _ = Sys.SetMode(place, mode & PermissionBits);     // made a moment ago, by us
    }

    private void MakeFile(Fd root, string place, FolderEntry entry)
    {
        FileContent content = contents[entry.Content];
        if (_linkable.TryGetValue(content.Id, out string? other))
        {
            using Fd parent = OpenFolder(root, FolderPaths.ParentOf(other));
            Done(Sys.Link($"/proc/self/fd/{parent.Number}/{FolderPaths.LeafOf(other)}", place), entry);
            return;
        }

        bool isOpen = content.Origin == FileContentOrigin.ContentChosenFile;
        SysResult<Fd> file = WholeFile.Make(content, place, isOpen && FileContentUse.IsWritten(plan.Image, content.Id), plan.File);
        Done(new SysResult(0, file.Error), entry);
        if (!isOpen)
        {
            file.Value!.Dispose();
        }

        files[content.Id] = isOpen ? file.Value : null;
        _linkable[content.Id] = entry.Name;
    }

    private void Done(SysResult result, FolderEntry entry)
    {
        string path = FolderPaths.Join(look.Path, entry.Name);
        if (!result.Ok)
        {
            throw Failed(path, result.Error);
        }

        made.Add(new MadeEntry(path, entry));
    }

    private static RefusedException Failed(string path, Errno error) => new(0, error,
        $"{path} could not be made again: {ErrorText.Of(error)}", "It is in the context file, and the processes may need it. Nothing was restarted.",
        "Put that right, or give the saved directory another place with --relocate OLD=NEW.");
}
