using System.Collections.Concurrent;
using Blcr.Tests.Harness;

namespace Blcr.Tests.RealPrograms;

/// <summary>A real program that starts others. It says in the file "progress" how far it has come, a line at a time, and
/// writes its results to standard output in the end; they must equal those of an uninterrupted run.</summary>
internal sealed record RealTree(IReadOnlyList<string> CommandLine, int Steps)
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Undisturbed = new();

    public static RealTree Called(string name) => name switch
    {
        "bash" or "dash" or "zsh" => new([RealProgram.Find(name), Script("pipeline.sh")], 52),
        "make -j2" => new([RealProgram.Find("bash"), Script("make.sh")], 30),
        "GNU parallel" => new([RealProgram.Find("bash"), Script("parallel.sh")], 40),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such program"),
    };

    public static string ResultOf(string name) =>
        Undisturbed.GetOrAdd(name, _ => new(() =>
        {
            using Application app = Called(name).Start();
            app.Ends(Ending.Exit(0));
            return app.Output;
        })).Value;

    public Application Start() => Application.StartReal(CommandLine);

    /// <summary>Waits until it has come so far; false when it has ended before.</summary>
    public bool Reaches(Application app, int step) =>
        Limits.Within(Limits.Application, () => StepsOf(app) >= step || !ProcessTable.IsAlive(app.Pid)) && ProcessTable.IsAlive(app.Pid);

    private static int StepsOf(Application app) => app.Read("progress").Count(letter => letter == '\n');

    private static string Script(string name) => Path.Combine(Repository.Root, "tests/programs/real/trees", name);
}
