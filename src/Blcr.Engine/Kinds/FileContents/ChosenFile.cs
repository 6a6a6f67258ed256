using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>A file saved by content because the user wanted it: the one at its path, if it has the same content; made again there, if
/// nothing is there. If there is another one, and the processes can only read theirs, they get one without a name, and what is there is
/// left alone. One that they can write to has to be the very same file, and gets its saved content back: what they write is to be found
/// under its name.</summary>
internal static class ChosenFile
{
    private const int BlockLength = 1 << 20;
    private const uint PermissionBits = 0xfff;

    /// <summary>Only a file that can be written to needs a place: anything else can be had in memory.</summary>
    public static void Check(RestartPlan plan, FileContent content)
    {
        if (!FileContentUse.IsWritten(plan.Image, content.Id))
        {
            return;
        }

        string path = plan.Relocate(content.Path);
        using OwnerRights.Scope rights = plan.Rights.Enter();
        SysResult<Fd> there = OpenThere(path, OpenFlags.ReadWrite);
        there.Value?.Dispose();
        if (there.Error == Errno.NoEntry)
        {
            CheckPlace(plan, path);
        }
        else if (!there.Ok)
        {
            plan.Obstacles.Add(Refuse(path, there.Error, $"cannot be opened for writing: {ErrorText.Of(there.Error)}"));
        }
        else if (WhyNotInPlace(content, path, plan.File) is { } why)
        {
            plan.Obstacles.Add(why);
        }
    }

    /// <param name="content">What it had.</param>
    /// <param name="path">Relocated.</param>
    /// <param name="written">A process can write to it.</param>
    /// <param name="context">Where its content is.</param>
    /// <returns>The file, and what has to be done with it.</returns>
    public static (Fd File, ChosenState State) Open(FileContent content, string path, bool written, ContextFile context)
    {
        SysResult<Fd> there = OpenThere(path, written ? OpenFlags.ReadWrite : OpenFlags.ReadOnly);
        if (there.Ok && IsEqual(content, there.Value!, context))
        {
            return (there.Value!, ChosenState.There);
        }

        if (there.Ok && written)
        {
            return WhyNotInPlace(content, path, context) is { } why ? throw new RefusedException([why]) : (there.Value!, ChosenState.ToBeSetBack);
        }

        there.Value?.Dispose();
        if (there.Error == Errno.NoEntry)
        {
            SysResult<Fd> made = Sys.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec,
                content.Mode & PermissionBits);
            if (made.Ok && Sys.SetSize(made.Value!, (long)content.Size).Ok)
            {
                _ = Sys.SetOwner(made.Value!, content.Uid, content.Gid); // its owner is the one who restarts it, if it cannot be given away
                return (made.Value!, ChosenState.MadeByName);
            }

            if (made.Ok)
            {
                made.Value!.Dispose();
                _ = Sys.Unlink(path);
            }
        }

        return (NamelessFiles.Make(content, path, written), ChosenState.MadeWithoutName);
    }

    private static SysResult<Fd> OpenThere(string path, OpenFlags access) =>
        Sys.Open(path, access | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);

    private static void CheckPlace(RestartPlan plan, string path)
    {
        string folder = NamelessFiles.Folder(path);
        SysResult<Fd> place = NamelessFiles.CreateNameless(folder, 0x180 /* 0600 */);
        place.Value?.Dispose();
        if (!place.Ok)
        {
            plan.Obstacles.Add(Refuse(path, place.Error, $"has to be made again, and {folder} cannot take it: {ErrorText.Of(place.Error)}"));
        }
    }

    // It has other content. The program's own file, which nobody else writes to, may be set back.
    private static Obstacle? WhyNotInPlace(FileContent content, string path, ContextFile context)
    {
        using Fd? file = OpenThere(path, OpenFlags.ReadOnly).Value;
        if (file is null || !Sys.Status(file, out FileStatus status).Ok || IsEqual(content, file, context))
        {
            return null; // a file that may be written but not read is told when it is opened
        }

        if (status.Inode != content.Inode)
        {
            return Refuse(path, Errno.Exists, "is not there any more, but another file with its name, and other content");
        }

        return FileWriters.Other(file) is { } writer
            ? Refuse(path, Errno.Busy, $"has changed since the checkpoint, and {writer} has it open for writing")
            : null;
    }

    private static Obstacle Refuse(string path, Errno error, string why) => new(0, error, $"the saved file {path} {why}",
        "A process has it open for writing: it has to have its saved content under its name. Nothing was restarted.",
        "Put that right, move what is there away, or give the file another place with --relocate OLD=NEW.");

    /// <summary>Compares byte by byte, a block at a time: a time or an inode number says nothing about a copy.</summary>
    private static bool IsEqual(FileContent content, Fd file, ContextFile context)
    {
        if (!Sys.Status(file, out FileStatus status).Ok || status.Type != FileType.Regular || (ulong)status.Size != content.Size)
        {
            return false;
        }

        byte[] saved = GC.AllocateUninitializedArray<byte>(BlockLength);
        byte[] seen = GC.AllocateUninitializedArray<byte>(BlockLength);
        ulong at = 0;
        foreach (PageRun run in content.Runs.Append(new PageRun { Start = content.Size }))
        {
            if (!IsZero(file, at, run.Start, seen))
            {
                return false;
            }

            ulong end = Math.Min(run.Start + (run.Pages * Sys.PageSize), content.Size);
            for (at = run.Start; at < end;)
            {
                int length = (int)Math.Min(BlockLength, end - at);
                long offset = context.OffsetOf(run.DataPage) + (long)(at - run.Start);
                if (!ReadAll(context.File, saved.AsSpan(0, length), offset) || !ReadAll(file, seen.AsSpan(0, length), (long)at)
                    || !seen.AsSpan(0, length).SequenceEqual(saved.AsSpan(0, length)))
                {
                    return false;
                }

                at += (ulong)length;
            }
        }

        return true;
    }

    private static bool IsZero(Fd file, ulong start, ulong end, byte[] block)
    {
        for (ulong at = start; at < end;)
        {
            Span<byte> part = block.AsSpan(0, (int)Math.Min((ulong)block.Length, end - at));
            if (!ReadAll(file, part, (long)at) || part.ContainsAnyExcept((byte)0))
            {
                return false;
            }

            at += (ulong)part.Length;
        }

        return true;
    }

    private static bool ReadAll(Fd file, Span<byte> to, long offset)
    {
        for (int done = 0; done < to.Length;)
        {
            SysResult got = Sys.ReadAt(file, to[done..], offset + done);
            if (got.Value <= 0 && got.Error != Errno.Interrupted)
            {
                return false;
            }

            done += (int)Math.Max(got.Value, 0);
        }

        return true;
    }
}

/// <summary>How a chosen file was had.</summary>
internal enum ChosenState
{
    /// <summary>With its content; nothing about it is changed.</summary>
    There,

    /// <summary>The same file with other content: to be set back when nothing else can fail.</summary>
    ToBeSetBack,

    /// <summary>To be filled, and removed if the restart fails.</summary>
    MadeByName,

    /// <summary>To be filled.</summary>
    MadeWithoutName,
}
