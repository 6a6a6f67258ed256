using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>clone3(2) in a stopped task of ours: a new thread or process with a chosen id, traced from birth.</summary>
internal static unsafe class CloneCall
{
    /// <param name="footing">Where the call is made.</param>
    /// <param name="arguments">Without the id.</param>
    /// <param name="wantedId">The id it must have; 0 for any.</param>
    /// <param name="reportedId">The id messages speak of: the saved one.</param>
    /// <returns>Its id. It stands still before its first instruction, behind the same system call.</returns>
    public static int Make(Footing footing, CloneArguments arguments, int wantedId, int reportedId)
    {
        TaskAddress setTid = footing.Room + (ulong)sizeof(CloneArguments);
        arguments.SetTid = wantedId == 0 ? 0 : setTid.Value;
        arguments.SetTidSize = wantedId == 0 ? 0ul : 1ul;
        Span<byte> message = stackalloc byte[sizeof(CloneArguments) + sizeof(int)];
        new ReadOnlySpan<byte>(&arguments, sizeof(CloneArguments)).CopyTo(message);
        _ = BitConverter.TryWriteBytes(message[sizeof(CloneArguments)..], wantedId);
        footing.Write(message);

        LingeringId lingering = new(wantedId);
        SysResult made;
        int id;
        do
        {
            made = SingleCall.Make(footing.Tid, footing.SystemCallInstruction, out id, SyscallNumber.Clone3,
                footing.Room.Value, (ulong)sizeof(CloneArguments));
        }
        while (lingering.IsWorthAnother(made));

        if (!made.Ok)
        {
            throw Spawn.Refusal(made.Error, wantedId, reportedId);
        }

        Stops.AwaitEventStop(id); // PTRACE_O_TRACECLONE, TRACEFORK, TRACEVFORK
        return id;
    }
}
