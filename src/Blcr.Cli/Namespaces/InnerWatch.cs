using Blcr.Cli.StandIn;
using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>The lead is a child of the cr_restart inside the namespace, which tells us.</summary>
internal sealed class InnerWatch(NewNamespace inside) : LeadWatch
{
    public override int Entry => inside.Channel.Socket.Number;

    public override SysResult Next(out WaitStatus status)
    {
        status = default;
        if (Sys.Poll(inside.Channel.Socket, PollEvents.Readable, milliseconds: 0).Value == 0)
        {
            return new SysResult(0, Errno.None);
        }

        if (inside.Channel.Receive() is not (InnerWord.Changed, BinaryReader content))
        {
            // Process 1 was killed, and with it everything inside: its end is the lead's.
            status = inside.AwaitEnd();
            return new SysResult(inside.Pid, Errno.None);
        }

        status = new WaitStatus(content.ReadInt32());
        if (content.ReadBoolean())
        {
            _ = inside.AwaitEnd(); // nothing is left inside, so it ends now
        }

        return new SysResult(inside.Pid, Errno.None);
    }

    public override void Dispose()
    {
        // The namespace is disposed of by whoever made it.
    }
}
