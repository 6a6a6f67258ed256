using System.Buffers.Binary;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Seccomp;

/// <summary>Secure computing mode: which system calls a thread may make; man 2 seccomp. Filters come back as the classic
/// BPF they were installed as. Both ways need CAP_SYS_ADMIN: the kernel shows filters to nobody else, and nobody else
/// may suspend them while the engine makes calls of its own in the thread.</summary>
/// <remarks>A filter that the tool itself runs under, such as a container's, is around everything here: a thread that has
/// no more than the tool needs nothing.</remarks>
internal sealed class SeccompFilters : ThreadRoom
{
    private const int Strict = 1;           // SECCOMP_MODE_STRICT
    private const int Filtered = 2;         // SECCOMP_MODE_FILTER
    private const int SetModeFilter = 1;    // SECCOMP_SET_MODE_FILTER
    private const uint SpeculationAllowed = 4; // SECCOMP_FILTER_FLAG_SPEC_ALLOW: mitigations are restored by themselves
    private const uint Log = 2;             // SECCOMP_FILTER_FLAG_LOG
    private const int SetSeccomp = 22;      // PR_SET_SECCOMP
    private const int BytesOfInstruction = 8;
    private const int MostInstructions = 4096; // BPF_MAXINSNS

    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        if (status.Seccomp == 0 || IsOurOwn(status))
        {
            return;
        }

        thread.Image.SeccompMode = status.Seccomp;
        for (int index = 0; status.Seccomp == Filtered && index < status.SeccompFilters; index++)
        {
            SysResult got = Sys.PtraceSeccompGetFilter(thread.Tid, index, out byte[] filter);
            if (!got.Ok)
            {
                dump.Obstacles.Add(new Obstacle(thread.Pid, got.Error, $"a seccomp filter of thread {thread.Tid} cannot be read",
                    "It cannot be saved. Nothing was written; the program runs on.",
                    "Make the checkpoint as root (CAP_SYS_ADMIN), outside a container that filters system calls itself."));
                return;
            }

            _ = Sys.PtraceSeccompGetFlags(thread.Tid, index, out uint flags); // 0 on kernels that do not tell
            thread.Image.SeccompFilters.Add(ByteString.CopyFrom(filter));
            thread.Image.SeccompFlags.Add(flags);
        }

        UnattendedCalls.RefuseIfForbidden(thread, thread.Image);
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        if (thread.SeccompMode == 0)
        {
            return;
        }

        Requester requester = Requester.Of(plan);
        if (!requester.Can(Capability.SysAdmin) || requester.Status.Seccomp != 0)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NotPermitted, $"thread {thread.Tid} restricts its system calls (seccomp)",
                "You may not restore that.",
                "Restart it as root (CAP_SYS_ADMIN), outside a container that filters system calls itself."));
        }

        if (thread.SeccompMode > Filtered || thread.SeccompFilters.Any(filter =>
            filter.Length is 0 or > MostInstructions * BytesOfInstruction || filter.Length % BytesOfInstruction != 0))
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.Invalid, $"the seccomp state of thread {thread.Tid} makes no sense",
                "The file cannot be used.", "Make a new checkpoint."));
        }
    }

    public override void Finish(ProgramSeries programs, ProcessImage process, ThreadImage thread, ThreadRights now)
    {
        for (int i = 0; thread.SeccompMode == Filtered && i < thread.SeccompFilters.Count; i++)
        {
            ReadOnlySpan<byte> filter = thread.SeccompFilters[i].Span;
            SyscallProgram program = programs.For(1, filter.Length + 32);
            Data instructions = program.Input(filter);

            // struct sock_fprog: u16 length in instructions, then at 8 the pointer
            byte[] header = new byte[16];
            BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(filter.Length / BytesOfInstruction));
            Data filterProgram = program.Input(header);
            program.Point(filterProgram, 8, instructions);
            uint flags = i < thread.SeccompFlags.Count ? thread.SeccompFlags[i] & Log : 0;
            program.Call($"install seccomp filter {i}", SyscallNumber.Seccomp,
                SetModeFilter, flags | SpeculationAllowed, filterProgram);
        }

        if (thread.SeccompMode == Strict)
        {
            programs.For(1).Call("restrict system calls to four (seccomp)", SyscallNumber.Prctl, SetSeccomp, Strict, 0, 0, 0);
        }
    }

    /// <summary>Before the thread is entered: our calls there must not count. Lasts as long as we trace it.</summary>
    /// <exception cref="RefusedException">It may not be entered: a filter could kill the program for our calls.</exception>
    public static void RefuseUnlessSuspended(FrozenThread thread, ThreadRights status)
    {
        if (status.Seccomp == 0 || IsOurOwn(status))
        {
            return;
        }

        if (status.Seccomp == Strict)
        {
            // Suspended only while we live: killed in there, our next call would be its end (kernel/seccomp.c: __secure_computing_strict()).
            throw new RefusedException(thread.Pid, Errno.NotSupported,
                $"thread {thread.Tid} is in seccomp's strict mode",
                "It cannot be entered without risk to it. Nothing was written; the program runs on.",
                "Use filters that allow ppoll, close, munmap and rt_sigprocmask instead of strict mode.");
        }

        SysResult suspended = Sys.PtraceSetOptions(thread.Tid, PtraceOptions.TraceSysGood | PtraceOptions.SuspendSeccomp);
        if (!suspended.Ok)
        {
            throw new RefusedException(thread.Pid, Errno.NotPermitted,
                $"thread {thread.Tid} restricts its system calls (seccomp)",
                "It cannot be saved by you. Nothing was written; the program runs on.",
                "Make the checkpoint as root (CAP_SYS_ADMIN), outside a container that filters system calls itself.");
        }
    }

    /// <summary>The same for a new thread that is about to get its filters back. The release ends it.</summary>
    public static void Suspend(NewThread thread)
    {
        if (thread.Image.SeccompMode == 0)
        {
            return;
        }

        SysResult suspended = Sys.PtraceSetOptions(thread.Tid, PtraceOptions.ExitKill | PtraceOptions.TraceSysGood | PtraceOptions.SuspendSeccomp);
        if (!suspended.Ok)
        {
            throw new RefusedException(thread.Pid, suspended.Error, $"seccomp of thread {thread.Image.Tid} cannot be restored",
                "Nothing was restarted.", "Restart it as root (CAP_SYS_ADMIN).");
        }
    }

    // Filters are inherited and only ever added: as many as we have are those we have. Kernels before 5.9 do not count.
    private static bool IsOurOwn(ThreadRights status)
    {
        SysResult<ThreadRights> own = ThreadRights.ReadOwn();
        return own.Ok && own.Value!.Seccomp == status.Seccomp && status.SeccompFilters > 0
            && own.Value.SeccompFilters == status.SeccompFilters;
    }
}
