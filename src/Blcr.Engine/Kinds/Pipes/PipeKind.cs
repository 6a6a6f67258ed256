using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Pipes;

/// <summary>Unnamed pipes with both sides inside the checkpoint, and ends whose other side is open nowhere any more.</summary>
/// <remarks>Saved: unread bytes with the limits of packets, capacity, and every description of either end with its
/// flags. An end whose other side is gone comes back the same way: end of file after the unread bytes, or EPIPE.
/// A pipe that leaves the checkpoint is another kind (OutsidePipes); so is a FIFO (NamedPipes).</remarks>
public sealed class PipeKind : DescriptionKind
{
    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.PipeEnd;

    public override bool Owns(Dump dump, FoundDescription found) =>
        PipeSides.Of(dump, found) is PipeSides.Whereabouts.Inside or PipeSides.Whereabouts.Orphaned;

    public override void Collect(Dump dump, FoundDescription found)
    {
        ulong inode = found.Status.Inode;
        found.Image.PipeEnd = new PipeEnd { Pipe = inode };
        if (Find(dump.Image, inode) is null)
        {
            dump.Image.Pipes.Add(PipeContents.Collect(dump, dump.Descriptions.OfFile(found.Status)));
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        if (Find(plan.Image, saved.Image.PipeEnd.Pipe) is null)
        {
            saved.Refuse(plan, Errno.Invalid, "is an end of a pipe that the context file does not have",
                "The context file was not written by cr_checkpoint.");
        }
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        Pipe image = Find(rebuilding.Image, saved.Image.PipeEnd.Pipe)!;
        RestoredPipe pipe = rebuilding.Descriptions.Shared(image.Inode, () => RestoredPipe.Make(image, saved));
        return pipe.Open(saved);
    }

    private static Pipe? Find(ContextImage image, ulong inode)
    {
        foreach (Pipe pipe in image.Pipes)
        {
            if (pipe.Inode == inode)
            {
                return pipe;
            }
        }

        return null;
    }
}
