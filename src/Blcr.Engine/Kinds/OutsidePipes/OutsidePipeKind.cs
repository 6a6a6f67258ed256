using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.OutsidePipes;

/// <summary>A pipe whose other end is outside the checkpoint: a restarted process gets cr_restart's standard streams.</summary>
/// <remarks>blcr-contract, 1.4: at number n what cr_restart has open at n; else its standard input for a read end, its
/// standard output for a write end; neither: EBADF; an end for both: EINVAL. What is under way in the pipe is not
/// saved; the checkpoint says that the pipe leaves its scope and how much was in it.</remarks>
public sealed class OutsidePipeKind : DescriptionKind
{
    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.OutsidePipe;

    public override bool Owns(Dump dump, FoundDescription found) => PipeSides.Of(dump, found) == PipeSides.Whereabouts.Outside;

    public override void Collect(Dump dump, FoundDescription found)
    {
        ulong unread = PipeSides.Unread(found);
        found.Image.OutsidePipe = new OutsidePipe
        {
            Inode = found.Status.Inode,
            ReadEnd = found.Access != OpenFlags.WriteOnly,
            WriteEnd = found.Access != OpenFlags.ReadOnly,
            Unread = unread,
        };
        dump.Diagnostics.Add($"pid {found.Process.Pid}: descriptor {found.Number} is a pipe that leaves the checkpoint, "
            + $"with {unread} bytes in it that are not saved");
    }

    public override string? OutsideName(OpenDescription image) => $"pipe:[{image.OutsidePipe.Inode}]";

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        foreach ((_, int number) in saved.Holders(plan.Image))
        {
            SavedDescription at = saved with { Number = number };
            if (RebuiltDescriptions.IsInherited(number))
            {
                continue;
            }

            if (saved.Image.OutsidePipe.ReadEnd && saved.Image.OutsidePipe.WriteEnd)
            {
                at.Refuse(plan, Errno.Invalid, "is a pipe to the outside, open for both reading and writing",
                    $"Give cr_restart something at descriptor {number}, for example {number}<>FILE, or name something by --inherit-fd.");
            }
            else if (!RebuiltDescriptions.IsInherited(Stream(saved)))
            {
                at.Refuse(plan, Errno.BadDescriptor, "is a pipe to the outside, and cr_restart has neither that number nor "
                    + (Stream(saved) == 0 ? "a standard input" : "a standard output"),
                    $"Give cr_restart something at descriptor {number}, or at {Stream(saved)}, or name something by --inherit-fd.");
            }
        }
    }

    public override Fd? SourceFor(Rebuilding rebuilding, SavedDescription saved, NewProcess process, int number) =>
        InheritedDescriptions.Take(rebuilding, saved, number) ?? InheritedDescriptions.Take(rebuilding, saved, Stream(saved))
            ?? throw saved.Failed(Errno.BadDescriptor, "is a pipe to the outside");

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved) =>
        throw new InvalidOperationException("an outside pipe is never made");

    private static int Stream(SavedDescription saved) => saved.Image.OutsidePipe.ReadEnd ? 0 : 1;
}
