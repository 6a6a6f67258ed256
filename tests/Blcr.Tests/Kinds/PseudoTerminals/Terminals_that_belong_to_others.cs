using System.Runtime.InteropServices;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.PseudoTerminals;

/// <summary>What would be torn apart is refused by name; a session of the lead's takes an option.</summary>
public sealed partial class Terminals_that_belong_to_others
{
    private const int OpenReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;

    [Fact]
    public void Somebody_outside_has_it_open()
    {
        using Application app = Application.Start("pseudo-terminal-session");
        int shell = ProcessTable.ChildrenOf(app.Pid).Single();
        int terminal = Open($"/proc/{shell}/fd/0", OpenReadWrite | NoControllingTerminal | CloseOnExec);

        Outcome outcome = app.TryCheckpoint();
        _ = Close(terminal);

        outcome.RefusesWith(95, $"outside the checkpoint has open, as descriptor {terminal}", "is the master of /dev/pts/");
        app.Checkpoint().RunsOn().JudgesItself();
    }

    [Fact]
    public void A_session_inside_has_one_from_outside()
    {
        int master = OpenMaster(OpenReadWrite | NoControllingTerminal | CloseOnExec);
        Assert.Equal(0, Unlock(master));
        using Application app = Application.Start("pseudo-terminal-own", NameOf(master));

        Outcome outcome = app.TryCheckpoint();

        outcome.RefusesWith(95, "leads a session with the controlling terminal /dev/pts/", "whose other side is outside");
        app.RunsOn().JudgesItself();
        _ = Close(master);
    }

    [Fact]
    public void The_terminal_of_the_leads_own_session_comes_back_with_that_session()
    {
        using Application app = Application.Start("pseudo-terminal-own");
        app.Checkpoint().Kill();

        app.TryRestart().RefusesWith(95, "the controlling terminal of session", "Use --restore-sid");
        app.Restart("--restore-sid").Checkpoint().Kill().Restart("--restore-sid");

        app.JudgesItself();
    }

    [Fact]
    public void A_number_that_somebody_else_has_becomes_another()
    {
        using Application app = Application.Start("pseudo-terminal-session");
        app.Checkpoint().Kill();
        List<int> masters = [.. Enumerable.Range(0, 3).Select(_ => OpenMaster(OpenReadWrite | NoControllingTerminal | CloseOnExec))];

        app.Restart("--kmsg-warning").JudgesItself();

        masters.ForEach(master => _ = Close(master));
    }

    [Fact]
    public void In_a_new_pid_namespace_the_foreground_group_is_the_same()
    {
        using Application app = Application.Start("pseudo-terminal-session");

        app.Checkpoint().Kill().Restart("--new-pid-namespace");

        app.JudgesItself();
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int master);

    /// <remarks>Not ptsname(3): its buffer is one for all tests that run at the moment.</remarks>
    private static unsafe string NameOf(int master)
    {
        byte* name = stackalloc byte[64];
        Assert.Equal(0, PutName(master, name, 64));
        return Marshal.PtrToStringUTF8((nint)name)!;
    }

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static unsafe partial int PutName(int master, byte* name, nint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int number);
}
