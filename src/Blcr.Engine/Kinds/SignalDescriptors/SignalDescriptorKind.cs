using System.Globalization;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SignalDescriptors;

/// <summary>signalfd(2): a set of signals that are read instead of handled. The signals themselves are pending elsewhere.</summary>
public sealed class SignalDescriptorKind : DescriptionKind
{
    private const int SetSize = 8; // sizeof(kernel_sigset_t)

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.SignalDescriptor;

    public override bool Owns(Dump dump, FoundDescription found) => found.Name == "anon_inode:[signalfd]";

    public override void Collect(Dump dump, FoundDescription found) => found.Image.SignalDescriptor = new SignalDescriptor
    {
        Mask = ulong.Parse(found.Info.Value("sigmask")!, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
    };

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        // Every kernel that runs this has signalfd4(2).
    }

    protected override unsafe Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        ulong mask = saved.Image.SignalDescriptor.Mask;
        SysResult made = Sys.Call(SyscallNumber.Signalfd4, -1, (nint)(&mask), SetSize, (long)(OpenFlags.NonBlocking | OpenFlags.CloseOnExec));
        return made.Ok ? new Fd((int)made.Value) : throw saved.Failed(made.Error, "is a signalfd that cannot be made again");
    }
}
