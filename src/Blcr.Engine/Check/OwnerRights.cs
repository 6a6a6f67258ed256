using System.Runtime.InteropServices;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Check;

/// <summary>With whose rights files are opened at restart: those of the context file's owner, when root restarts it.</summary>
/// <remarks>A context file is input from a stranger (design.md, promise 4): restarted by root, it opens nothing that its
/// owner could not. For anyone but root, and for root's own files, nothing changes.</remarks>
public sealed unsafe class OwnerRights(uint owner)
{
    private const int MostGroups = 256;

    private (uint Group, uint[] Groups)? _membership;

    private bool Matters => owner != 0 && GetEffectiveUser() == 0;

    /// <summary>Calls, and bytes of data beside the path, that <see cref="AddOpen"/> adds to a program at most.</summary>
    public (int Calls, int Bytes) RoomOfOpen => Matters ? (9, 4 * sizeof(uint) * MostGroups) : (1, 0);

    /// <summary>Until the scope is disposed, the calling thread looks at files as the owner does. Scopes do not nest.</summary>
    public Scope Enter()
    {
        if (!Matters)
        {
            return new Scope(null);
        }

        _membership ??= Look(owner);
        uint[] before = Groups();
        SetGroups(_membership.Value.Groups);
        // man 2 setfsuid: leaving 0 takes CAP_DAC_OVERRIDE and its like out of the effective set, coming back restores them.
        _ = Sys.Call(SyscallNumber.Setfsgid, _membership.Value.Group);
        _ = Sys.Call(SyscallNumber.Setfsuid, owner);
        SysResult now = Sys.Call(SyscallNumber.Setfsuid, -1); // gives the present one, changes nothing
        Scope scope = new(before);
        if (now.Value == owner)
        {
            return scope;
        }

        scope.Dispose();
        throw new RefusedException(0, Errno.NotPermitted, $"the rights of user {owner}, who owns the context file, cannot be taken on",
            "Opening files with more rights than its owner has is not done.", "Restart it as that user.");
    }

    /// <summary>The same for an open(2) inside a new process, which has the rights of whoever restarts it until the end.</summary>
    public Result AddOpen(SyscallProgram program, string path, OpenFlags flags)
    {
        const int currentDirectory = -100; // AT_FDCWD; the path is absolute
        if (!Matters)
        {
            return program.Call($"open {path}", SyscallNumber.Openat, currentDirectory, program.Text(path), (uint)flags, 0);
        }

        _membership ??= Look(owner);
        AddRights(program, _membership.Value.Groups, _membership.Value.Group, owner);
        Result file = program.Call($"open {path}", SyscallNumber.Openat, currentDirectory, program.Text(path), (uint)flags, 0);
        AddRights(program, Groups(), 0, 0);
        return file;
    }

    /// <summary>Whether a file can be opened; changes nothing. Not access(2), which looks at other ids than open(2).</summary>
    public SysResult CanOpen(string path, OpenFlags access)
    {
        using Scope scope = Enter();
        SysResult<Fd> opened = Sys.Open(path, access | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);
        opened.Value?.Dispose();
        return new SysResult(0, opened.Error);
    }

    private static void AddRights(SyscallProgram program, uint[] groups, uint group, uint user)
    {
        Data list = program.Input(MemoryMarshal.AsBytes<uint>(groups));
        program.Call("set the supplementary groups", SyscallNumber.Setgroups, groups.Length, list);
        program.TryCall("set the group for files", SyscallNumber.Setfsgid, group); // gives the one before, never an error
        program.TryCall("set the user for files", SyscallNumber.Setfsuid, user);
        program.CallExpecting(user, "set the user for files", SyscallNumber.Setfsuid, -1); // gives the present one
    }

    /// <summary>Puts the rights of root back.</summary>
    public readonly ref struct Scope(uint[]? groups)
    {
        public void Dispose()
        {
            if (groups is not null)
            {
                _ = Sys.Call(SyscallNumber.Setfsuid, 0); // to the effective uid: always allowed
                _ = Sys.Call(SyscallNumber.Setfsgid, 0);
                SetGroups(groups);
            }
        }
    }

    private static uint GetEffectiveUser() => (uint)Sys.Call(SyscallNumber.Geteuid).Value;

    // By number: glibc's setgroups(3) would change every thread of this process, the kernel's call only this one.
    private static void SetGroups(uint[] groups)
    {
        fixed (uint* first = groups)
        {
            SysResult set = Sys.Call(SyscallNumber.Setgroups, groups.Length, (nint)first);
            if (!set.Ok)
            {
                throw new RefusedException(0, set.Error, $"the supplementary groups cannot be changed: {ErrorText.Of(set.Error)}",
                    "Files are opened with the rights of the context file's owner.", "Restart it as that user.");
            }
        }
    }

    private static uint[] Groups()
    {
        SysResult count = Sys.Call(SyscallNumber.Getgroups, 0, 0);
        uint[] groups = new uint[Math.Max(count.Value, 0)];
        fixed (uint* first = groups)
        {
            _ = Sys.Call(SyscallNumber.Getgroups, groups.Length, (nint)first); // as many as were counted: this thread's own
        }

        return groups;
    }

    /// <summary>Primary and supplementary groups from the user database; a user it does not know is in no group but "nogroup".</summary>
    private static (uint Group, uint[] Groups) Look(uint user)
    {
        const uint Nobody = 65534;
        return UserGroups.Of(user) is [uint primary, ..] groups ? (primary, groups[..Math.Min(groups.Length, MostGroups)]) : (Nobody, []);
    }
}
