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
    /// <summary>Only a file that can be written to needs a place: anything else can be had in memory.</summary>
    public static void Check(RestartPlan plan, FileContent content)
    {
        if (plan.Folders.HasMade(content.Id) || !FileContentUse.IsWritten(plan.Image, content.Id))
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
        if (there.Ok && SavedBytes.AreIn(there.Value!, content, context))
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
            SysResult<Fd> made = WholeFile.Make(content, path, written, context);
            if (made.Ok)
            {
                return (made.Value!, ChosenState.MadeByName);
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
        if (file is null || !Sys.Status(file, out FileStatus status).Ok || SavedBytes.AreIn(file, content, context))
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
}

/// <summary>How a chosen file was had.</summary>
internal enum ChosenState
{
    /// <summary>With its content; nothing about it is changed.</summary>
    There,

    /// <summary>The same file with other content: to be set back when nothing else can fail.</summary>
    ToBeSetBack,

    /// <summary>Complete; to be removed if the restart fails.</summary>
    MadeByName,

    /// <summary>To be filled.</summary>
    MadeWithoutName,
}
