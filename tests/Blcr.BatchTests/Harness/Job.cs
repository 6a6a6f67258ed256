using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.BatchTests.Harness;

/// <summary>A job, or all tasks of an array.</summary>
public sealed class Job(JobFolder folder, string id)
{
    private string? _errors;

    public string Id => id;

    /// <summary>qstat's state, of all tasks that are there, in their order: "r", "hRq", "Eqw"; empty when the job is gone.</summary>
    public string State => string.Join(' ', States());

    /// <summary>What its error file says.</summary>
    public string Errors => folder.Read(ErrorFile);

    /// <summary>Set if qsub was told another one than JOBNAME.eID.</summary>
    public string ErrorFile
    {
        get => _errors ??= folder.Files($"*.e{id}").SingleOrDefault() ?? "no-error-file";
        set => _errors = value;
    }

    /// <summary>How often it has gone on from a checkpoint; all tasks of an array together.</summary>
    public int Restarts => folder.Files($"*.e{id}*").Sum(file =>
        folder.Read(file).Split('\n').Count(line => line.Contains("goes on from the checkpoint /", StringComparison.Ordinal)));

    /// <summary>Waits until qstat shows one of these.</summary>
    public Job AwaitState(params string[] expected)
    {
        string seen = "";
        DateTime nextLook = DateTime.UtcNow;
        return Limits.Within(Limits.Application, () =>
        {
            if (DateTime.UtcNow < nextLook)
            {
                return false;
            }

            seen = State;
            nextLook = DateTime.UtcNow + TimeSpan.FromMilliseconds(300);
            return expected.Contains(seen);
        })
            ? this
            : throw folder.Failure($"job {id} in state '{string.Join("' or '", expected)}'", $"'{seen}'");
    }

    /// <summary>Waits until it has written this many lines more.</summary>
    public Job Writes(string file, int more = 20)
    {
        int wanted = folder.LinesOf(file) + more;
        return Awaits($"{more} more lines in {file}", () => folder.LinesOf(file) >= wanted);
    }

    /// <summary>Waits until something holds, as long as the job is there and not in the error state.</summary>
    public Job Awaits(string what, Func<bool> condition)
    {
        string state = "";
        DateTime nextLook = DateTime.UtcNow;
        bool over = false;
        bool done = Limits.Within(Limits.Application, () =>
        {
            if (condition())
            {
                return true;
            }

            if (DateTime.UtcNow >= nextLook)
            {
                state = State;
                over = (state.Length == 0 || state.Contains('E')) && !condition();
                nextLook = DateTime.UtcNow + TimeSpan.FromMilliseconds(500);
            }

            return over;
        });
        return done && !over ? this : throw folder.Failure(what, $"nothing of the kind; job {id} is in state '{state}'");
    }

    /// <summary>Waits until it is not there any more.</summary>
    public Job Ends() => AwaitState("");

    /// <summary>Waits until its processes have come back this often.</summary>
    public Job AwaitRestarts(int count) => Awaits($"job {id} restarted {count} times", () => Restarts >= count);

    /// <summary>qmod -sj: with -c x it is checkpointed and ended, and queued again.</summary>
    public Job Suspend()
    {
        folder.Cell.Run("qmod", "-sj", id).Succeeds();
        return this;
    }

    public Job Resume()
    {
        folder.Cell.Run("qmod", "-usj", id).Succeeds();
        return this;
    }

    /// <summary>Suspended, and brought back by Grid Engine, by itself.</summary>
    public Job Migrate(int tasks = 1)
    {
        int before = Restarts;
        Suspend();
        return AwaitRestarts(before + tasks);
    }

    /// <summary>qmod -rj, or with other words, until it has gone on from a checkpoint.</summary>
    /// <remarks>The start of the new run can overtake the end of the old one: the execution daemon skips it then, and the job goes on
    /// as if nothing had been asked (execd_job_exec.c: handle_job).</remarks>
    public Job Reschedule(params string[] words)
    {
        int first = FirstProcess;
        int before = Restarts;
        void Ask() => folder.Cell.Run("qmod", [.. words, id]).Succeeds();
        Ask();
        return Awaits("a restart", () =>
        {
            if (State == "Rr" && ProcessTable.IsAlive(first) && Restarts == before)
            {
                Ask();
            }

            return Restarts > before;
        });
    }

    /// <summary>qdel, if it is there, and waits until it is gone.</summary>
    public void Delete()
    {
        if (States().Count > 0)
        {
            folder.Cell.Run("qdel", id);
            Limits.Within(TimeSpan.FromSeconds(30), () => States().Count == 0);
        }
    }

    public int[] Processes => [.. ProcessTable.All().Where(pid => ProcessTable.IsAlive(pid) && ProcessTable.HasInEnvironment(pid, $"JOB_ID={id}")
        && ProcessTable.HasInEnvironment(pid, $"SGE_O_WORKDIR={folder.Path}"))];

    /// <summary>What sge_shepherd started: the script's shell, or the cr_restart that brought the job back.</summary>
    public int FirstProcess => folder.Cell.FirstProcessOf(id);

    /// <summary>Waits until no process of it is left.</summary>
    public Job LeavesNothing() => Limits.Within(Limits.Application, () => Processes.Length == 0)
        ? this
        : throw folder.Failure($"no process of job {id}", string.Join('\n', Processes.Select(ProcessTable.Describe)));

    private List<string> States()
    {
        Outcome outcome = folder.Cell.Run("qstat", "-u", "*");
        Assert.Equal(Ending.Exit(0), outcome.Ending);
        return [.. outcome.Output.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 4 && words[0] == id).Select(words => words[4])];
    }
}
