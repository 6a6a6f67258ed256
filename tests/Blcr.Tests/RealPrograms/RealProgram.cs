using System.Collections.Concurrent;
using System.Security.Cryptography;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.RealPrograms;

/// <summary>
/// A program that knows nothing of us and computes for some seconds. It survived when what it wrote equals what an
/// uninterrupted run writes, byte for byte, and it ended with status 0.
/// </summary>
internal sealed record RealProgram(IReadOnlyList<string> CommandLine, Dictionary<string, string> Environment, string Input = "/dev/null")
{
    /// <summary>A text of fourteen megabytes, always the same, that compresses neither very well nor very badly.</summary>
    private static readonly Lazy<string> Prose = new(() =>
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("blcr-prose-").FullName, "prose");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        using StreamWriter text = new(path);
        ulong state = 88172645463325252;
        for (int word = 0; word < 2_500_000; word++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.Write($"{state % 30000:x} ");
        }

        return path;
    });

    private static readonly Dictionary<string, Lazy<RealProgram>> Catalogue = new()
    {
        ["bc"] = new(() => new([Find("bc"), "-lq"], new() { ["BC_LINE_LENGTH"] = "0" }, Source("pi.bc"))),
        ["perl"] = new(() => new([Find("perl"), Source("chain.pl")], [])),
        // Debian's own: its numpy is that of the package python3-numpy.
        ["python3 with numpy"] = new(() => new(["/usr/bin/python3", Source("threads.py")], new() { ["OPENBLAS_NUM_THREADS"] = "2" })),
        ["xz -T2"] = new(() => new([Find("xz"), "-T2", "-6", "--block-size=512KiB", "-c"], [], Prose.Value)),
        ["node"] = new(() => new([Find("node"), Source("chain.js")], [])),
        ["java"] = new(() => new([Find("java"), "-Xmx128m", "-cp", Path.Combine(Repository.Root, "out/tests/java"), "Chain"], [])),
        ["dotnet"] = new(() => new([Find("dotnet"), DotnetProgram], [])),
        ["node with children"] = new(() => new([Find("node"), Source("family.js")], [])),
        ["java with children"] = new(() => new(
            [Find("java"), "-Xmx128m", "-cp", Path.Combine(Repository.Root, "out/tests/java"), "Family", Source("")], [])),
        ["Go with children"] = new(() => new([Repository.TestProgram("family"), Source("")], [])),
        ["dotnet with children"] = new(() => new([Find("dotnet"), DotnetProgram, "family", Source("")], [])),
    };

    private static readonly ConcurrentDictionary<string, Lazy<string>> Undisturbed = new();

    public static TheoryData<string> Alone { get; } = [.. Catalogue.Keys.Where(name => !HasChildren(name))];

    public static TheoryData<string> WithChildren { get; } = [.. Catalogue.Keys.Where(HasChildren)];

    public static string DotnetProgram => Path.Combine(Repository.Root, "out/dotnet/bin/Chain/release/Chain.dll");

    public static RealProgram Called(string name) => Catalogue[name].Value;

    /// <summary>What the program writes when it is left alone; found out once.</summary>
    public static string ResultOf(string name) =>
        Undisturbed.GetOrAdd(name, _ => new(() =>
        {
            using Application app = Called(name).Start();
            File.WriteAllText(app.PathOf("judge"), ""); // those with children wait for it in the end
            app.Ends(Ending.Exit(0));
            return Digest(app);
        })).Value;

    public Application Start() => Application.StartReal(CommandLine, Environment, Input);

    /// <summary>A digest of what it has written, readable where it is text.</summary>
    public static string Digest(Application app)
    {
        byte[] output = File.ReadAllBytes(app.PathOf("output"));
        return $"{output.Length} bytes, SHA-256 {Convert.ToHexString(SHA256.HashData(output))}";
    }

    public static string Find(string command) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':')
            .Select(folder => Path.Combine(folder, command))
            .FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"{command} is not installed: run `make prerequisites`.");

    private static bool HasChildren(string name) => name.EndsWith(" with children");

    public static string Source(string name) => Path.Combine(Repository.Root, "tests/programs/real", name);
}
