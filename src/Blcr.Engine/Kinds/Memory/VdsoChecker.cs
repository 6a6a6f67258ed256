using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Is this kernel's vdso the one that the saved process has return addresses and resolved functions in?</summary>
internal static class VdsoChecker
{
    public static void Check(RestartPlan plan, ProcessImage process)
    {
        MemoryImage image = process.Memory;
        if (image.Vdso is null)
        {
            return; // a process may do without: the kernel's own is unmapped
        }

        List<ProcVma> parts = OwnVdso.Parts();
        ProcVma? code = parts.Find(part => part.Name == "[vdso]");
        bool same = code is not null && image.VdsoDigest.Span.SequenceEqual(VdsoDigest.OfRunningKernel())
            && SameLayout(image, parts, code);
        if (!same)
        {
            string here = Encoding.ASCII.GetString(Sys.ReadFile("/proc/sys/kernel/osrelease").Value ?? []).TrimEnd('\n');
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported,
                $"it was saved on kernel {plan.Image.Origin?.KernelRelease}, this is {here}: their vdso is not the same",
                "The program has addresses of functions in it, which are elsewhere here.",
                "Restart it on the same kernel (and the same sort of CPU) that it was saved on."));
        }
    }

    private static bool SameLayout(MemoryImage image, List<ProcVma> parts, ProcVma code)
    {
        List<(string Name, ulong Distance, ulong Length)> here =
            [.. parts.Select(part => (part.Name, unchecked(part.Start - code.Start), part.End - part.Start))];
        List<(string Name, ulong Distance, ulong Length)> saved =
            [.. image.Vvar.Append(image.Vdso).OrderBy(part => part.Start)
                .Select(part => (part.Name, unchecked(part.Start - image.Vdso.Start), part.End - part.Start))];
        return here.SequenceEqual(saved);
    }
}
