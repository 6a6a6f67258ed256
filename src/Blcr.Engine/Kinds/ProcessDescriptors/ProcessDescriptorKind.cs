using System.Globalization;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.ProcessDescriptors;

/// <summary>pidfds: of processes and threads inside the checkpoint, and of processes that have ended and been waited for.</summary>
/// <remarks>After a restart one leads to the process that came back, whatever its pid. Not supported: pidfds of
/// processes outside the checkpoint: nothing would say that a process of that number is the same one.</remarks>
public sealed class ProcessDescriptorKind : DescriptionKind
{
    private const OpenFlags ThreadFlag = OpenFlags.Exclusive; // PIDFD_THREAD, Linux 6.9

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.ProcessDescriptor;

    public override bool Owns(Dump dump, FoundDescription found) => found.Name == "anon_inode:[pidfd]";

    /// <remarks>fdinfo's "Pid:" is -1 for a process that nobody can wait for any more, 0 for one in a pid namespace that
    /// /proc does not show (fs/pidfs.c: pidfd_show_fdinfo()).</remarks>
    public override void Collect(Dump dump, FoundDescription found)
    {
        int pid = int.Parse(found.Info.Value("Pid")!, CultureInfo.InvariantCulture);
        if (pid >= 0 && !IsInside(dump.Image, pid))
        {
            string name = pid == 0 ? "a process in another pid namespace" : $"process {pid} ({ProcStat.Read(pid).Value?.Name})";
            found.Refuse(dump, Errno.NotSupported, $"a pidfd of {name}, which is outside the checkpoint",
                "Checkpoint that process as well (a tree or session that has both), or have the program close the pidfd.");
            return;
        }

        found.Image.ProcessDescriptor = new ProcessDescriptor { Pid = Math.Max(pid, 0), Thread = found.Flags.HasFlag(ThreadFlag) };
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        int pid = saved.Image.ProcessDescriptor.Pid;
        if (pid != 0 && !IsInside(plan.Image, pid))
        {
            saved.Refuse(plan, Errno.Invalid, $"is a pidfd of process {pid}, which is not in the context file",
                "The context file was not written by cr_checkpoint.");
        }
    }

    public override bool NeedsThreads(OpenDescription image, ContextImage all) => IsThread(all, image.ProcessDescriptor.Pid);

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        ProcessDescriptor image = saved.Image.ProcessDescriptor;
        if (image.Pid == 0)
        {
            return EndedProcess.Descriptor(saved);
        }

        OpenFlags flags = image.Thread ? ThreadFlag : OpenFlags.ReadOnly;
        SysResult<Fd> made = Sys.PidFdOpen(rebuilding.IdOf(image.Pid), flags | OpenFlags.NonBlocking);
        return made.Value ?? throw saved.Failed(made.Error, $"is a pidfd of process {image.Pid}, which cannot be had again");
    }

    private static bool IsInside(ContextImage image, int pid) =>
        image.Processes.Any(process => process.Pid == pid) || IsThread(image, pid);

    private static bool IsThread(ContextImage image, int tid) =>
        image.Processes.Any(process => process.Pid != tid && process.Threads.Any(thread => thread.Tid == tid));
}
