using Blcr.Cli.Options;
using Blcr.Cli.Supervision;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class Documents_know_every_option
{
    [Fact]
    public void The_man_page_has_each_one()
    {
        Assert.Empty(Missing("cr_checkpoint", CheckpointOptionForms.All, ManPage("cr_checkpoint")));
        Assert.Empty(Missing("cr_restart", RestartOptionForms.All, ManPage("cr_restart")));
        Assert.Empty(Missing("cr_info", InfoOptionForms.All, ManPage("cr_info")));
        Assert.Empty(Missing("cr_run", SupervisionOptionForms.All, ManPage("cr_run")));
    }

    [Fact]
    public void The_completion_has_each_one_and_no_other()
    {
        Assert.Equal(Names(CheckpointOptionForms.All), Completed("cr_checkpoint"));
        Assert.Equal(Names(RestartOptionForms.All), Completed("cr_restart"));
        Assert.Equal(Names(InfoOptionForms.All), Completed("cr_info"));
        Assert.Equal(Names(SupervisionOptionForms.All).Append("--omit").Order(StringComparer.Ordinal), Completed("cr_run"));
    }

    [Fact]
    public void The_help_has_each_one_that_is_documented()
    {
        using Shell shell = new();
        string[] undocumented = ["--early-stop", "--early-abrt"];

        Assert.Equal(undocumented, Missing("", CheckpointOptionForms.All, shell.Run("cr_checkpoint", "--help").Output));
        Assert.Equal(undocumented, Missing("", RestartOptionForms.All, shell.Run("cr_restart", "--help").Output));
        Assert.Empty(Missing("", InfoOptionForms.All, shell.Run("cr_info", "--help").Output));
        Assert.Empty(Missing("", SupervisionOptionForms.All, shell.Run("cr_run", "--help").Output));
    }

    // Without markup: "\-\-pid" and "\fB\-d\fR".
    private static string ManPage(string command) =>
        File.ReadAllText(Path.Combine(Repository.Root, $"docs/man/{command}.1")).Replace("\\-", "-");

    private static string[] Completed(string command)
    {
        string file = File.ReadAllText(Path.Combine(Repository.Root, "packaging/completions/cr.bash"));
        string start = $"_cr_options_{command}='";
        int at = file.IndexOf(start, StringComparison.Ordinal) + start.Length;
        string list = file[at..file.IndexOf('\'', at)];
        return [.. list.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => word.TrimEnd('=')).Order(StringComparer.Ordinal)];
    }

    private static string[] Names<TOption>(IReadOnlyList<OptionForm<TOption>> forms)
        where TOption : struct, Enum =>
        [.. forms.SelectMany(form => form.Names).Select(name => $"--{name}").Order(StringComparer.Ordinal)];

    private static string[] Missing<TOption>(string command, IReadOnlyList<OptionForm<TOption>> forms, string text)
        where TOption : struct, Enum =>
        [.. forms.SelectMany(form => form.Names).Select(name => $"--{name}")
            .Where(name => !text.Contains(name, StringComparison.Ordinal))
            .Select(name => command.Length > 0 ? $"{command} {name}" : name)];
}
