using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

public sealed class A_strangers_file_opens_nothing_of_ours
{
    [Fact]
    public void Root_restarts_it_with_the_rights_of_its_owner()
    {
        using Application app = Application.StartAs(User.Ordinary, "dups");
        app.Checkpoint().Kill();
        string contents = app.Read("shared");
        File.Delete(app.PathOf("shared"));
        File.WriteAllText(app.PathOf("shared"), contents); // now root's
        File.SetUnixFileMode(app.PathOf("shared"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        app.RunAs(User.Self, "cr_restart", app.Context).RefusesWith(13, app.PathOf("shared"), "Permission denied");
    }

    [Fact]
    public void And_it_works_when_the_owner_may()
    {
        using Application app = Application.StartAs(User.Ordinary, "dups");
        app.Checkpoint().Kill();
        // The suite, root, made these two; whoever restarts the file must not write to them for that.
        File.SetUnixFileMode(app.PathOf("output"), (UnixFileMode)0x1b6);
        File.SetUnixFileMode(app.PathOf("errors"), (UnixFileMode)0x1b6);

        Outcome outcome = app.RunAs(User.Self, "cr_restart", "--signal", "15", app.Context);

        Assert.Equal(Ending.By(15), outcome.Ending);
    }
}
