using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Files saved by content, made again: each once, on the first demand, however many share it.</summary>
/// <remarks>They belong to this process until <see cref="Finish"/>; a new process gets duplicates
/// (<see cref="Skeleton.NewProcess.Give"/>) or descriptions of its own (<see cref="Open"/>).</remarks>
public sealed class RestoredFiles(RestartPlan plan) : IDisposable
{
    private const uint SealSeal = 1;            // F_SEAL_SEAL
    private const uint SealFutureWrite = 0x10;  // F_SEAL_FUTURE_WRITE, Linux 5.1
    private const uint PermissionBits = 0xfff;

    private readonly Dictionary<uint, (FileContent Content, Fd File)> _files = [];

    // Files with a name: made by us, to be removed if the restart fails; there before, to be changed when nothing else
    // can fail.
    private readonly List<string> _new = [];
    private readonly HashSet<uint> _unchanged = [];

    // Files that have their content and all that belongs to it.
    private readonly HashSet<uint> _asTheyAre = [];

    /// <summary>The file of that id, complete, open for reading and writing, with the offset at 0.</summary>
    /// <returns>A descriptor of ours that this object owns.</returns>
    /// <exception cref="RefusedException">It cannot be made here.</exception>
    public Fd Get(uint id)
    {
        if (_files.TryGetValue(id, out (FileContent Content, Fd File) made))
        {
            return made.File;
        }

        FileContent content = Find(id);
        Fd file = content.Origin switch
        {
            FileContentOrigin.ContentNamedMemory => OpenNamed(content),
            FileContentOrigin.ContentChosenFile => OpenChosen(content),
            FileContentOrigin.ContentMemfd => MemoryFiles.Make(content),
            FileContentOrigin.ContentSharedAnonymous or FileContentOrigin.ContentSysv => MemoryFiles.MakeShared(content),
            _ => MakeNameless(content),
        };
        _files.Add(id, (content, file));
        if (!_unchanged.Contains(id) && !_asTheyAre.Contains(id))
        {
            FileFiller.Fill(content, file, plan.File);
        }

        Seal(content, file, content.Seals & ~(SealSeal | SealFutureWrite));
        return file;
    }

    /// <summary>A new open file description of it, with an access mode and flags of its own. The caller owns it.</summary>
    public Fd Open(uint id, OpenFlags flags)
    {
        // /proc/self/fd and not a path: it has none (man 5 proc, "/proc/PID/fd").
        SysResult<Fd> opened = Sys.Open($"/proc/self/fd/{Get(id).Number}", flags | OpenFlags.CloseOnExec);
        return opened.Value ?? throw new RefusedException(0, opened.Error,
            $"could not open the restored file {Find(id).Path} again: {ErrorText.Of(opened.Error)}",
            "It was just made from the context file.",
            "Is /proc mounted? See the man page, section DIAGNOSTICS.");
    }

    /// <summary>A new description for reading only, after which nobody here can write to the file any more: what the
    /// kernel asks of a file that becomes /proc/PID/exe (kernel/fork.c: replace_mm_exe_file(), ETXTBSY).</summary>
    public Fd OpenExecutable(uint id)
    {
        Fd writable = Get(id);
        FileContent content = Find(id);
        if (_asTheyAre.Contains(id))
        {
            return Open(id, OpenFlags.ReadOnly);
        }

        _ = Sys.SetMode(writable, content.Mode & PermissionBits); // its owner is us; and exec permission is checked next
        Fd reader = Open(id, OpenFlags.ReadOnly);
        writable.Dispose();
        SysResult<Fd> kept = Sys.Open($"/proc/self/fd/{reader.Number}", OpenFlags.ReadOnly | OpenFlags.CloseOnExec);
        _files[id] = (content, kept.Value!);
        return reader;
    }

    /// <summary>Puts back what would have stood in the way so far (last seals, mode, times) and lets go of the files.
    /// Preconditions: everything of every process is mapped and open.</summary>
    public void Finish()
    {
        foreach ((FileContent content, Fd file) in _files.Values.Where(each => !_asTheyAre.Contains(each.Content.Id)))
        {
            if (_unchanged.Contains(content.Id))
            {
                NamedMemory.Clear(content, file, plan.Relocate(content.Path));
                FileFiller.Fill(content, file, plan.File);
            }

            // Times of a file that is sealed against writing can be set all the same; a file system that keeps none
            // (or rounds) gives what it can, as on any copy.
            _ = Sys.SetMode(file, content.Mode & PermissionBits);
            Seal(content, file, content.Seals);
            _ = Sys.SetTimes(file, content.AtimeNs, content.MtimeNs);
        }

        _new.Clear();
        Dispose();
    }

    public void Dispose()
    {
        _new.ForEach(path => _ = Sys.Unlink(path)); // what was made for processes that never came to be

        foreach ((_, Fd file) in _files.Values)
        {
            file.Dispose();
        }

        _files.Clear();
        _new.Clear();
    }

    // F_SEAL_WRITE before anything maps the object (mm/memfd.c refuses it while a writable mapping exists, and a
    // read-only one made through a writable description counts); F_SEAL_FUTURE_WRITE after the writable mappings.
    private static void Seal(FileContent content, Fd file, uint seals)
    {
        if (content.Origin != FileContentOrigin.ContentMemfd || seals is 0 or SealSeal)
        {
            return;
        }

        SysResult sealedNow = Sys.Fcntl(file, FcntlCommand.AddSeals, seals);
        SysResult has = Sys.Fcntl(file, FcntlCommand.GetSeals);
        if (!sealedNow.Ok && (has.Value & seals) != seals)
        {
            throw new RefusedException(0, sealedNow.Error,
                $"could not seal the memfd \"{content.Path}\" again (seals 0x{seals:x}): {ErrorText.Of(sealedNow.Error)}",
                "Processes rely on nobody changing it.",
                "This kernel may lack a seal that the old one had; restart on the same kernel.");
        }
    }

    private Fd MakeNameless(FileContent content)
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        return NamelessFiles.Make(content, plan.Relocate(content.Path), FileContentUse.IsWritten(plan.Image, content.Id));
    }

    private Fd OpenChosen(FileContent content)
    {
        if (plan.Folders.Take(content.Id) is { } made)
        {
            _ = _asTheyAre.Add(content.Id);
            return made;
        }

        using OwnerRights.Scope rights = plan.Rights.Enter();
        string path = plan.Relocate(content.Path);
        (Fd file, ChosenState state) = ChosenFile.Open(content, path, FileContentUse.IsWritten(plan.Image, content.Id), plan.File);
        if (state == ChosenState.MadeByName)
        {
            _new.Add(path);
        }

        _ = state is ChosenState.There or ChosenState.MadeByName && _asTheyAre.Add(content.Id);
        _ = state == ChosenState.ToBeSetBack && _unchanged.Add(content.Id);
        return file;
    }

    private Fd OpenNamed(FileContent content)
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        string path = plan.Relocate(content.Path);
        Fd file = NamedMemory.Open(content, path, out bool isNew);
        if (isNew)
        {
            _new.Add(path);
        }
        else
        {
            _ = _unchanged.Add(content.Id);
        }

        return file;
    }

    private FileContent Find(uint id)
    {
        foreach (FileContent content in plan.Image.FileContents)
        {
            if (content.Id == id)
            {
                return content;
            }
        }

        throw new RefusedException(0, Errno.Invalid, $"the context file refers to file content {id}, which it does not have",
            "It is damaged in a way checksums cannot show.", "Take the checkpoint again.");
    }
}
