using System.Text.Json;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>cr_restart --inherit-fd: the program outside-pipe writes to a pipe at 5 and reads from another at 6.</summary>
public sealed class Ends_that_lead_outside_are_replaced
{
    [Theory]
    [InlineData("5", "6")]
    [InlineData("PID:5", "PID:6")]
    [InlineData("OBJECT5", "OBJECT6")]
    public void By_descriptors_that_the_user_names(string writes, string reads)
    {
        using Application app = Application.Start("outside-pipe");
        app.Checkpoint().Kill();
        Dictionary<int, string> ends = EndsOf(app);
        Assert.Equal([5, 6], ends.Keys.Order());
        string Named(string name) => name.Replace("PID", $"{app.Pid}").Replace("OBJECT5", ends[5]).Replace("OBJECT6", ends[6]);
        File.WriteAllText(app.PathOf("in"), "hello"); // what the program heard in its first life

        app.RestartBy("/bin/sh", "-c", "exec 8<in 9>out; exec \"$@\"", "sh", Repository.Command("cr_restart"),
            "--inherit-fd", $"{Named(writes)}=9", "--inherit-fd", $"{Named(reads)}=8", app.Context);

        Assert.False(File.Exists($"/proc/{app.Pid}/fd/8"), "what was given for 6 is at its own number too");
        app.JudgesItself();
        Assert.Equal("to the outside\n", app.Read("out"));
    }

    [Fact]
    public void And_standard_streams_serve_as_well()
    {
        using Application app = Application.Start("outside-pipe", "restarted");

        app.Checkpoint().Kill().Restart("--inherit-fd", "5=2");

        app.JudgesItself();
        Assert.Equal("to the outside\n", app.Read("cr_restart-2.err"));
    }

    [Fact]
    public void A_person_sees_what_would_be_asked_for()
    {
        using Application app = Application.Start("outside-pipe");
        app.Checkpoint();

        string told = app.Run("cr_info", app.Context).Output;

        string[] lines = told[told.IndexOf("leads outside", StringComparison.Ordinal)..].Split('\n');
        Assert.Matches($@"^  {app.Pid}:5 +pipe:\[\d+\], write$", lines[1]);
        Assert.Matches($@"^  {app.Pid}:6 +pipe:\[\d+\], read$", lines[2]);
        app.JudgesItself();
    }

    [Theory]
    [InlineData("7=1", 22, "no such descriptor or object", "There are ")]
    [InlineData("1:5=1", 22, "no such descriptor or object", "pipe:[")]
    [InlineData("/dev/pts/1234=1", 22, "no such descriptor or object", ":6 (pipe:[")]
    [InlineData("1=2", 22, "what was at this descriptor is in the context file", "cr_info")]
    [InlineData("5=88", 9, "cr_restart has no descriptor 88", "88<>FILE")]
    [InlineData("5=0", 9, "descriptor 5 was open for writing, and 0 is not", "Open 0 for writing")]
    public void A_name_that_fits_nothing_is_refused(string asked, int exitStatus, string held, string whatToDo)
    {
        using Application app = Application.Start("outside-pipe");
        app.Checkpoint().Kill();

        app.TryRestart("--inherit-fd", asked).RefusesWith(exitStatus, $"--inherit-fd {asked}", held, whatToDo);
    }

    private static Dictionary<int, string> EndsOf(Application app) =>
        JsonDocument.Parse(app.Run("cr_info", "--json", app.Context).Output).RootElement.GetProperty("outside").EnumerateArray()
            .ToDictionary(end => end.GetProperty("number").GetInt32(), end => end.GetProperty("object").GetString()!);
}
