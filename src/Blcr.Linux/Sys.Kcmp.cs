namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Compares what two tasks have: the kernel's own order of the objects behind it.</summary>
    /// <returns>0: the same object; 1 and 2: less and greater, in an order that holds until the next boot.</returns>
    /// <remarks>kcmp(2), Linux 3.5; needs ptrace access to both. The two numbers are descriptors for
    /// <see cref="KcmpType.File"/> and are not looked at otherwise.</remarks>
    public static SysResult Kcmp(int firstTask, int secondTask, KcmpType type, int first = 0, int second = 0) =>
        Call(SyscallNumber.Kcmp, firstTask, secondTask, (int)type, first, second);

    /// <summary>Compares a descriptor of one task with a member of an epoll set of another (KCMP_EPOLL_TFD, Linux 4.13).</summary>
    /// <param name="added">The number the member was added with.</param>
    /// <param name="before">How many members added with that number come before it.</param>
    public static SysResult KcmpEpollTarget(int task, int number, int epollTask, int epoll, int added, uint before)
    {
        uint* slot = stackalloc uint[] { (uint)epoll, (uint)added, before }; // struct kcmp_epoll_slot
        return Call(SyscallNumber.Kcmp, task, epollTask, (int)KcmpType.EpollTarget, number, (nint)slot);
    }
}

/// <summary>KCMP_* of include/uapi/linux/kcmp.h.</summary>
public enum KcmpType
{
    File = 0,
    Vm = 1,
    Files = 2,
    Fs = 3,
    SignalHandlers = 4,
    Io = 5,
    SysVSemaphores = 6,
    EpollTarget = 7,
}
