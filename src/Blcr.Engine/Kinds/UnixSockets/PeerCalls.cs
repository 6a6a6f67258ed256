using System.Text;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Calls that leave the caller's identity behind (SO_PEERCRED, SCM_CREDENTIALS): made inside the new process that
/// has the saved pid, with the user and group that made them then, where we may.</summary>
/// <remarks>man 7 unix: the credentials are those at connect(2), listen(2) or socketpair(2). A process that is not
/// in the image cannot make them again; the first one of the image does. The sockets themselves are ours: they are
/// lent to the process, or fetched from it.</remarks>
internal sealed class PeerCalls(Rebuilding rebuilding)
{
    private const int UnixCloseOnExec = 0x80000 | 0x800; // SOCK_CLOEXEC | SOCK_NONBLOCK
    private const int DontWaitNoSignal = 0x4040;         // MSG_DONTWAIT | MSG_NOSIGNAL

    private readonly uint _user = (uint)Sys.Call(SyscallNumber.Geteuid).Value;
    private readonly uint _group = (uint)Sys.Call(SyscallNumber.Getegid).Value;

    public (Fd First, Fd Second) Pair(SocketType type, UnixCredentials? caller)
    {
        NewProcess process = ProcessOf(caller);
        SyscallProgram program = new("connect two Unix sockets");
        Data pair = program.Output(2 * sizeof(int));
        As(program, caller, () => program.Call("make a pair of sockets", SyscallNumber.Socketpair, 1, (int)type | UnixCloseOnExec, 0, pair));
        ProgramOutcome outcome = process.Leader.Run(program).OrRefuse(process.Pid);
        int[] numbers = [outcome.Read<int>(pair), outcome.Read<int>(pair, sizeof(int))];
        Fd[] ours = [.. numbers.Select(number => Fetch(process, number))];
        Close(process, numbers);
        return (ours[0], ours[1]);
    }

    public void Listen(SocketNode listener, UnixCredentials? caller, int backlog)
    {
        NewProcess process = ProcessOf(caller);
        int number = process.Give(listener.Socket);
        SyscallProgram program = new("have a Unix socket listen");
        As(program, caller, () => program.Call($"listen at {Name(listener)}", SyscallNumber.Listen, number, backlog));
        process.Leader.Run(program).OrRefuse(process.Pid);
        Close(process, number);
        listener.Listening = caller ?? new UnixCredentials();
    }

    public void Connect(SocketNode client, SocketNode listener, UnixCredentials? caller)
    {
        NewProcess process = ProcessOf(caller);
        int number = process.Give(client.Socket);
        int file = listener.File is null ? -1 : process.Give(listener.File);
        byte[] name = file < 0 ? listener.Image.Name.Address.ToByteArray() : Encoding.ASCII.GetBytes($"/proc/self/fd/{file}");
        byte[] address = Sys.UnixAddress(name);
        SyscallProgram program = new("connect two Unix sockets");
        Data to = program.Input(address);
        As(program, caller, () => program.Call($"connect to {Name(listener)}", SyscallNumber.Connect, number, to, address.Length));
        process.Leader.Run(program).OrRefuse(process.Pid);
        Close(process, file < 0 ? [number] : [number, file]);
    }

    /// <summary>Sends a message with the sender's credentials, from the process they are of: what anybody may.</summary>
    /// <param name="to">The receiver, for a datagram; null: the peer.</param>
    public SysResult Send(Fd sender, UnixMessage message, SocketNode? to, IReadOnlyList<Fd> descriptors)
    {
        NewProcess process = ProcessOf(message.Credentials);
        List<int> numbers = [process.Give(sender), .. descriptors.Select(process.Give)];
        byte[] address = [];
        if (to?.File is { } file)
        {
            numbers.Add(process.Give(file));
            address = Sys.UnixAddress(Encoding.ASCII.GetBytes($"/proc/self/fd/{numbers[^1]}"));
        }
        else if (to is not null)
        {
            address = Sys.UnixAddress(to.Reach());
        }

        SocketCredentials own = new(process.Pid, _user, _group);
        byte[] control = Sys.Control([.. numbers.Skip(1).Take(descriptors.Count)], own);
        SyscallProgram program = new("send a message again");
        Data vector = program.Output(16);
        Data header = program.Output(56);
        program.Point(vector, 0, program.Input(message.Data.Span));
        program.Put(vector, 8, message.Data.Length);
        if (address.Length > 0)
        {
            program.Point(header, 0, program.Input(address));
            program.Put(header, 8, address.Length);
        }

        program.Point(header, 16, vector);
        program.Put(header, 24, 1);
        program.Point(header, 32, program.Input(control));
        program.Put(header, 40, control.Length);
        Result sent = program.TryCall("send it", SyscallNumber.Sendmsg, numbers[0], header, DontWaitNoSignal);
        ProgramOutcome outcome = process.Leader.Run(program).OrRefuse(process.Pid);
        Close(process, [.. numbers]);
        return outcome[sent];
    }

    private NewProcess ProcessOf(UnixCredentials? caller) =>
        rebuilding.Processes.Find(process => process.Image.Pid == caller?.Pid) ?? rebuilding.Processes[0];

    /// <summary>Only root can be somebody else for a moment; a stranger's file has been looked at before (SocketChecker).</summary>
    private void As(SyscallProgram program, UnixCredentials? caller, Action call)
    {
        bool changes = _user == 0 && caller is not null && (caller.Uid != _user || caller.Gid != _group);
        if (changes)
        {
            program.Call("take on a group", SyscallNumber.Setresgid, -1, caller!.Gid, -1);
            program.Call("take on a user", SyscallNumber.Setresuid, -1, caller.Uid, -1);
        }

        call();
        if (changes)
        {
            program.Call("be root again", SyscallNumber.Setresuid, -1, _user, -1);
            program.Call("be root again", SyscallNumber.Setresgid, -1, _group, -1);
        }
    }

    private static Fd Fetch(NewProcess process, int number)
    {
        SysResult<Fd> got = Sys.PidFdGetFd(process.PidFd, number);
        return got.Value ?? throw new RefusedException(process.Pid, got.Error, $"its new sockets cannot be fetched: {ErrorText.Of(got.Error)}",
            "No process was left behind.", "Raise the limit of open files (ulimit -n) and try again.");
    }

    private static void Close(NewProcess process, params int[] numbers)
    {
        SyscallProgram program = new("close sockets of the tool");
        foreach (int number in numbers)
        {
            program.Call("close a socket", SyscallNumber.Close, number);
        }

        process.Leader.Run(program).OrRefuse(process.Pid);
    }

    private static string Name(SocketNode node) => SocketNames.Text(node.Image.Name.Address.Span);
}
