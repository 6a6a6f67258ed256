using System.Text;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Processes;

/// <summary>Facts that others need or people read: exit signal, controlling terminal, cgroup.</summary>
internal sealed class ProcessRecords : ProcessRoom
{
    private const int ExitSignalField = 38; // man 5 proc_pid_stat

    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        SysResult<ProcStat> stat = process.Stat;
        if (!stat.Ok)
        {
            throw new RefusedException(process.Pid, stat.Error, "could not read the state of the process",
                "It cannot be saved. Nothing was written; it runs on.", "Check that it still runs.");
        }

        attributes.ControllingTerminal = stat.Value!.Terminal;
        attributes.ExitSignal = (uint)stat.Value.Number(ExitSignalField);
        attributes.Cgroup = Encoding.UTF8.GetString(Sys.ReadFile($"/proc/{process.Pid}/cgroup").Value ?? []).TrimEnd('\n');
    }
}
