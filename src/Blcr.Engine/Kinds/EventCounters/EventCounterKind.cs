using System.Globalization;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.EventCounters;

/// <summary>eventfd(2): a counter that descriptors wait on.</summary>
/// <remarks>Kernels before 6.5 do not show whether it is a semaphore (EFD_SEMAPHORE); there it is taken for an ordinary
/// one, which is said.</remarks>
public sealed class EventCounterKind : DescriptionKind
{
    private const int Semaphore = 1; // EFD_SEMAPHORE

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.EventCounter;

    public override bool Owns(Dump dump, FoundDescription found) => found.Name == "anon_inode:[eventfd]";

    public override void Collect(Dump dump, FoundDescription found)
    {
        string? semaphore = found.Info.Value("eventfd-semaphore");
        found.Image.EventCounter = new EventCounter
        {
            Count = ulong.Parse(found.Info.Value("eventfd-count")!, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            Semaphore = semaphore == "1",
        };
        if (semaphore is null)
        {
            dump.Diagnostics.Add($"pid {found.Process.Pid}: descriptor {found.Number}, an eventfd: this kernel does not show "
                + "whether it is a semaphore; saved as an ordinary one");
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        // Every kernel that runs this has eventfd2(2).
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        EventCounter image = saved.Image.EventCounter;
        SysResult made = Sys.Call(SyscallNumber.Eventfd2, 0,
            (long)(OpenFlags.NonBlocking | OpenFlags.CloseOnExec) | (image.Semaphore ? Semaphore : 0));
        if (!made.Ok)
        {
            throw saved.Failed(made.Error, "is an eventfd that cannot be made again");
        }

        Fd counter = new((int)made.Value);
        if (image.Count == 0)
        {
            return counter;
        }

        // By write(2): the initial value of eventfd2(2) has 32 bits only.
        SysResult written = Sys.Write(counter, BitConverter.GetBytes(image.Count));
        if (written.Ok)
        {
            return counter;
        }

        counter.Dispose();
        throw saved.Failed(written.Error, $"is an eventfd that does not take its count, {image.Count}");
    }
}
