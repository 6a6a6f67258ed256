using Blcr.Engine.Image;
using Blcr.Engine.Kinds.WatchedFiles;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Inotify;

/// <summary>Adds a watch with a number of our choice.</summary>
internal static class Watches
{
    private const uint MustBeNew = 0x10000000; // IN_MASK_CREATE, Linux 4.18

    /// <returns>EEXIST: the file is watched already (two saved ones are one now), or the number is taken.</returns>
    public static Errno Add(Fd instance, InotifyWatch watch, Fd file)
    {
        SysResult chosen = Sys.InotifySetNextWatch(instance, watch.Number);
        if (!chosen.Ok)
        {
            return chosen.Error;
        }

        SysResult added = Sys.InotifyAddWatch(instance, WatchedFileAgain.PathOf(file), watch.Mask | MustBeNew);
        return !added.Ok ? added.Error : added.Value == watch.Number ? Errno.None : Errno.Exists;
    }
}
