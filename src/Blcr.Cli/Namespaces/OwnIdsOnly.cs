using System.Globalization;
using System.Text;
using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>The map of a user namespace in which our user and group are called as outside, and nobody else exists.</summary>
/// <remarks>man 7 user_namespaces: more takes root; and before the groups can be mapped, setgroups(2) has to be given up.</remarks>
internal static class OwnIdsOnly
{
    public static Errno Map(int pid)
    {
        uint user = (uint)Sys.Call(SyscallNumber.Geteuid).Value;
        uint group = (uint)Sys.Call(SyscallNumber.Getegid).Value;
        Errno error = Write(pid, "setgroups", "deny");
        error = error == Errno.None ? Write(pid, "uid_map", string.Create(CultureInfo.InvariantCulture, $"{user} {user} 1")) : error;
        return error == Errno.None ? Write(pid, "gid_map", string.Create(CultureInfo.InvariantCulture, $"{group} {group} 1")) : error;
    }

    private static Errno Write(int pid, string name, string text)
    {
        SysResult<Fd> opened = Sys.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"), OpenFlags.WriteOnly | OpenFlags.CloseOnExec);
        using Fd? file = opened.Value;
        return file is null ? opened.Error : Sys.Write(file, Encoding.ASCII.GetBytes(text)).Error;
    }
}
