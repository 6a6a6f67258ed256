using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Mappings that no restart could bring back, each with its name and what the user can do.</summary>
internal static class UnsavableMemory
{
    private static readonly (string Prefix, string What, string WhatToDo)[] Named =
    [
        ("/[aio]", "a queue of asynchronous I/O (io_setup)", "Take the checkpoint when the program has closed it, or have it use other I/O (MySQL: innodb_use_native_aio=0)."),
        ("anon_inode:[io_uring]", "an io_uring queue", "Have the program use other I/O: libuv with UV_USE_IO_URING=0, for example."),
        ("anon_inode:[perf_event]", "a buffer of performance events", "Take the checkpoint when nothing is being profiled."),
        ("anon_inode:", "memory of a kernel object", "Take the checkpoint when the program has closed it."),
        ("socket:", "the packet buffer of a socket", "Take the checkpoint when the program has closed it."),
        ("/secretmem", "secret memory (memfd_secret), which not even the kernel may read", "Have the program use ordinary memory."),
        ("[uprobes]", "code of a tracing tool (uprobes)", "End the tracing (perf, bpftrace) first; a restart begins without it."),
    ];

    /// <summary>null: nothing is in the way.</summary>
    public static Obstacle? Explain(int pid, ProcVma vma)
    {
        foreach ((string prefix, string what, string whatToDo) in Named)
        {
            if (vma.Name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return Refuse(pid, vma, what, whatToDo);
            }
        }

        if (vma.Has("um") || vma.Has("uw") || vma.Has("ui"))
        {
            return Refuse(pid, vma, "watched by a userfaultfd", "Take the checkpoint when the program (or its snapshot tool) has let go of it.");
        }

        if (vma.Has("ss"))
        {
            return Refuse(pid, vma, "a shadow stack", "Start the program with GLIBC_TUNABLES=glibc.cpu.x86_shstk=off.");
        }

        return vma.Has("io") || vma.Has("pf") || (vma.Has("mm") && vma.Inode == 0)
            ? Refuse(pid, vma, "memory of a device", "Take the checkpoint when the program has closed the device.")
            : null;
    }

    /// <summary>A mapping of something that is neither a file nor memory.</summary>
    public static Obstacle RefuseObject(int pid, ProcVma vma) =>
        Refuse(pid, vma, "memory of a device or another kernel object", "Take the checkpoint when the program has closed it.");

    public static Obstacle Refuse(int pid, ProcVma vma, string what, string whatToDo) => new(pid, Errno.NotSupported,
        $"mapping {vma.Start:x}-{vma.End:x} is {what}{(vma.Name.Length > 0 ? $": {vma.Name}" : "")}",
        "It cannot be saved. Nothing was written; the program runs on.", whatToDo);
}
