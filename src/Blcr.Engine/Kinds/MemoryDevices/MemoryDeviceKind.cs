using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.MemoryDevices;

/// <summary>/dev/null, zero, full, random, urandom, kmsg, mem, port: character devices of major 1, opened again.</summary>
/// <remarks>They hold nothing for whoever opens them but an offset (mem, port). A reader of /dev/kmsg begins again with
/// the oldest message: its place in the log cannot be set.</remarks>
public sealed class MemoryDeviceKind : DescriptionKind
{
    private const string What = "the device";
    private const uint MemoryMajor = 1;   // MEM_MAJOR, include/uapi/linux/major.h
    private const uint KernelLogMinor = 11;

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.MemoryDevice;

    public override bool Owns(Dump dump, FoundDescription found) =>
        found.Status.Type == FileType.CharacterDevice && found.Status.Major == MemoryMajor;

    public override void Collect(Dump dump, FoundDescription found)
    {
        FileReference? file = FilesByPath.Collect(dump, found, What);
        if (file is null)
        {
            return;
        }

        found.Image.MemoryDevice = new MemoryDevice { Path = file.Path, Major = found.Status.Major, Minor = found.Status.Minor };
        if (found.Status.Minor == KernelLogMinor)
        {
            found.Image.Position = 0;
            if (found.Access != OpenFlags.WriteOnly)
            {
                dump.Diagnostics.Add($"pid {found.Process.Pid}: descriptor {found.Number} reads {file.Path}; "
                    + "after a restart it begins with the oldest message");
            }
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        MemoryDevice device = saved.Image.MemoryDevice;
        if (device.Major != MemoryMajor)
        {
            saved.Refuse(plan, Errno.Invalid, $"is {What} {device.Path}, which is none of memory", "The context file was not written by cr_checkpoint.");
            return;
        }

        if (FilesByPath.Check(plan, saved, Reference(device), What) is FileStatus there
            && (there.Major != device.Major || there.Minor != device.Minor))
        {
            saved.Refuse(plan, Errno.NoDevice, $"is {What} {plan.Relocate(device.Path)}: expected character device "
                + $"{device.Major}:{device.Minor}, there is {there.Major}:{there.Minor}", "Make the device again: see mknod(1).");
        }
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved) =>
        FilesByPath.Open(rebuilding, saved, Reference(saved.Image.MemoryDevice), What);

    private static FileReference Reference(MemoryDevice device) => new() { Path = device.Path, Mode = (uint)FileType.CharacterDevice };
}
