using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>The send buffer of a socket, larger for a while: what was sent in other pieces may need more of it now.</summary>
internal sealed class SendRoom(Fd socket)
{
    private const int BufferLock = 72; // SO_BUF_LOCK, Linux 5.13

    private int _before = -1;
    private int _size;

    /// <summary>Makes room, if that is what a failed call was about.</summary>
    /// <returns>false: it was not, or there is no more to have.</returns>
    public bool Raise(Errno error)
    {
        if (error is not (Errno.Again or Errno.MessageTooLong or Errno.NoBuffers))
        {
            return false;
        }

        if (_before < 0)
        {
            _before = _size = (int)Sys.GetSocketOption(socket, SocketOption.SendBuffer).Value;
        }

        int wanted = (int)Math.Min(2L * _size, int.MaxValue / 2); // the kernel doubles it again
        if (!Sys.SetSocketOption(socket, SocketOption.SendBufferForce, wanted).Ok)
        {
            _ = Sys.SetSocketOption(socket, SocketOption.SendBuffer, wanted); // as much as net.core.wmem_max allows
        }

        int now = (int)Sys.GetSocketOption(socket, SocketOption.SendBuffer).Value;
        (bool larger, _size) = (now > _size, now);
        return larger;
    }

    public void PutBack()
    {
        if (_before >= 0)
        {
            _ = Sys.SetSocketOption(socket, SocketOption.SendBuffer, _before / 2); // less than now: always allowed
            _ = Sys.SetSocketOption(socket, BufferLock, 0);
        }
    }
}
