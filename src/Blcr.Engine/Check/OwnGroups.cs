using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Check;

/// <summary>cr_restart --own-groups: the supplementary groups are those of whoever restarts. A batch system marks the
/// processes of a job by a group id of their own (Grid Engine: gid_range, sge_conf(5)), and a job that is started anew has another one.</summary>
/// <remarks>What a thread had beyond the groups of the first process, or lacked of them, it has and lacks still: a server that
/// gave up its groups gets the mark of the new job, and nothing that it had given up.</remarks>
internal static class OwnGroups
{
    /// <summary>Preconditions: nothing has looked at the groups in the image yet.</summary>
    public static void Take(ContextImage image)
    {
        uint[] own = ThreadRights.ReadOwn().Value?.Groups ?? throw new RefusedException(0, Errno.InputOutput,
            "could not read /proc/thread-self/status", "--own-groups needs to know them.", "Is /proc mounted?");
        uint[] usual = [.. image.Processes.FirstOrDefault()?.Threads.FirstOrDefault()?.Credentials?.Groups ?? []];
        foreach (RepeatedField<uint> groups in image.Processes.SelectMany(process => process.Threads).Where(thread => thread.Credentials is not null)
            .Select(thread => thread.Credentials.Groups))
        {
            uint[] now = Of(own, usual, [.. groups]);
            groups.Clear();
            groups.AddRange(now);
        }
    }

    /// <summary>A thread's groups: equal lists stay lists, because a user namespace shows all groups it does not know by one number.</summary>
    internal static uint[] Of(uint[] own, uint[] usual, uint[] saved)
    {
        uint[] lacking = [.. usual.Except(saved)];
        uint[] more = [.. saved.Except(usual)];
        return lacking.Length == 0 && more.Length == 0 ? own : [.. own.Except(lacking).Union(more)];
    }
}
