namespace Blcr.Linux;

public static partial class Sys
{
    /// <summary>Asks by a lease, which is given back at once, who has a file open: a read lease is refused while anybody has it open
    /// or mapped for writing, a write lease while anybody else has it open at all (fs/locks.c: check_conflicting_open()).</summary>
    /// <remarks>EAGAIN: somebody has. EACCES: it is the owner's and root's to ask; EINVAL: a file system without leases.
    /// Who opens the file at that moment waits, and the holder is sent a signal (lease_break_callback()). SIGIO would be passed on by
    /// cr_restart to the program, and end it; SIGCHLD means nothing to anybody. man 2 fcntl, F_SETSIG.</remarks>
    public static SysResult TryLease(Fd file, FileLease lease)
    {
        _ = Fcntl(file, FcntlCommand.SetSignal, Signal.Child);
        SysResult leased = Fcntl(file, FcntlCommand.SetLease, (long)lease);
        if (leased.Ok)
        {
            _ = Fcntl(file, FcntlCommand.SetLease, (long)FileLease.None);
        }

        _ = Fcntl(file, FcntlCommand.SetSignal, 0);
        return leased;
    }
}

/// <summary>F_RDLCK, F_WRLCK, F_UNLCK, include/uapi/asm-generic/fcntl.h</summary>
public enum FileLease
{
    Read = 0,
    Write = 1,
    None = 2,
}
