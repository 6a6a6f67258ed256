namespace Blcr.Cli.Messages;

/// <summary>What cr_restart tells though all goes well: which file it fell back to, which files it has cut back.</summary>
internal sealed class Told(Reporter reporter)
{
    private readonly List<string> _lines = [];

    public void Tell(string line)
    {
        _lines.Add($"cr_restart: {line}");
        reporter.Tell(_lines[^1]);
    }

    /// <summary>Once more: standard error was one of the files that were cut back.</summary>
    public void Repeat() => _lines.ForEach(reporter.Tell);
}
