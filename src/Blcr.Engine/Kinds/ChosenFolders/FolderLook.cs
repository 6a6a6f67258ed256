using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>Saved directory × what is there now → what is missing, what has to give way, and obstacles. What is there is used if it is
/// the same; otherwise it is an obstacle, or with --put-back gives way. Files that processes have open are looked at by their own kind
/// (<see cref="ChosenFile"/>).</summary>
/// <remarks>Preconditions: with the rights of the context file's owner.</remarks>
internal sealed class FolderLook(RestartPlan plan, ChosenFolder folder)
{
    private readonly HashSet<string> _missingFolders = [];
    private readonly Dictionary<uint, (ulong Device, ulong Inode, string Path)> _files = [];
    private Dictionary<uint, FileContent> _contents = [];

    /// <summary>Where it is now.</summary>
    public string Path { get; } = plan.Relocate(folder.Path);

    /// <summary>Entries to be made, in order.</summary>
    public List<FolderEntry> Missing { get; } = [];

    /// <summary>Names among those that something else has, which gives way.</summary>
    public HashSet<string> Taken { get; } = [];

    /// <summary>The directory itself cannot be made again; nothing was in it.</summary>
    public bool IsGivenUp { get; private set; }

    public int Entries => folder.Entries.Count - 1;

    public bool Has(string name) => folder.Entries.Any(entry => entry.Name == name);

    /// <summary>Names of files that are there, by file content: what further names can be linked to.</summary>
    public Dictionary<uint, string> Linkable { get; } = [];

    /// <param name="contents">By id.</param>
    public void Look(Dictionary<uint, FileContent> contents)
    {
        _contents = contents;
        if (folder.Entries.FirstOrDefault(entry => plan.Relocate(FolderPaths.Join(folder.Path, entry.Name)) != FolderPaths.Join(Path, entry.Name)) is { } astray)
        {
            Refuse(FolderPaths.Join(folder.Path, astray.Name), Errno.Invalid, "would be taken out of its directory by --relocate",
                $"Relocate {folder.Path} as a whole.");
            return;
        }

        SysResult<Fd> opened = Sys.Open(Path, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec);
        using Fd? root = opened.Value;
        if (opened.Error == Errno.NoEntry)
        {
            LookForPlace();
        }
        else if (root is null || !Sys.Status(root, out FileStatus status).Ok)
        {
            Refuse(Path, opened.Error, $"cannot be used: {ErrorText.Of(opened.Error)}", "Move what is there away.");
        }
        else if (IsSomebodyElses(status))
        {
            Refuse(Path, Errno.NotPermitted, "belongs to another user now", "Have them remove it.");
        }
        else
        {
            LookBelow(root);
        }
    }

    // The temporary directory of a batch job that never used it is no reason to refuse.
    private void LookForPlace()
    {
        IsGivenUp = Entries == 0 && !HasPlace(NamelessFiles.Folder(Path)).Ok;
        if (!IsGivenUp)
        {
            CheckPlace(NamelessFiles.Folder(Path), Path);
            Missing.AddRange(folder.Entries);
        }
    }

    // In a directory like /tmp anybody can make one of that name while ours is gone.
    private bool IsSomebodyElses(in FileStatus there) => (there.Inode != folder.Inode || there.Device != folder.Device)
        && there.Uid != folder.Entries[0].Uid && there.Uid != 0 && there.Uid != Sys.EffectiveUid;

    private void LookBelow(Fd root)
    {
        foreach (FolderEntry entry in folder.Entries.Skip(1))
        {
            if (_missingFolders.Contains(FolderPaths.ParentOf(entry.Name)))
            {
                Miss(entry);
                continue;
            }

            SysResult<Fd> opened = Sys.OpenBelow(root, entry.Name, OpenFlags.Path);
            using Fd? there = opened.Value;
            string path = FolderPaths.Join(Path, entry.Name);
            if (opened.Error == Errno.NoEntry && IsOpen(entry) && !HasPlace(NamelessFiles.Folder(path)).Ok)
            {
                continue; // whoever has it open may do with one that has no name
            }

            if (opened.Error == Errno.NoEntry)
            {
                CheckPlace(NamelessFiles.Folder(path), path);
                Miss(entry);
            }
            else if (there is null || !Sys.Status(there, out FileStatus status).Ok)
            {
                Refuse(path, opened.Error, $"cannot be looked at: {ErrorText.Of(opened.Error)}", "Move what is there away.");
            }
            else
            {
                Compare(root, entry, status);
            }
        }
    }

    private void Miss(FolderEntry entry)
    {
        Missing.Add(entry);
        if (TypeOf(entry) == FileType.Directory)
        {
            _ = _missingFolders.Add(entry.Name);
        }
    }

    private void Compare(Fd root, FolderEntry entry, in FileStatus status)
    {
        if (status.Type != TypeOf(entry))
        {
            MeetOther(entry, status, "is something else now");
        }
        else if (status.Type == FileType.SymbolicLink && !entry.Target.Span.SequenceEqual(Sys.ReadLink(FolderPaths.Join(Path, entry.Name)).Value))
        {
            MeetOther(entry, status, "leads somewhere else now");
        }
        else if (status.Type == FileType.Regular)
        {
            CompareFile(root, entry, status);
        }
    }

    private void CompareFile(Fd root, FolderEntry entry, in FileStatus status)
    {
        FileContent content = _contents[entry.Content];
        if (_files.TryGetValue(content.Id, out (ulong Device, ulong Inode, string Path) other) && (other.Device, other.Inode) != (status.Device, status.Inode))
        {
            MeetOther(entry, status, $"and {other.Path} were two names of one file, and are two files now");
        }
        else if (!IsAsSaved(root, entry, content, status, out string why))
        {
            MeetOther(entry, status, why);
        }
        else
        {
            _files[content.Id] = (status.Device, status.Inode, FolderPaths.Join(Path, entry.Name));
            Linkable[content.Id] = entry.Name;
        }
    }

    private bool IsAsSaved(Fd root, FolderEntry entry, FileContent content, in FileStatus status, out string why)
    {
        // The file that a process writes to is set back, if it is still the same; what becomes of another is up to its kind or, with
        // --put-back, to us.
        bool isOpen = content.Origin == FileContentOrigin.ContentChosenFile;
        if (isOpen && (!plan.Request.PutBack || (status.Inode == content.Inode && FileContentUse.IsWritten(plan.Image, content.Id))))
        {
            why = "";
            return true;
        }

        using Fd? file = Sys.OpenBelow(root, entry.Name, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal).Value;
        why = file is null ? "cannot be compared with the saved one" : "has another content than at the checkpoint";
        return file is not null && SavedBytes.AreIn(file, content, plan.File);
    }

    private void MeetOther(FolderEntry entry, in FileStatus there, string why)
    {
        string path = FolderPaths.Join(Path, entry.Name);
        if (!plan.Request.PutBack || there.Type == FileType.Directory)
        {
            RefuseOther(path, why);
            return;
        }

        CheckPlace(NamelessFiles.Folder(path), path);
        _ = Taken.Add(entry.Name);
        Miss(entry);
    }

    private bool IsOpen(FolderEntry entry) => TypeOf(entry) == FileType.Regular
        && _contents[entry.Content].Origin == FileContentOrigin.ContentChosenFile;

    private static SysResult HasPlace(string parent) => Sys.Access(parent, AccessRights.Write | AccessRights.Execute);

    private void CheckPlace(string parent, string path)
    {
        SysResult looked = HasPlace(parent);
        if (!looked.Ok)
        {
            Refuse(path, looked.Error, $"has to be made again, and {parent} cannot take it: {ErrorText.Of(looked.Error)}",
                $"Make {parent} a directory you can write to, or give the saved directory another place with --relocate OLD=NEW.");
        }
    }

    private static FileType TypeOf(FolderEntry entry) => (FileType)(entry.Mode & 0xf000);

    private void RefuseOther(string path, string why) => Refuse(path, Errno.Exists, why,
        "Move it away, or say --put-back, which does so: then the saved one is made again. Or give the saved directory another place with --relocate OLD=NEW.");

    private void Refuse(string path, Errno error, string why, string whatToDo) => plan.Obstacles.Add(new Obstacle(0, error,
        $"{path} {why}", $"It was saved by --save-files {folder.Path}, and what is there is not changed. Nothing was restarted.", whatToDo));
}
