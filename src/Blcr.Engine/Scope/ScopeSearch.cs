using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Which processes the user asked for: the id and scope of a request → pids (blcr-contract, 1.3 "Scope").</summary>
/// <remarks>Asked again and again while the processes it told are being frozen, until it tells no new ones. A tree is
/// walked from the top by generations: the children of a process are looked for when it stands still, because only then
/// they are all, and because a parent in vfork(2) can be stopped only while its child runs. Nobody told once is forgotten: one
/// that is frozen stays in, with its children, if its parent ends meanwhile.</remarks>
internal sealed class ScopeSearch
{
    private readonly CheckpointRequest _request;
    private readonly MembershipRules _rules;
    private readonly int _root;

    /// <summary>Processes frozen, or left out but not their children, whose children are known.</summary>
    private readonly HashSet<int> _walked = [];

    /// <summary>Left out, but their children are not.</summary>
    private readonly HashSet<int> _leftOut = [];
    private readonly HashSet<int> _skipped = [];
    private readonly HashSet<int> _ended = [];

    /// <exception cref="RefusedException">There is no such process.</exception>
    public ScopeSearch(CheckpointRequest request)
    {
        _request = request;
        _rules = new MembershipRules(request);
        _root = request.Scope is CheckpointScope.Tree or CheckpointScope.Process ? ThreadGroupOf(request.Target) : 0;
    }

    /// <summary>Refuses a request that comes to nothing, before anything is done for it.</summary>
    /// <exception cref="RefusedException">No such process, nobody to save, or somebody who may not be saved.</exception>
    public static void Try(CheckpointRequest request)
    {
        try
        {
            _ = new ScopeSearch(request).FindNew(new HashSet<int>());
        }
        catch (RefusedException refused) when (refused.Code == (int)Errno.Busy)
        {
            // Perhaps not any more when it comes to the freeze.
        }
    }

    /// <summary>Those that have ended and wait for their parents; complete when <see cref="FindNew"/> found nothing.</summary>
    public IReadOnlyCollection<int> Ended => _ended;

    /// <summary>Those that leave themselves out, or are by the options.</summary>
    public IReadOnlyCollection<int> LeftOut => [.. _leftOut, .. _skipped];

    /// <summary>Whether all children of everybody in it belong to it.</summary>
    public bool IsTree => _request.Scope == CheckpointScope.Tree;

    /// <summary>Processes of the scope that do not stand still yet. None: the scope is complete.</summary>
    /// <param name="frozen">Those that do.</param>
    /// <exception cref="RefusedException">One of them must not be saved.</exception>
    public IReadOnlyList<int> FindNew(IReadOnlySet<int> frozen)
    {
        List<int> found = _request.Scope switch
        {
            CheckpointScope.Tree => NextGeneration(frozen),
            CheckpointScope.Process => Process(frozen),
            CheckpointScope.Group => All(Members.OfGroup(_request.Target), frozen),
            _ => All(Members.OfSession(_request.Target), frozen),
        };
        return found.Count > 0 || frozen.Count > 0 ? found : throw NothingLeft();
    }

    private List<int> NextGeneration(IReadOnlySet<int> frozen)
    {
        List<int> found = Walk(frozen);
        if (found.Count == 0)
        {
            // All stand still. Once more from the top: a subreaper among them may have been given children.
            _walked.Clear();
            _ended.Clear();
            found = Walk(frozen);
        }

        return found;
    }

    private List<int> Walk(IReadOnlySet<int> frozen)
    {
        List<int> found = frozen.Contains(_root) ? [] : Judge([_root], frozen);
        Queue<int> next = new(frozen.Concat(_leftOut).Where(pid => !_walked.Contains(pid)));
        while (next.TryDequeue(out int pid))
        {
            if (frozen.Contains(pid))
            {
                _walked.Add(pid);
            }

            found.AddRange(Judge(ProcIds.ChildrenOf(pid), frozen, leftOut: next));
        }

        return found;
    }

    // cr_restart named by its pid means what it brought back, as a tree.
    private List<int> Process(IReadOnlySet<int> frozen)
    {
        List<int> found = frozen.Count == 0 ? Judge([_root], frozen) : [];
        bool isStandIn = _leftOut.Contains(_root) && ProcStat.Read(_root).Value is { } stat && Tools.IsRestart(stat);
        return isStandIn ? NextGeneration(frozen) : found;
    }

    private List<int> All(List<int> members, IReadOnlySet<int> frozen)
    {
        _ended.Clear();
        return Judge(members, frozen);
    }

    private List<int> Judge(IEnumerable<int> pids, IReadOnlySet<int> frozen, Queue<int>? leftOut = null)
    {
        List<int> found = [];
        foreach (int pid in pids)
        {
            if (frozen.Contains(pid))
            {
                continue;
            }

            switch (_rules.Of(pid))
            {
                case Membership.Saved:
                    found.Add(pid);
                    break;
                case Membership.Ended:
                    _ended.Add(pid);
                    break;
                case Membership.LeftOut when _leftOut.Add(pid):
                    leftOut?.Enqueue(pid);
                    break;
                case Membership.Skipped:
                    _skipped.Add(pid);
                    break;
            }
        }

        return found;
    }

    /// <summary>A process may be named by the id of any of its threads.</summary>
    private static int ThreadGroupOf(int id) =>
        ProcStatus.Read(id).Value?.ThreadGroup ?? throw new RefusedException(id, Errno.NoProcess, "there is no such process",
            "Nothing was saved.", "Check the id: `ps -p " + id.ToString(CultureInfo.InvariantCulture) + "`.");

    private RefusedException NothingLeft() => new(_request.Target, Errno.NoProcess, "no processes checkpointed",
        "There is no such process, or all of them have ended, were skipped, or leave themselves out.", "Check the id and the options.");
}
