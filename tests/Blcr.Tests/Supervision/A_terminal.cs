using Blcr.Tests.Cli;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Supervision;

/// <summary>A supervised program has the terminal as if there were no cr_run: before a restart and after it.</summary>
public sealed class A_terminal
{
    // In a shell script: waits for a condition, for lines in the file "told", for a state of a process.
    private const string Await = """
        await() { for i in $(seq 3000); do "$@" && return; sleep 0.02; done; echo "waited in vain: $*" >&2; }
        told() { [ "$(tr '\n' ',' <told)" = "$1," ]; }
        part() { sed -n "/\"$1\"/,/}/s/.*\"pid\": \([0-9]*\).*/\1/p" run/state; }
        program() { part program; }
        supervisor() { part supervisor; }
        isin() { [ "$(sed 's/.*) //; s/ .*//' /proc/$1/stat)" = $2 ]; }
        """;

    [Fact]
    public void Gives_an_interrupt_to_the_program_once_before_and_after_a_restart()
    {
        using Shell shell = new();
        shell.Environment["BLCR_TEST_DIR"] = shell.Folder;

        // script(1) makes the terminal, and passes on what it reads. After the restart the cr_restart stands in for the program.
        Outcome outcome = shell.Say(
            $$"""
            {{Await}}
            saved() { grep -q '"checkpoint":' run/state; }
            back() { grep -q '"restarts": 1' run/state && grep -q '"restarting": false' run/state; }
            (await [ -e ready ]
             printf '\003'; await told '2 0'
             kill -64 $(supervisor); await saved
             kill -KILL $(program); await back
             printf '\003'; await told '2 0,2 0'
             kill -USR1 $(supervisor); await told '2 0,2 0,10 0'
             touch judge) |
            script -qec 'cr_run --dir run --restart-on-failure {{Repository.TestProgram("told")}}' /dev/null
            """);

        Assert.True(outcome.Ending == Ending.Exit(0), outcome.ToString());
        Assert.Equal("2 0\n2 0\n10 0\n", shell.Read("told"));
    }

    [Fact]
    public void Stops_and_continues_both()
    {
        using Shell shell = new();
        shell.Environment["BLCR_TEST_DIR"] = shell.Folder;
        File.WriteAllText(Path.Combine(shell.Folder, "await"), Await + "\nawait \"$@\"\n");
        File.WriteAllText(Path.Combine(shell.Folder, "jobs"), $$"""
            exec 2>/dev/null # what bash says about its jobs; with -m it has looked for the terminal there
            await() { sh ./await "$@"; } # another shell: a job that stops may end a loop in this one
            {{Await[Await.IndexOf("part()", StringComparison.Ordinal)..]}}
            cr_run --dir run {{Repository.TestProgram("told")}} & p=$!
            await [ -e ready ]; q=$(program)
            kill -TSTP $p; await isin $p T; await isin $q T
            jobs | grep -c Stopped
            kill -CONT $p; await isin $p S; await isin $q S
            kill -KILL $q; wait $p; echo $?
            """);

        Outcome outcome = shell.Say("script -qec 'bash -m jobs' /dev/null </dev/null");

        Assert.Equal("1\r\n137\r\n", outcome.Output);
    }
}
