using System.Globalization;
using Blcr.Engine;
using Blcr.Engine.Image;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Xunit;

namespace Blcr.Tests.Skeleton;

/// <summary>The beginning of every restarted process, by itself: no image but ids.</summary>
public sealed class A_seed
{
    [Fact]
    public void Runs_programs_in_each_of_its_threads()
    {
        using LoneSeed lone = Start(pid: 0, threads: 3);
        SeedProcess seed = lone.Process;
        seed.MakeThreads(restorePid: false);

        foreach (NewThread thread in seed.Threads)
        {
            SyscallProgram program = new("ask who and read what");
            Result pid = program.Call("get the pid", SyscallNumber.Getpid);
            Result tid = program.Call("get the thread id", SyscallNumber.Gettid);
            Data room = program.Output(4);
            Result read = program.Call("read the context file", SyscallNumber.Pread64, seed.ContextDescriptor, room, room.Length, 0);
            ProgramOutcome outcome = thread.Run(program).OrRefuse(seed.Pid);

            Assert.Equal((seed.Pid, thread.Tid), ((int)outcome[pid].Value, (int)outcome[tid].Value));
            Assert.Equal(4, outcome[read].Value);
            Assert.Equal("\x7f" + "ELF", System.Text.Encoding.Latin1.GetString(outcome.Bytes(room)));
        }
    }

    [Fact]
    public void Gets_the_ids_it_must_have()
    {
        int free = FreeIds(3);
        using LoneSeed lone = Start(free, threads: 3);
        SeedProcess seed = lone.Process;
        seed.MakeThreads(restorePid: true);

        Assert.Equal([free, free + 1, free + 2], seed.Threads.Select(thread => thread.Tid));
    }

    [Fact]
    public void Is_refused_an_id_that_is_in_use()
    {
        int taken = Sys.Getpid();

        RefusedException refused = Assert.Throws<RefusedException>(() => Start(taken, threads: 1).Dispose());

        Assert.Equal((int)Errno.Busy, refused.Code);
        Assert.Contains($"found pid {taken} in use", refused.Obstacles[0].Held, StringComparison.Ordinal);
    }

    [Fact]
    public void Ends_when_it_is_given_up()
    {
        int pid;
        using (LoneSeed lone = Start(pid: 0, threads: 2))
        {
            SeedProcess seed = lone.Process;
            seed.MakeThreads(restorePid: false);
            pid = seed.Pid;
            Assert.True(Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}")));
        }

        Assert.Equal(Errno.NoProcess, Sys.Kill(pid, 0).Error);
    }

    [Fact]
    public void Keeps_nothing_of_the_tool_when_the_workshop_closes()
    {
        using LoneSeed lone = Start(pid: 0, threads: 1);
        SeedProcess seed = lone.Process;
        foreach (SeedThread thread in seed.SeedThreads)
        {
            thread.FallAsleepAgain(0);
        }

        seed.CloseWorkshop();

        string maps = System.Text.Encoding.ASCII.GetString(Sys.ReadFile($"/proc/{seed.Pid}/maps").Value!);
        Assert.DoesNotContain(seed.Workshop.Start.Value.ToString("x8", CultureInfo.InvariantCulture), maps, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Sys.ListDirectory($"/proc/{seed.Pid}/fd").Value!, name => int.Parse(name, CultureInfo.InvariantCulture) >= seed.FirstInternalDescriptor);
    }

    internal static LoneSeed Start(int pid, int threads)
    {
        ProcessImage image = new() { Pid = pid, Memory = new MemoryImage() };
        for (int i = 0; i < threads; i++)
        {
            image.Threads.Add(new ThreadImage { Tid = pid == 0 ? 0 : pid + i });
        }

        return new LoneSeed(image, new RestartRequest { Source = new Source.FromFile("-"), RestorePid = pid != 0 });
    }

    /// <summary>A tree of one process, without anything of a restart but its skeleton.</summary>
    internal sealed class LoneSeed : IDisposable
    {
        private readonly DescriptorChannel _channel;

        public LoneSeed(ProcessImage image, RestartRequest request)
        {
            using BlockedSignals blocked = new();
            using Fd program = SeedFile.Create();
            using Fd context = Sys.Open("/proc/self/exe", OpenFlags.ReadOnly | OpenFlags.CloseOnExec).Value!;
            _channel = DescriptorChannel.Open(lowest: 500, context);
            int pid = Spawn.Seed(program, request.RestorePid ? image.Pid : 0, image.Pid);
            Process = new SeedProcess(pid, Sys.PidFdOpen(pid).Value!, image, _channel, copyOf: null);
            Process.OpenWorkshop(new WorkshopPlaces(new ContextImage { Processes = { image } }));
        }

        public SeedProcess Process { get; }

        public void Dispose()
        {
            Process.Kill();
            Process.AwaitEnd();
            Process.Dispose();
            _channel.Dispose();
        }
    }

    /// <summary>Neighbouring ids nobody has, far from where the kernel is handing them out.</summary>
    /// <remarks>A number that is only a group's or a session's any more is not free either (kernel/pid.c: alloc_pid).</remarks>
    private static int FreeIds(int count)
    {
        int most = int.Parse(File.ReadAllText("/proc/sys/kernel/pid_max"), CultureInfo.InvariantCulture);
        int last = int.Parse(File.ReadAllText("/proc/sys/kernel/ns_last_pid"), CultureInfo.InvariantCulture);
        HashSet<int> taken = [.. ProcIds.All().Select(pid => ProcStat.Read(pid).Value).OfType<ProcStat>().SelectMany(stat => (int[])[stat.Group, stat.Session])];
        int from = last > most / 2 ? 2000 : (most / 2) + 2000;
        while (Enumerable.Range(from, count).Any(id => Sys.Kill(id, 0).Ok || taken.Contains(id)))
        {
            from += count;
        }

        return from;
    }
}
