using System.Globalization;
using Blcr.Cli.StandIn;
using Blcr.Engine;
using Blcr.Engine.Scope;
using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>A cr_checkpoint that enters the namespaces of a `cr_restart --new-pid-namespace` and does its work there.</summary>
/// <remarks>man 2 setns: a pid namespace is entered by children only, and a user namespace by a program with one thread only;
/// so a child enters, and its own child, which the kernel makes ours, is the cr_checkpoint inside.</remarks>
internal static unsafe class CheckpointInside
{
    public const string Command = "cr_checkpoint-inside";

    /// <summary>Has the checkpoint taken inside, and ends as that command ends.</summary>
    /// <exception cref="RefusedException">It cannot get in.</exception>
    public static int Enter(RestartNamespace place, int firstWord)
    {
        using Fd init = Sys.PidFdOpen(place.Init).Value ?? throw Refused(place, "find process 1 of it", Errno.NoProcess);
        using ChildProgram program = new();
        program.Add("enter it", SyscallNumber.Setns, init.Number, (long)(CloneFlags.NewPids | CloneFlags.NewMounts | UserNamespaceOf(place.Init)));
        program.AddBirth();
        program.Add("take care of our death", SyscallNumber.Prctl, PrctlOption.SetParentDeathSignal, Signal.Term);
        byte[] folder = Sys.ReadLink("/proc/self/cwd").Value ?? "/"u8.ToArray(); // setns has put us into the root directory
        program.Add("go back to the current directory", SyscallNumber.Chdir, (nint)program.Memory.String(folder));
        program.AddExecute(Command, place.Target, firstWord);

        SysResult between = program.Start(new CloneArguments { Flags = CloneFlags.ClearSignalActions, ExitSignal = Signal.Child });
        (string Purpose, Errno Error)? failure = between.Ok ? program.AwaitExecution() : ("make a process", between.Error);
        WaitStatus end = AwaitChildren((int)between.Value);
        return failure is null ? LastAct.Like(end) : throw Refused(place, failure.Value.Purpose, failure.Value.Error);
    }

    /// <summary>The command inside.</summary>
    /// <param name="words">The id of what to checkpoint, as it is called here; then the words that the user gave.</param>
    public static int Run(string[] words)
    {
        Sys.SetOwnName("cr_checkpoint\0"u8);
        return CheckpointCommand.RunFor(int.Parse(words[0], CultureInfo.InvariantCulture), words[1..]);
    }

    private static CloneFlags UserNamespaceOf(int init)
    {
        bool known = Sys.Status("/proc/self/ns/user", out FileStatus own).Ok
            & Sys.Status(string.Create(CultureInfo.InvariantCulture, $"/proc/{init}/ns/user"), out FileStatus its).Ok;
        return known && !own.IsSameFile(its) ? CloneFlags.NewUsers : CloneFlags.None;
    }

    // The one that entered ends at once; the other is the command.
    private static WaitStatus AwaitChildren(int between)
    {
        WaitStatus end = default;
        while (true)
        {
            SysResult waited = Sys.Wait4(-1, WaitOptions.All, out WaitStatus status);
            if (waited.Error == Errno.NoChild)
            {
                return end;
            }

            end = waited.Ok && waited.Value != between ? status : end;
        }
    }

    private static RefusedException Refused(RestartNamespace place, string purpose, Errno error) => new(place.Init, error,
        $"the process is in the pid namespace of this cr_restart, and cannot be saved from here: cannot {purpose}: {ErrorText.Of(error)}",
        "Nothing was written; the program runs on.",
        string.Create(CultureInfo.InvariantCulture, $"Run cr_checkpoint inside: nsenter -t {place.Init} --user --pid --mount --wd=. cr_checkpoint {place.Target}"));
}
