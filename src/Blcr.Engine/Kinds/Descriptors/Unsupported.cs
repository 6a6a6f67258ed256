using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>What no kind takes is refused by name, with what the user can do about it.</summary>
internal static class Unsupported
{
    public static void Refuse(Dump dump, FoundDescription found)
    {
        (string what, string whatToDo) = Describe(found);
        found.Refuse(dump, Errno.NotSupported, what, whatToDo);
    }

    private static (string What, string WhatToDo) Describe(FoundDescription found) => found.Status.Type switch
    {
        FileType.Socket => SocketName.Describe(found),
        FileType.BlockDevice => ($"a block device, {found.Name}",
            "Checkpoint the program when it does not have the device open."),
        FileType.CharacterDevice => ($"a device, {found.Name} (character device {found.Status.Major}:{found.Status.Minor})",
            "Checkpoint the program when it does not have the device open, or start it without using the device."),
        _ when found.Name.StartsWith("anon_inode:", StringComparison.Ordinal) => Anonymous(found),
        _ => ($"{found.Name}, a sort of file this version does not know",
            "Checkpoint the program when it does not have it open."),
    };

    private static (string What, string WhatToDo) Anonymous(FoundDescription found)
    {
        string name = found.Name["anon_inode:".Length..].Trim('[', ']');
        return name switch
        {
            "inotify" => ("an inotify instance, which watches files", "Stop watching files first, or start the program so that it asks again and again instead (tail ---disable-inotify)."),
            "io_uring" => ("an io_uring instance", "Start the program without io_uring; for Node.js: UV_USE_IO_URING=0."),
            "pidfd" => ("a pidfd, which refers to a process", "Checkpoint the program when it does not hold one."),
            "userfaultfd" => ("a userfaultfd", "Start the program without it."),
            "[perf_event]" or "perf_event" => ("a performance counter (perf_event_open)", "Stop measuring first; leave perf(1) away."),
            "fanotify" => ("a fanotify instance, which watches files", "Stop watching files first."),
            _ => ($"a kernel object, {name}", "Checkpoint the program when it does not hold one."),
        };
    }
}
