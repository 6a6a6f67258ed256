using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Owner and permissions of a slave's device file: who may open it, and write(1) to it.</summary>
/// <remarks>By path, for opening a slave is noticed at its master. What the context file's owner may not set stays as
/// devpts made it: theirs, for the group of its mount option, which is what grantpt(3) gives.</remarks>
internal static class SlaveFile
{
    public static void Restore(Rebuilding rebuilding, PseudoTerminal image, Fd master)
    {
        string path = TerminalDevice.Path((uint)Sys.GetTerminalNumber(master, TerminalIoctl.GetNumber).Value);
        if (image.Mode == 0 || !Sys.Status(path, out FileStatus now).Ok)
        {
            return; // not known: the mount namespace it was in is not ours
        }

        using (rebuilding.Plan.Rights.Enter())
        {
            SysResult owned = now.Uid == image.Uid && now.Gid == image.Gid ? default : Sys.SetOwner(path, image.Uid, image.Gid);
            if (!owned.Ok)
            {
                rebuilding.Plan.Diagnostics.Add($"{path} belonged to user {image.Uid} and group {image.Gid}, and now to {now.Uid} and {now.Gid}: you may not set it");
            }

            _ = Sys.SetMode(path, image.Mode); // with another owner than wanted it stays what devpts gives
        }
    }
}
