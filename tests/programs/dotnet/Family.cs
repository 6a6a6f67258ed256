using System.Diagnostics;

namespace Chain;

/// <summary>Two children, one of them this program again, which compute for it through pipes; one line for every ten rounds.</summary>
internal static class Family
{
    public static void Run(string folder)
    {
        Process[] workers =
        [
            Start(Environment.ProcessPath!, typeof(Family).Assembly.Location, "worker"),
            Start("/usr/bin/perl", $"{folder}/worker.pl"),
        ];
        uint sum = 7;
        for (uint round = 1; round <= 300; round++)
        {
            foreach (Process worker in workers)
            {
                for (uint i = 0; i < 64; i++)
                {
                    worker.StandardInput.WriteLine((sum + (i * round)) >> 1);
                }

                worker.StandardInput.Flush();
            }

            foreach (Process worker in workers)
            {
                for (int i = 0; i < 64; i++)
                {
                    sum = (sum * 31) + uint.Parse(worker.StandardOutput.ReadLine()!);
                }
            }

            if (round % 10 == 0)
            {
                Console.WriteLine($"round {round} {sum}");
            }
        }

        while (Environment.GetEnvironmentVariable("BLCR_TEST_DIR") is string tests && !File.Exists($"{tests}/judge"))
        {
            Thread.Sleep(10);
        }

        foreach (Process worker in workers)
        {
            worker.StandardInput.Close();
            worker.WaitForExit();
            Console.WriteLine($"ended {worker.ExitCode}");
        }
    }

    public static void Work()
    {
        while (Console.ReadLine() is string line)
        {
            uint x = uint.Parse(line);
            for (int i = 0; i < 3000; i++)
            {
                x = ((x * 1103515245) + 12345) & 0x7fffffff;
            }

            Console.WriteLine(x);
        }
    }

    private static Process Start(string command, params string[] words) =>
        Process.Start(new ProcessStartInfo(command, words) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
