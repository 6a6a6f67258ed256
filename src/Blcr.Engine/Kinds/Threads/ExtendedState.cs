using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>Floating point, vector and protection-key registers: the XSAVE area in its standard format.</summary>
/// <remarks>A component's place in the area depends on the maker of the CPU (Intel SDM volume 1, 13.4.3; CPUID leaf 0xD),
/// so the context file says where each one was. The release sets <see cref="ForThisCpu"/>.</remarks>
internal sealed class ExtendedState : ThreadRoom
{
    private const int LegacyAndHeader = 576;  // x87 and SSE, 512 bytes, then the XSAVE header
    private const int OffsetOfFeatures = 464; // sw_reserved: XCR0 as the kernel uses it (struct _fpx_sw_bytes)
    private const int OffsetOfInUse = 512;    // XSTATE_BV: components that are not in their initial state
    private const int Components = 20;
    private const int SupportedFeatures = 0x1021; // arch_prctl ARCH_GET_XCOMP_SUPP, Linux 5.16

    // CPUID leaves a virtual machine each time: asked once.
    private static readonly uint[] OffsetsHere = PerComponent(registers => registers.Ebx);
    private static readonly uint[] SizesHere = PerComponent(registers => registers.Eax);

    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        SysResult got = Sys.PtraceGetExtendedState(thread.Tid, out byte[] state);
        if (!got.Ok || state.Length < LegacyAndHeader)
        {
            throw new RefusedException(thread.Pid, got.Error,
                $"could not read the extended registers of thread {thread.Tid}",
                "It cannot be saved. Nothing was written; the program runs on.", "Does the kernel support XSAVE?");
        }

        thread.Image.ExtendedState = UnsafeByteOperations.UnsafeWrap(state);
        Origin origin = dump.Image.Origin ??= new Origin();
        if (origin.XsaveSize == 0)
        {
            origin.Xcr0 = BinaryPrimitives.ReadUInt64LittleEndian(state.AsSpan(OffsetOfFeatures));
            origin.XsaveSize = (uint)state.Length;
            origin.XsaveOffsets.AddRange(OffsetsHere);
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        if (thread.ExtendedState.Length < LegacyAndHeader)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.Invalid,
                $"thread {thread.Tid} has no extended registers in the context file", "It cannot be restarted.",
                "Make a new checkpoint."));
            return;
        }

        ulong missing = InUse(thread.ExtendedState.Span) & ~FeaturesHere();
        if (missing != 0)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, ErrorCode.BadArchitecture,
                $"thread {thread.Tid} uses registers that this CPU does not have: {NamesOf(missing)}",
                "It cannot be restarted on this machine.",
                $"Restart it on a machine with the CPU features of {plan.Image.Origin?.Host}."));
        }
    }

    /// <summary>Bytes of the register set here; nothing shorter can be set (arch/x86/kernel/fpu/regset.c:
    /// xstateregs_set()).</summary>
    /// <param name="tid">Any thread in a ptrace stop of ours.</param>
    public static int SizeHere(int tid)
    {
        _ = Sys.PtraceGetExtendedState(tid, out byte[] here); // empty if it fails; setting fails then too
        return here.Length;
    }

    /// <summary>The saved state as PTRACE_SETREGSET wants it on this machine.</summary>
    /// <param name="origin">Where the state was saved.</param>
    /// <param name="thread">Whose state it is; checked before.</param>
    /// <param name="sizeHere">See <see cref="SizeHere"/>.</param>
    public static ReadOnlySpan<byte> ForThisCpu(Origin origin, ThreadImage thread, int sizeHere)
    {
        uint[] from = [.. origin.XsaveOffsets];
        return sizeHere == thread.ExtendedState.Length && from.AsSpan().SequenceEqual(OffsetsHere)
            ? thread.ExtendedState.Span
            : Moved(thread.ExtendedState.Span, from, OffsetsHere, SizesHere, sizeHere);
    }

    /// <summary>Whether the CPU and the kernel have a component.</summary>
    public static bool IsHere(int component) => (FeaturesHere() & (1ul << component)) != 0;

    /// <summary>Lays the components in use out anew.</summary>
    internal static byte[] Moved(
        ReadOnlySpan<byte> saved, ReadOnlySpan<uint> from, ReadOnlySpan<uint> to, ReadOnlySpan<uint> sizes, int size)
    {
        byte[] state = new byte[Math.Max(size, LegacyAndHeader)];
        saved[..LegacyAndHeader].CopyTo(state);
        ulong inUse = InUse(saved);
        for (int component = 2; component < Components; component++)
        {
            if ((inUse & (1ul << component)) == 0)
            {
                continue;
            }

            // A file that does not say where the components were comes from a machine like this one.
            int source = checked((int)(component < from.Length && from[component] != 0 ? from[component] : to[component]));
            int length = checked((int)sizes[component]);
            saved.Slice(source, length).CopyTo(state.AsSpan(checked((int)to[component]), length));
        }

        return state;
    }

    private static ulong InUse(ReadOnlySpan<byte> state) => BinaryPrimitives.ReadUInt64LittleEndian(state[OffsetOfInUse..]);

    private static unsafe ulong FeaturesHere()
    {
        ulong features = 0;
        if (Sys.Call(SyscallNumber.ArchPrctl, SupportedFeatures, (nint)(&features)).Ok)
        {
            return features;
        }

        (int low, _, _, int high) = X86Base.CpuId(0xd, 0);
        return (uint)low | ((ulong)(uint)high << 32);
    }

    private static uint[] PerComponent(Func<(int Eax, int Ebx, int Ecx, int Edx), int> which)
    {
        uint[] values = new uint[Components];
        for (int component = 2; component < Components; component++)
        {
            values[component] = (uint)which(X86Base.CpuId(0xd, component));
        }

        return values;
    }

    private static string NamesOf(ulong components)
    {
        // XFEATURE_*, arch/x86/include/asm/fpu/types.h
        string[] names =
        [
            "x87", "SSE", "AVX", "MPX bounds", "MPX configuration", "AVX-512 masks", "AVX-512 upper halves",
            "AVX-512 registers 16 to 31", "processor trace", "protection keys",
        ];
        List<string> found = [];
        for (int component = 0; component < 64; component++)
        {
            if ((components & (1ul << component)) != 0)
            {
                found.Add(component < names.Length ? names[component]
                    : component is 17 or 18 ? "AMX" : $"XSAVE component {component}");
            }
        }

        return string.Join(", ", found);
    }
}
