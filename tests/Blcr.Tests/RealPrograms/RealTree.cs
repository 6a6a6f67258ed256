using System.Collections.Concurrent;
using Blcr.Tests.Harness;

namespace Blcr.Tests.RealPrograms;

/// <summary>A real program that starts others. It says in the file "progress" how far it has come, a line at a time, waits
/// every ten lines until a gate is opened for it, and writes its results to standard output in the end; they must equal those
/// of an uninterrupted run.</summary>
internal sealed record RealTree(IReadOnlyList<string> CommandLine)
{
    public const int Gates = 3;

    private static readonly ConcurrentDictionary<string, Lazy<string>> Undisturbed = new();

    public static RealTree Called(string name) => name switch
    {
        "bash" or "dash" or "zsh" => new([RealProgram.Find(name), Script("pipeline.sh")]),
        "make -j2" => new([RealProgram.Find("bash"), Script("make.sh")]),
        "tail -f" => new([RealProgram.Find("bash"), Script("follow.sh")]),
        "python pools by fork" => new(["/usr/bin/python3", Script("pool.py"), "fork"]),
        "python pools by spawn" => new(["/usr/bin/python3", Script("pool.py"), "spawn"]),
        "GNU parallel" => new([RealProgram.Find("bash"), Script("parallel.sh")]),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such program"),
    };

    public static string ResultOf(string name) =>
        Undisturbed.GetOrAdd(name, _ => new(() =>
        {
            using Application app = Called(name).Start();
            for (int gate = 1; gate <= Gates; gate++)
            {
                OpenGate(app, gate);
            }

            app.Ends(Ending.Exit(0));
            return app.Output;
        })).Value;

    public Application Start() => Application.StartReal(CommandLine);

    /// <summary>Waits until it has come to some point before a gate.</summary>
    public static void Approaches(Application app, int gate)
    {
        int step = (10 * (gate - 1)) + 1 + Random.Shared.Next(9);
        if (!Limits.Within(Limits.Application, () => StepsOf(app) >= step))
        {
            throw app.Failure($"{step} steps done", $"{StepsOf(app)}; {ProcessTable.Describe(app.Pid)}");
        }
    }

    public static void OpenGate(Application app, int gate) => File.WriteAllText(app.PathOf($"gate{gate}"), "");

    private static int StepsOf(Application app) => app.Read("progress").Count(letter => letter == '\n');

    private static string Script(string name) => Path.Combine(Repository.Root, "tests/programs/real/trees", name);
}
