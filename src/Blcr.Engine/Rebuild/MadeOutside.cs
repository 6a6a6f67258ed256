namespace Blcr.Engine.Rebuild;

/// <summary>What a restart has made or changed outside the new processes, and that outlives them (System V objects, named
/// queues): put back as it was if the restart does not succeed, since nobody else would.</summary>
/// <remarks>Done after the new processes are gone. A tool that is killed cannot do it: such objects stay then, and ipcs(1)
/// shows them.</remarks>
internal sealed class MadeOutside(Rebuilding rebuilding) : IDisposable
{
    private readonly List<Action> _undo = [];

    public static MadeOutside Of(Rebuilding rebuilding) =>
        rebuilding.Descriptions.Shared(0, () => new MadeOutside(rebuilding));

    /// <param name="undo">Must not throw; the last one is done first.</param>
    public void UndoUnlessDone(Action undo) => _undo.Add(undo);

    public void Dispose()
    {
        if (!rebuilding.Succeeded)
        {
            _undo.AsEnumerable().Reverse().ToList().ForEach(undo => undo());
        }

        _undo.Clear();
    }
}
