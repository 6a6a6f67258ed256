using Blcr.Cli.Options;
using Blcr.Engine;
using Blcr.Tests.Harness;
using CsCheck;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class Cr_restart_reads_its_options
{
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("--no-such-option a")]
    [InlineData("--run-on-fail a")] // ambiguous
    public void Wrong_usage_is_255_and_shows_the_usage(string arguments)
    {
        using Shell shell = new();

        shell.Run("cr_restart", Words(arguments)).RefusesWith(255, "Usage: cr_restart", "cr_restart:");
    }

    [Theory]
    [InlineData("-f a b", "multiple source arguments specified")]
    [InlineData("-f a -f a", "multiple source arguments specified")]
    [InlineData("-F 0 -d a", "multiple source arguments specified")]
    [InlineData("-F -1", "FD argument must be a non-negatvive integer")]
    [InlineData("-F x", "FD argument must be a non-negatvive integer")]
    [InlineData("--fall-back -F 0", "--fall-back needs a file")]
    [InlineData("--fall-back -d a", "--fall-back needs a file")]
    [InlineData("-S 65 a", "Valid signal numbers are from 1 to 64, inclusive.")]
    [InlineData("--relocate /a a", "Relocation argument '/a' contains no unescaped '=' characters.")]
    [InlineData("--relocate /a=/b=/c a", "Relocation argument '/a=/b=/c' contains multiple unescaped '=' characters.")]
    [InlineData("--relocate a=/b a", "Relocation paths must begin with '/', but have 'a'")]
    [InlineData("--relocate /a=b a", "Relocation paths must begin with '/', but have 'b'")]
    [InlineData("--inherit-fd 7 a", "--inherit-fd 7: expected OLD=FD")]
    [InlineData("--inherit-fd x=7 a", "--inherit-fd x=7: expected OLD=FD")]
    [InlineData("--inherit-fd 1:2:3=7 a", "--inherit-fd 1:2:3=7: expected OLD=FD")]
    [InlineData("--inherit-fd /dev/pts/3=x a", "--inherit-fd /dev/pts/3=x: expected OLD=FD")]
    public void A_bad_value_or_a_conflict_is_22_and_the_hook_is_args(string arguments, string message)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_restart", ["--run-on-fail-args", "echo hook", .. Words(arguments)]);

        outcome.RefusesWith(22, message);
        Assert.Equal("hook\n", outcome.Output);
    }

    [Fact]
    public void Sixteen_relocations_are_possible_and_seventeen_are_not()
    {
        using Shell shell = new();
        string[] Relocations(int count) => [.. Enumerable.Range(0, count).SelectMany(i => new[] { "--relocate", $"/{i}=/x" })];

        shell.Run("cr_restart", [.. Relocations(17), "nowhere"]).RefusesWith(22, "Too many relocations (max is 16).");
        shell.Run("cr_restart", [.. Relocations(16), "--relocate", "/same=/same/", "nowhere"]).RefusesWith(255, "Failed to open(nowhere");
    }

    [Fact]
    public void A_context_that_cannot_be_opened_is_255_with_the_originals_words()
    {
        using Shell shell = new();

        shell.Run("cr_restart", "nowhere").RefusesWith(255, "Failed to open(nowhere, O_RDONLY): No such file or directory\n");
        Assert.Empty(shell.Run("cr_restart", "-q", "nowhere").Errors);
        Assert.StartsWith("cr_restart version ", shell.Run("cr_restart", "-v").Output);
    }

    [Theory]
    [InlineData("/a=/b", "/a", "/b")]
    [InlineData("/a/=/b///", "/a", "/b")]
    [InlineData("/=/b", "/", "/b")]
    [InlineData("///=/b", "/", "/b")]
    [InlineData("/a\\=b=/c\\\\d", "/a=b", "/c\\d")]
    [InlineData("/a\\b=/c\\", "/a\\b", "/c\\")]
    public void A_relocation_is_read_with_its_escapes(string argument, string old, string @new)
    {
        Assert.Equal(new Relocation(old, @new), RelocationArgument.Parse(argument, out string? wrong));
        Assert.Null(wrong);
    }

    [Theory]
    [InlineData("/a=/a")]
    [InlineData("/a/=/a")]
    public void A_relocation_to_the_same_place_is_none(string argument)
    {
        Assert.Null(RelocationArgument.Parse(argument, out string? wrong));
        Assert.Null(wrong);
    }

    [Fact]
    public void Any_two_paths_can_be_escaped()
    {
        static string Escaped(string path) => path.Replace("\\", "\\\\").Replace("=", "\\=");
        Gen<string> paths = Gen.Char["ab=\\/"].Array[1, 8].Select(letters => "/" + new string(letters) + "x");

        Gen.Select(paths, paths).Where((old, @new) => old != @new).Sample((old, @new) =>
            Assert.Equal(new Relocation(old, @new), RelocationArgument.Parse($"{Escaped(old)}={Escaped(@new)}", out _)));
    }

    [Theory]
    [InlineData("5=7", "5", 7)]
    [InlineData("4711:5=0", "4711:5", 0)]
    [InlineData("pipe:[12]=1", "pipe:[12]", 1)]
    [InlineData("/dev/a=b=9", "/dev/a=b", 9)]
    public void A_replacement_is_read(string argument, string old, int with)
    {
        Replacement? replacement = ReplacementArgument.Parse(argument, out string? wrong);

        Assert.Null(wrong);
        Assert.Equal((old, with), (replacement!.Old.ToString(), replacement.With));
        Assert.Equal(argument, replacement.ToString());
    }

    private static string[] Words(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
