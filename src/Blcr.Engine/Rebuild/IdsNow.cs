namespace Blcr.Engine.Rebuild;

/// <summary>What became of saved process groups, or of saved sessions. One that does not come back is the tool's now.</summary>
public sealed class IdsNow(int ofTool)
{
    private readonly Dictionary<int, int> _now = [];

    public int Of(int saved) => _now.GetValueOrDefault(saved, ofTool);

    internal void Note(int saved, int now) => _now[saved] = now;
}
