using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvObjects;

/// <summary>System V objects made for a restart, which are removed again if it does not succeed: nobody else would.</summary>
internal sealed class SysvCleaning(Rebuilding rebuilding) : IDisposable
{
    private readonly List<Action> _undo = [];

    public static SysvCleaning Of(Rebuilding rebuilding) =>
        rebuilding.Descriptions.Shared(0, () => new SysvCleaning(rebuilding));

    public void RemoveUnlessDone(SysvSort sort, int id) => _undo.Add(() => Sys.SysvRemove(sort, id));

    /// <summary>For an object that was there before: what puts its contents back.</summary>
    public void UndoUnlessDone(Action undo) => _undo.Add(undo);

    public void Dispose()
    {
        if (!rebuilding.Succeeded)
        {
            _undo.ForEach(undo => undo());
        }

        _undo.Clear();
    }
}
