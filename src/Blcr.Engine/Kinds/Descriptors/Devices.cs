namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Devices that no kind takes: what lives in them, and what a user can do.</summary>
internal static class Devices
{
    private const string Otherwise = "Checkpoint the program when it does not have the device open, or start it without using the device.";

    private static readonly (string Path, string What, string WhatToDo)[] Known =
    [
        ("/dev/fuse", "the connection of a file system in user space (FUSE)", "Unmount the file system first (fusermount -u), and mount it again after the restart."),
        ("/dev/kvm", "the door to virtual machines (KVM)", "Save virtual machines with their own means (QEMU: savevm, migrate)."),
        ("/dev/net/tun", "a network interface of the program's own (TUN/TAP)", "Checkpoint the program when the interface is closed."),
        ("/dev/rtc", "a real-time clock", "Have the program close it first; the time of day needs no device (clock_gettime)."),
        ("/dev/watchdog", "a watchdog, which resets the machine when nobody tends it", "Have the program close it first."),
        ("/dev/infiniband/", "an InfiniBand device, whose registered memory and connections are in the adapter", "Start it with UCX_TLS=tcp,self,posix, or the like of your MPI."),
        ("/dev/nvidia", "a graphics processor, whose memory cannot be read from here", "Free the device first (cuda-checkpoint), or start the program without it."),
        ("/dev/kfd", "a graphics processor, whose memory cannot be read from here", "Start the program without it."),
        ("/dev/dri/", "a graphics processor, whose memory cannot be read from here", "Start the program without it (LIBGL_ALWAYS_SOFTWARE=1)."),
        ("/dev/snd/", "a sound device", "Stop the sound first."),
        ("/dev/video", "a camera", "Have the program close it first."),
        ("/dev/input/", "an input device", "Have the program close it first."),
        ("/dev/loop", "a loop device", "Have the program close it first."),
        ("/dev/mapper/control", "the device mapper", "Have the program close it first."),
        ("/dev/userfaultfd", "the door to userfaultfds", "Start the program without it."),
        ("/dev/vhost", "the host's side of a virtual machine's device", "Save virtual machines with their own means (QEMU: savevm, migrate)."),
        ("/dev/vsock", "the door to virtual machines' sockets", "Have the program close it first."),
    ];

    public static (string What, string WhatToDo) Describe(FoundDescription found, string sort)
    {
        string numbers = $"{sort} {found.Status.Major}:{found.Status.Minor}";
        foreach ((string path, string what, string whatToDo) in Known)
        {
            if (found.Name.StartsWith(path, StringComparison.Ordinal))
            {
                return ($"{found.Name} ({numbers}), {what}", whatToDo);
            }
        }

        return ($"a device, {found.Name} ({numbers})", Otherwise);
    }
}
