using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.EpollSets;

/// <summary>epoll(7): a set of descriptions to wait for, each with events and data of the application's own.</summary>
/// <remarks>A member is identified by its description and the number it was added with; that number may be closed or
/// mean something else by now, as long as a saved process still holds the description (kcmp(2), KCMP_EPOLL_TFD).
/// Edge-triggered members that are ready report once more after a restart, as epoll(7) allows at any time.
/// Not exact: a member spent by EPOLLONESHOT may report EPOLLERR or EPOLLHUP before it is armed again.</remarks>
public sealed class EpollSetKind : DescriptionKind
{
    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.EpollSet;

    public override bool Owns(Dump dump, FoundDescription found) => found.Name == "anon_inode:[eventpoll]";

    public override void Collect(Dump dump, FoundDescription found) => EpollSetCollector.Collect(dump, found);

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        foreach (EpollTarget target in saved.Image.EpollSet.Targets)
        {
            if (DescriptorsKind.Find(plan.Image, target.Description) is null || target.Number < 0)
            {
                saved.Refuse(plan, Errno.Invalid, "is an epoll set with a member that the context file does not have",
                    "The context file was not written by cr_checkpoint.");
                return;
            }
        }
    }

    public override void Complete(Rebuilding rebuilding, SavedDescription saved, NewProcess process) =>
        EpollSetRebuilder.AddMembers(rebuilding, saved, process);

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        SysResult made = Sys.Call(SyscallNumber.EpollCreate1, (long)OpenFlags.CloseOnExec);
        return made.Ok ? new Fd((int)made.Value) : throw saved.Failed(made.Error, "is an epoll set that cannot be made again");
    }
}
