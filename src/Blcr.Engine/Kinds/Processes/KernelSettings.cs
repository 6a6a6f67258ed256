using System.Globalization;
using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Processes;

/// <summary>How likely the process is to be killed when memory runs out; /proc/PID/oom_score_adj. A value below what the
/// requester has needs CAP_SYS_RESOURCE; without it the process gets the requester's, and a remark says so.</summary>
internal sealed class OutOfMemoryScore : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes) =>
        attributes.OomScoreAdj = Read($"/proc/{process.Pid}/oom_score_adj");

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        int own = Read("/proc/self/oom_score_adj");
        if (attributes.OomScoreAdj < own && Requester.Of(plan) is Requester requester
            && !requester.Can(Capability.SysResource))
        {
            requester.Note(plan, process.Pid, $"its oom_score_adj was {attributes.OomScoreAdj}, and may be {own}");
        }
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        if (attributes.OomScoreAdj != Read("/proc/self/oom_score_adj"))
        {
            ProcFile.Write(process.Pid, "oom_score_adj", attributes.OomScoreAdj.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static int Read(string path) =>
        int.TryParse(Encoding.ASCII.GetString(Sys.ReadFile(path).Value ?? []).TrimEnd('\n'), CultureInfo.InvariantCulture, out int value)
            ? value : 0;
}

/// <summary>Which sorts of memory a core dump has; /proc/PID/coredump_filter, man 5 core.</summary>
internal sealed class CoreDumpFilter : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        string text = Encoding.ASCII.GetString(Sys.ReadFile($"/proc/{process.Pid}/coredump_filter").Value ?? []);
        attributes.CoredumpFilter = uint.TryParse(text.TrimEnd('\n'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out uint filter) ? filter : 0;
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes) =>
        ProcFile.Write(process.Pid, "coredump_filter", "0x" + attributes.CoredumpFilter.ToString("x", CultureInfo.InvariantCulture));
}

/// <summary>Settings of another process that are written from outside.</summary>
internal static class ProcFile
{
    /// <summary>The result does not matter: a setting that may not be had was remarked on before, and one whose file is
    /// not there (a kernel without core dumps) cannot have been anything but the default.</summary>
    public static void Write(int pid, string name, string value)
    {
        SysResult<Fd> opened = Sys.Open($"/proc/{pid}/{name}", OpenFlags.WriteOnly | OpenFlags.CloseOnExec);
        if (opened.Ok)
        {
            using Fd file = opened.Value!;
            _ = Sys.Write(file, Encoding.ASCII.GetBytes(value));
        }
    }
}
