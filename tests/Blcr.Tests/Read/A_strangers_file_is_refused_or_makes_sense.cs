using System.Globalization;
using Blcr.Engine;
using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Linux;
using Blcr.Tests.Write;
using Google.Protobuf;
using Xunit;

namespace Blcr.Tests.Read;

/// <summary>The fuzz target: whatever is in a file, reading it ends in a refusal or in an image that can be relied on.</summary>
/// <remarks>Some thousand files each time; BLCR_FUZZ_SECONDS=600 for longer (tests/fuzz/run). What was ever found is kept
/// in tests/fuzz/findings and tried each time.</remarks>
public sealed class A_strangers_file_is_refused_or_makes_sense
{
    [Fact]
    public void Files_made_by_changing_a_good_one()
    {
        double seconds = double.Parse(Environment.GetEnvironmentVariable("BLCR_FUZZ_SECONDS") ?? "2", CultureInfo.InvariantCulture);
        int seed = seconds > 2 ? Environment.TickCount : 4711;
        FuzzedContext fuzzed = new(seed);
        using Folder folder = new();
        long until = Environment.TickCount64 + (long)(1000 * seconds);
        int accepted = 0;
        for (int round = 0; Environment.TickCount64 < until; round++)
        {
            byte[] file = fuzzed.Next();
            try
            {
                accepted += Try(folder, file) ? 1 : 0;
            }
            catch (Exception failure)
            {
                string finding = Path.Combine(Path.GetTempPath(), $"blcr-finding-{seed}-{round}");
                File.WriteAllBytes(finding, file);
                Assert.Fail($"seed {seed}, round {round}, kept as {finding} (belongs into tests/fuzz/findings): {failure}");
            }
        }

        Assert.True(accepted > 0, "no file at all was accepted: the fuzzer does not get through to anything");
    }

    [Fact]
    public void Everything_found_so_far()
    {
        using Folder folder = new();
        string findings = Path.Combine(Repository.Root, "tests", "fuzz", "findings");
        foreach (string finding in Directory.Exists(findings) ? Directory.GetFiles(findings) : [])
        {
            Try(folder, File.ReadAllBytes(finding));
        }
    }

    [Fact]
    public void The_good_one_itself()
    {
        using Folder folder = new();
        Assert.True(Try(folder, FuzzedContext.Whole(FuzzedContext.Seed(4).ToByteArray(), 4, 4)));
    }

    /// <returns>Whether it was accepted.</returns>
    private static bool Try(Folder folder, byte[] bytes)
    {
        string path = folder.PathOf("fuzzed");
        File.WriteAllBytes(path, bytes);
        try
        {
            using ContextFile file = ContextFile.Open(new Source.FromFile(path));
            RelyOn(file, bytes.Length);
            return true;
        }
        catch (RefusedException refusal)
        {
            Assert.NotEmpty(refusal.Obstacles[0].Held);
            return false;
        }
    }

    // What a restart does with an image, without asking whether it may.
    private static void RelyOn(ContextFile file, long length)
    {
        foreach (ProcessImage process in file.Image.Processes)
        {
            Assert.Equal(process.Pid, process.Threads[0].Tid);
            ulong last = 0;
            foreach (Vma vma in process.Memory.Vmas)
            {
                Assert.True(vma.Start >= last && vma.End > vma.Start && vma.End <= 1UL << 56 && (vma.Start | vma.End) % 4096 == 0);
                last = vma.End;
                RelyOn(file, vma.Runs, vma.Start, vma.End, length);
            }

            foreach (Descriptor_ descriptor in process.Descriptors?.Descriptors ?? [])
            {
                Assert.Contains(file.Image.Descriptions, description => description.Id == descriptor.Description);
            }
        }

        foreach (FileContent content in file.Image.FileContents)
        {
            RelyOn(file, content.Runs, 0, checked(content.Size + 4095), length);
        }
    }

    private static void RelyOn(ContextFile file, IEnumerable<PageRun> runs, ulong start, ulong end, long length)
    {
        foreach (PageRun run in runs)
        {
            ulong runEnd = checked(run.Start + (run.Pages * Sys.PageSize));
            Assert.True(run.Start >= start && runEnd <= end);
            Assert.True(file.OffsetOf(run.DataPage) >= 128 && file.OffsetOf(checked(run.DataPage + run.Pages)) <= length);
        }
    }
}
