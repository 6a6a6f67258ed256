using System.Text;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>An open file description of a frozen process, as it looks from outside.</summary>
public sealed class FoundDescription
{
    private FoundDescription(FrozenProcess process, int number, byte[] link, FileStatus status, FdInfo info, uint id)
    {
        Process = process;
        Number = number;
        Link = link;
        Status = status;
        Info = info;
        Image = new OpenDescription
        {
            Id = id,
            StatusFlags = (uint)(info.Flags & ~OpenFlags.CloseOnExec),
            Position = info.Position,
        };
    }

    /// <summary>The first process found to hold it, and under which number. There may be more of both.</summary>
    public FrozenProcess Process { get; }

    public int Number { get; }

    /// <summary>The socket in whose queue it was found, when no process has it open: <see cref="Process"/> is this one then,
    /// which has a duplicate of what is in flight. null: a process of the tree has it open.</summary>
    public FoundDescription? InFlightIn { get; internal set; }

    /// <summary>Every descriptor that refers to it.</summary>
    public List<(FrozenProcess Process, int Number)> Holders { get; } = [];

    /// <summary>What /proc/PID/fd/N says: a path, or "pipe:[123]", "anon_inode:[eventfd]", …</summary>
    public byte[] Link { get; }

    /// <summary>The same as text, for messages; bytes that are no UTF-8 come out as U+FFFD.</summary>
    public string Name => Encoding.UTF8.GetString(Link);

    public FileStatus Status { get; }

    public FdInfo Info { get; }

    public OpenFlags Flags => (OpenFlags)Image.StatusFlags;

    public OpenFlags Access => Flags & OpenFlags.AccessMode;

    public bool IsPathOnly => Flags.HasFlag(OpenFlags.Path);

    /// <summary>Whether the file has no name any more, or one that goes when it is closed (".nfs…", made by NFS
    /// when an open file is removed: fs/nfs/unlink.c).</summary>
    public bool IsDeleted => Status.Links == 0 || Name[(Name.LastIndexOf('/') + 1)..].StartsWith(".nfs0", StringComparison.Ordinal);

    public OpenDescription Image { get; }

    /// <summary>Reads what the kernel shows of descriptor <paramref name="number"/>; null when it is closed.</summary>
    public static FoundDescription? Look(FrozenProcess process, int number, FdInfo info, uint id)
    {
        string entry = $"/proc/{process.Pid}/fd/{number}";
        SysResult<byte[]> link = Sys.ReadLink(entry);
        // Through the link of /proc, not a duplicate: it reaches the file itself, even a deleted one, and shares nothing.
        return link.Ok && Sys.Status(entry, out FileStatus status).Ok
            ? new FoundDescription(process, number, link.Value!, status, info, id)
            : null;
    }

    /// <summary>A duplicate in this process. It shares the description: offset, flags and locks must stay as they are.</summary>
    public Fd Duplicate()
    {
        SysResult<Fd> got = Sys.PidFdGetFd(Process.PidFd, Number);
        return got.Ok ? got.Value! : throw new RefusedException(Process.Pid, got.Error,
            $"descriptor {Number}, {Name}, cannot be looked at: {ErrorText.Of(got.Error)}",
            "It cannot be saved.", "Run cr_checkpoint as the user who started the program, or as root.");
    }

    /// <summary>Notes that it cannot be saved. <paramref name="what"/> completes "descriptor 14 is …".</summary>
    public void Refuse(Dump dump, Errno code, string what, string whatToDo, string meaning = "It cannot be saved.", bool passing = false,
        bool upToOthers = false)
    {
        if (InFlightIn is not null)
        {
            InFlightIn.Refuse(dump, code, $"a Unix socket with a descriptor in flight (SCM_RIGHTS) of {what}",
                $"Let the program receive it first. {whatToDo}", meaning, passing, upToOthers);
            return;
        }

        dump.Obstacles.Add(new Obstacle(Process.Pid, code, $"descriptor {Number} is {what}", meaning, whatToDo)
        {
            IsPassing = passing,
            IsUpToOthers = upToOthers,
        });
    }

    public override string ToString() => $"pid {Process.Pid} descriptor {Number}: {Name}";
}
