namespace Blcr.Engine;

/// <summary>A descriptor of the caller in place of something that led out of the checkpoint (cr_restart --inherit-fd).</summary>
/// <param name="Old">What it was.</param>
/// <param name="With">Open in the calling process, and not close-on-exec.</param>
public sealed record Replacement(Named Old, int With)
{
    public override string ToString() => $"{Old}={With}";
}

/// <summary>How a user names an open file description of a context file.</summary>
public abstract record Named
{
    private Named()
    {
    }

    /// <summary>A saved descriptor; whatever shares its description comes along. Pid 0: the lead's.</summary>
    public sealed record ByDescriptor(int Pid, int Number) : Named
    {
        public override string ToString() => Pid == 0 ? $"{Number}" : $"{Pid}:{Number}";
    }

    /// <summary>Every description of an object, as cr_info prints it: pipe:[4711], /dev/pts/3.</summary>
    public sealed record ByObject(string Name) : Named
    {
        public override string ToString() => Name;
    }
}
