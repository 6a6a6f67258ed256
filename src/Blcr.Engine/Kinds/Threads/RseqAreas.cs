using System.Buffers.Binary;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>Restartable sequences: the area the kernel keeps the CPU number in (man 2 rseq, glibc 2.35 registers one for
/// every thread). A thread caught inside a critical section starts at the section's abort handler, as the kernel
/// would make it do after any preemption (kernel/rseq.c: rseq_ip_fixup()).</summary>
internal sealed class RseqAreas : ThreadRoom
{
    private const int OffsetOfSection = 8; // struct rseq: u32 cpu_id_start, u32 cpu_id, u64 rseq_cs

    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        if (!Sys.PtraceGetRseqConfiguration(thread.Tid, out RseqConfiguration rseq).Ok || rseq.Area == TaskAddress.Null)
        {
            return;
        }

        thread.Image.Rseq = new RseqRegistration
        {
            Area = rseq.Area.Value,
            Length = rseq.Length,
            Signature = rseq.Signature,
            Flags = rseq.Flags,
        };

        Registers registers = Registers.From(thread.Image.Registers.Span);
        if (AbortHandler(thread.Pid, rseq.Area, registers.Rip) is ulong abort)
        {
            registers.Rip = abort;
            registers.OrigRax = ulong.MaxValue; // no system call is restarted at an abort handler
            thread.Image.Registers = ByteString.CopyFrom(registers.ToBytes());
        }
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        if (thread.Rseq is { Area: not 0 } rseq)
        {
            programs.For(1).Call("register the restartable sequence area", SyscallNumber.Rseq,
                rseq.Area, rseq.Length, 0, rseq.Signature);
        }
    }

    // struct rseq_cs, include/uapi/linux/rseq.h: u32 version, u32 flags, u64 start_ip, post_commit_offset, abort_ip
    private static ulong? AbortHandler(int pid, TaskAddress area, ulong rip)
    {
        Span<byte> pointer = stackalloc byte[8];
        Span<byte> section = stackalloc byte[32];
        if (Sys.ProcessVmRead(pid, area + OffsetOfSection, pointer).Value != pointer.Length)
        {
            return null;
        }

        TaskAddress at = new(BinaryPrimitives.ReadUInt64LittleEndian(pointer));
        if (at == TaskAddress.Null || Sys.ProcessVmRead(pid, at, section).Value != section.Length)
        {
            return null;
        }

        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(section[8..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(section[16..]);
        return unchecked(rip - start) < length ? BinaryPrimitives.ReadUInt64LittleEndian(section[24..]) : null;
    }
}
