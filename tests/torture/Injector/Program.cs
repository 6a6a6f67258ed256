using System.Globalization;
using Blcr.Engine;
using Blcr.Engine.Freeze;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Torture;

/// <summary>injector PID [ROUNDS]: in each round freezes the process, works in some of its threads, lets it go.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        int pid = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : int.MaxValue;
        Random random = new();
        try
        {
            for (int round = 0; round < rounds; round++)
            {
                using FrozenTree tree = FrozenTree.Freeze([pid], Deadline.In(TimeSpan.FromSeconds(20)));
                foreach (FrozenThread thread in tree.Processes[0].Threads.Where(_ => random.Next(3) == 0))
                {
                    Work(thread, random);
                }

                tree.Resume();
            }
        }
        catch (RefusedException refused)
        {
            Console.Error.WriteLine(refused.Message);
            return 1;
        }

        return 0;
    }

    private static void Work(FrozenThread thread, Random random)
    {
        SyscallProgram program = new("do something");
        for (int i = 0; i < 10; i++)
        {
            program.CallExpecting(thread.Pid, "ask for the pid", SyscallNumber.Getpid);
        }

        Result opened = program.Call("open /dev/null", SyscallNumber.Openat, -100, program.Text("/dev/null"), 0x80000); // O_CLOEXEC
        program.CloseAtLeave(opened);
        for (int i = random.Next(4); i >= 0; i--)
        {
            _ = thread.Run(program).OrRefuse(thread.Pid);
            program = new("do something more");
            program.Call("ask for the thread", SyscallNumber.Gettid);
        }

        if (random.Next(4) == 0)
        {
            using Fd zero = Sys.Open("/dev/zero", OpenFlags.ReadOnly | OpenFlags.CloseOnExec).Value!;
            _ = thread.Give(zero);
        }

        thread.Leave();
    }
}
