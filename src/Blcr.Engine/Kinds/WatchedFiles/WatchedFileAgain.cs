using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.WatchedFiles;

/// <summary>From the image to a name by which the file can be watched again.</summary>
internal static class WatchedFileAgain
{
    /// <summary>The file itself, not what a symbolic link of its name leads to. EEXIST: there is another sort of file now.</summary>
    /// <remarks>Preconditions: with the rights of the context file's owner. Opened as a place only, which no watcher sees.</remarks>
    public static SysResult<Fd> Open(string path, FileReference file)
    {
        SysResult<Fd> opened = Sys.Open(path, OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.CloseOnExec);
        if (!opened.Ok)
        {
            return opened;
        }

        SysResult looked = Sys.Status(opened.Value!, out FileStatus there);
        if (looked.Ok && there.Type == (FileType)(file.Mode & 0xf000))
        {
            return opened;
        }

        opened.Value!.Dispose();
        return new(null, looked.Ok ? Errno.Exists : looked.Error);
    }

    /// <summary>The same when everything has been rebuilt: a deleted file is the one that the context file brought back.</summary>
    public static SysResult<Fd> OpenNow(Rebuilding rebuilding, WatchedFile watched)
    {
        if (watched.File is { } file)
        {
            return Open(ProcPaths.OfNow(rebuilding, rebuilding.Plan.Relocate(file.Path)), file);
        }

        if (rebuilding.Descriptions.MadeBefore(watched.Description) is not { } held)
        {
            return new(null, Errno.NoEntry); // nobody holds it: not a file that we wrote
        }

        SysResult copy = Sys.Fcntl(held, FcntlCommand.DuplicateCloseOnExec, 3);
        return copy.Ok ? new(new Fd((int)copy.Value), Errno.None) : new(null, copy.Error);
    }

    /// <summary>A path that leads to exactly this file, for calls that take paths.</summary>
    public static string PathOf(Fd file) => $"/proc/self/fd/{file.Number}";

    /// <summary>Whether it can only be looked for once the new processes are there.</summary>
    public static bool IsMadeByRestart(RestartPlan plan, WatchedFile watched) =>
        watched.File is null || ProcPaths.IsOfSavedProcess(plan, watched.File.Path);

    public static string Name(RestartPlan plan, WatchedFile watched) =>
        watched.File is { } file ? plan.Relocate(file.Path) : "a deleted file";
}
