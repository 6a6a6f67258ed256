namespace Blcr.Cli.Namespaces;

/// <summary>What the cr_restart inside a namespace tells the one outside.</summary>
internal enum InnerWord : byte
{
    /// <summary>The processes run. The lead's pid inside, the diagnostics. It waits for a byte before it goes on.</summary>
    Running = 1,

    /// <summary>The obstacles.</summary>
    Refused,

    /// <summary>The context cannot be opened. The line to say so.</summary>
    NoContext,

    /// <summary>The lead has stopped or ended. The raw status of wait(2), and whether other processes live on.</summary>
    Changed,
}
