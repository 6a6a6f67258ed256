using Blcr.Tests.Cli;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>A daemon is a child of init again after a restart, and cr_restart has nobody to stand in for: see tests/programs/daemon.c.</summary>
/// <remarks>In a pid namespace of their own, whose process 1 a shell is: here the tests adopt every orphan.</remarks>
public sealed class Daemons
{
    private const string Script = """
        set -eu
        export BLCR_TEST_DIR="$PWD"
        program=$1 count=$2 scope=$3 options=$4
        "$program" $count
        pid=$(cat daemon-1)
        id=$pid
        [ "$scope" = --tree ] || id=$(sed -n 's/^NSsid:\t//p' /proc/$pid/status)
        expect_child_of_init() { grep -q "^PPid:	1$" /proc/$pid/status || { echo "$1 the parent is another one:"; cat /proc/$pid/status; exit 1; }; }
        expect_child_of_init "before the checkpoint"
        cr_checkpoint -f context $scope $id
        for cycle in first second; do
            cr_checkpoint -f context --kill $scope $id
            while grep -q "^Name:	daemon$" /proc/[0-9]*/status 2>/dev/null; do sleep 0.02; done
            setsid --wait cr_restart $options context
            expect_child_of_init "after the $cycle restart"
            id=$pid
            [ "$scope" = --tree ] || id=$(sed -n 's/^NSsid:\t//p' /proc/$pid/status)
        done
        touch judge
        while [ "$(wc -l 2>/dev/null <verdict || echo 0)" -lt "${5}" ]; do sleep 0.02; done
        cat verdict
        """;

    [Theory]
    [InlineData("", "--tree", "", 1)]
    [InlineData("twice", "--sid", "--restore-sid --restore-pgid", 2)]
    public void Belong_to_init_again(string program, string scope, string options, int daemons)
    {
        Assert.SkipUnless(User.CanBeAnother, "a pid namespace takes root");
        using Shell shell = new();
        Outcome outcome = shell.RunProgram(["/usr/bin/unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
            "/bin/sh", "-c", Script, "sh", Repository.TestProgram("daemon"), program, scope, options, $"{daemons}"]);

        outcome.Succeeds();
        Assert.Equal(string.Concat(Enumerable.Repeat("survived\n", daemons)), outcome.Output);
    }
}
