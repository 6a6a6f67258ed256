namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Objects of the kernel that have no file and that no kind takes: what they are, and what a user can do.</summary>
/// <remarks>The names are those of anon_inode_getfd() and its like in the kernel; /proc/PID/fd shows some in brackets,
/// as they were given.</remarks>
internal static class AnonymousObjects
{
    private const string Prefix = "anon_inode:";

    private static readonly Dictionary<string, (string What, string WhatToDo)> Known = new()
    {
        ["io_uring"] = ("an io_uring instance", "Start the program without io_uring; for Node.js: UV_USE_IO_URING=0."),
        ["userfaultfd"] = ("a userfaultfd", "Start the program without it."),
        ["perf_event"] = ("a performance counter (perf_event_open)", "Stop measuring first; leave perf(1) away."),
        ["seccomp notify"] = ("the supervisor's end of a seccomp filter", "Start the program without a supervisor of its system calls."),
        ["landlock-ruleset"] = ("a Landlock ruleset that is being made", "Ask again when the program has put it into force and closed it."),
        ["bpf-map"] = ("a map of eBPF", "Stop what uses eBPF in the program first; it lives in the kernel, not in the program."),
        ["bpf-prog"] = ("a program of eBPF", "Stop what uses eBPF in the program first; it lives in the kernel, not in the program."),
        ["bpf_link"] = ("a link of eBPF", "Stop what uses eBPF in the program first; it lives in the kernel, not in the program."),
        ["btf"] = ("type information of eBPF", "Stop what uses eBPF in the program first; it lives in the kernel, not in the program."),
        ["bpf_iter"] = ("an iterator of eBPF", "Stop what uses eBPF in the program first; it lives in the kernel, not in the program."),
        ["kvm-vm"] = ("a virtual machine (KVM)", "Save virtual machines with their own means (QEMU: savevm, migrate)."),
        ["kvm-vcpu"] = ("a processor of a virtual machine (KVM)", "Save virtual machines with their own means (QEMU: savevm, migrate)."),
        ["fscontext"] = ("a file system that is being configured (fsopen)", "Ask again when the program has mounted it."),
        ["sync_file"] = ("a fence of a graphics device", "Start the program without the graphics device."),
        ["gpio-line"] = ("a line of a GPIO device", "Have the program let go of the device first."),
    };

    public static bool Is(FoundDescription found) => found.Name.StartsWith(Prefix, StringComparison.Ordinal);

    public static (string What, string WhatToDo) Describe(FoundDescription found)
    {
        string name = found.Name[Prefix.Length..].Trim('[', ']');
        string kind = name.StartsWith("kvm-vcpu", StringComparison.Ordinal) ? "kvm-vcpu" : name;
        return Known.TryGetValue(kind, out (string What, string WhatToDo) known)
            ? known
            : ($"a kernel object, {name}", "Checkpoint the program when it does not hold one.");
    }
}
