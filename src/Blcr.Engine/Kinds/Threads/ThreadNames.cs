using System.Text;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>The name of a thread (comm), up to 15 bytes of any kind: /proc/PID/task/TID/comm, PR_SET_NAME.</summary>
internal sealed class ThreadNames : ThreadRoom
{
    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        ReadOnlySpan<byte> name = thread == thread.Process.Leader && thread.Process.Stat.Value is { } stat ? stat.NameBytes : Read(thread);
        thread.Image.Name = Encoding.UTF8.GetString(name);
        if (!Encoding.UTF8.GetBytes(thread.Image.Name).AsSpan().SequenceEqual(name))
        {
            thread.Image.RawName = ByteString.CopyFrom(name);
        }
    }

    private static ReadOnlySpan<byte> Read(FrozenThread thread)
    {
        byte[] name = Sys.ReadFile($"/proc/{thread.Pid}/task/{thread.Tid}/comm").Value ?? [];
        return name is [.., (byte)'\n'] ? name.AsSpan(..^1) : name;
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        byte[] name = thread.RawName.IsEmpty ? Encoding.UTF8.GetBytes(thread.Name) : thread.RawName.ToByteArray();
        SyscallPrograms.SyscallProgram program = programs.For(1, name.Length + 1);
        program.Call("set the thread's name", SyscallNumber.Prctl, PrctlOption.SetName, program.Input([.. name, 0]));
    }
}
