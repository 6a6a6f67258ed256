using System.Globalization;
using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Scheduler;

/// <summary>The nice value of a session's autogroup (man 7 sched, "The autogroup feature"). Restored only for a session
/// that the restart makes: another one is the requester's own.</summary>
internal sealed class AutogroupNice : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        // "/autogroup-8 nice 0"; absent without CONFIG_SCHED_AUTOGROUP
        string text = Encoding.ASCII.GetString(Sys.ReadFile($"/proc/{process.Pid}/autogroup").Value ?? []);
        string last = text.TrimEnd('\n').Split(' ')[^1];
        attributes.AutogroupNice = int.TryParse(last, CultureInfo.InvariantCulture, out int nice) ? nice : 0;
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        if (IsOurs(plan, process) && attributes.AutogroupNice < 0 && Requester.Of(plan) is Requester requester
            && !requester.Can(Capability.SysNice))
        {
            requester.Note(plan, process.Pid, $"its session had the nice value {attributes.AutogroupNice}, and gets 0");
        }
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        if (attributes.AutogroupNice == 0 || !IsOurs(rebuilding.Plan, process.Image))
        {
            return;
        }

        SysResult<Fd> opened = Sys.Open($"/proc/{process.Pid}/autogroup", OpenFlags.WriteOnly | OpenFlags.CloseOnExec);
        if (opened.Ok)
        {
            using Fd file = opened.Value!;
            _ = Sys.Write(file, Encoding.ASCII.GetBytes(
                attributes.AutogroupNice.ToString(CultureInfo.InvariantCulture))); // Check has said what may not be
        }
    }

    private static bool IsOurs(RestartPlan plan, ProcessImage process) =>
        plan.Family[process.Pid].LeadsSession;
}
