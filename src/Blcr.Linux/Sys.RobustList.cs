namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Where a thread keeps its list of held robust futexes; get_robust_list(2). Needs ptrace access.</summary>
    /// <param name="tid">Any thread.</param>
    /// <param name="head">Address in its memory, 0: none.</param>
    /// <param name="length">sizeof(struct robust_list_head) as it was registered.</param>
    public static SysResult GetRobustList(int tid, out TaskAddress head, out ulong length)
    {
        ulong* got = stackalloc ulong[2];
        got[0] = got[1] = 0;
        SysResult result = Call(SyscallNumber.GetRobustList, tid, (nint)got, (nint)(got + 1));
        head = new TaskAddress(got[0]);
        length = got[1];
        return result;
    }
}
