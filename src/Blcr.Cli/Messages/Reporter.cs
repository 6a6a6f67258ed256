namespace Blcr.Cli.Messages;

/// <summary>What a command says on standard error, and when it keeps quiet (blcr-contract, 1.3, "Diagnostics").</summary>
/// <param name="quiet">--quiet: nothing at all.</param>
/// <param name="diagnostics">The kmsg options.</param>
internal sealed class Reporter(bool quiet, DiagnosticsPolicy diagnostics)
{
    /// <summary>The one line scripts look for.</summary>
    public void Tell(string line)
    {
        if (!quiet)
        {
            StandardStreams.WriteError(line + "\n");
        }
    }

    /// <summary>Why it failed; before the final message.</summary>
    public void Explain(IEnumerable<object> reasons) => List(reasons, wanted: diagnostics != DiagnosticsPolicy.None);

    /// <summary>Remarks on what worked.</summary>
    public void Remark(IEnumerable<object> remarks) => List(remarks, wanted: diagnostics == DiagnosticsPolicy.Warning);

    // A reason has several lines (style guide, section 7); each gets the mark that scripts cut off.
    private void List(IEnumerable<object> entries, bool wanted)
    {
        if (!wanted)
        {
            return;
        }

        foreach (object entry in entries)
        {
            foreach (string line in $"{entry}".Split('\n'))
            {
                Tell("- " + line);
            }
        }
    }
}

/// <summary>--kmsg-none, --kmsg-error, --kmsg-warning.</summary>
internal enum DiagnosticsPolicy
{
    None,
    Error,
    Warning,
}
