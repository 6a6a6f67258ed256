namespace Blcr.Engine.Kinds.Sleeps;

/// <summary>What an interrupted call leaves in rax for the kernel's own restart logic; include/linux/errno.h.</summary>
internal static class RestartCodes
{
    /// <summary>-EINTR: nobody will restart the call.</summary>
    public const long Interrupted = -4;

    /// <summary>-ERESTART_RESTARTBLOCK: the kernel keeps what is left, restart_syscall(2) goes on with it.</summary>
    public const long FromRestartBlock = -516;
}
