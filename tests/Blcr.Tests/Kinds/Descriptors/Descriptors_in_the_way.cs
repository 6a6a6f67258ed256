using System.Runtime.InteropServices;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

public sealed partial class Descriptors_in_the_way
{
    private const int LockExclusive = 2;
    private const int LockNow = 4;

    [Fact]
    public void A_lock_that_somebody_else_has_taken_ends_the_restart()
    {
        using Application app = Application.Start("locks");
        app.Checkpoint().Kill();
        using FileStream taken = new(app.PathOf("flock"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal(0, Lock((int)taken.SafeFileHandle.DangerousGetHandle(), LockExclusive | LockNow));

        app.TryRestart().RefusesWith(11, $"held a lock of {app.PathOf("flock")} that cannot be taken again");
    }

    [Fact]
    public void A_number_above_the_limit_of_open_files_is_refused()
    {
        using Application app = Application.Start("dups"); // it has descriptor 777
        app.Checkpoint().Kill();
        string command = $"ulimit -n 256; exec {Repository.Command("cr_restart")} {app.Context}";
        using Application shell = Application.StartReal(["/bin/sh", "-c", command]);

        shell.Ends(Ending.Exit(24));
        Assert.Contains("descriptor 777 is above the limit of open files here, 256", shell.Read("errors"));
    }

    [Fact]
    public void The_descriptor_of_the_context_file_itself_is_not_saved()
    {
        // The application and cr_checkpoint both have it as descriptor 7, from the shell that started them.
        using Application app = Application.StartReal(["/bin/sh", "-c",
            $"exec 7>context; {Repository.TestProgram("counter")} & echo $! >pid; "
            + "while [ ! -e ready ]; do sleep 0.05; done; "
            + $"{Repository.Command("cr_checkpoint")} --kmsg-warning -F 7 $!; echo $? >status; wait"]);
        app.WaitFor("status");

        Assert.True(Limits.Within(Limits.Command, () => app.Read("status") == "0\n"), app.Read("errors"));
        Assert.Contains("descriptor 7 is the context file itself and is not saved", app.Read("errors"));
        app.Restart("--no-restore-pid");
        Assert.False(File.Exists($"/proc/{app.Pid}/fd/7"));
    }

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Lock(int number, int operation);
}
