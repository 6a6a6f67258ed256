using Blcr.Linux;

namespace Blcr.Engine;

/// <summary>One reason to say no: who, what it holds, what that means, what the user can do (style guide, section 7).</summary>
/// <param name="Pid">The process it is about; 0 when it is about none (a context file, this host).</param>
/// <param name="Code">The errno or libcr error number that becomes the exit status.</param>
/// <param name="Held">"descriptor 14 is an InfiniBand device, /dev/infiniband/uverbs0"</param>
/// <param name="Meaning">"It cannot be saved."</param>
/// <param name="WhatToDo">What the user does next; a sentence.</param>
public sealed record Obstacle(int Pid, int Code, string Held, string Meaning, string WhatToDo)
{
    public Obstacle(int pid, Errno code, string held, string meaning, string whatToDo)
        : this(pid, (int)code, held, meaning, whatToDo)
    {
    }

    /// <summary>The original's line for this failure, where scripts look for another one than "Checkpoint failed: TEXT"
    /// (blcr-contract, 1.3, "Messages": "Unable to open file 'X': TEXT" and so on). The first obstacle's is shown.</summary>
    public string? Headline { get; init; }

    /// <summary>It goes away by itself while the program runs, usually within a moment (events it has not read yet).</summary>
    public bool IsPassing { get; init; }

    /// <summary>It goes away while others run, and may come again as soon as <see cref="Pid"/> itself does.</summary>
    public bool IsUpToOthers { get; init; }

    /// <summary>An id is in use, or may not be chosen: in a pid namespace of its own the same image could be restarted.</summary>
    public bool IsAboutIds { get; init; }

    public override string ToString()
    {
        string who = Pid > 0 ? $"pid {Pid}: " : "";
        return $"{who}{Held}\n  {Meaning}\n  {WhatToDo}";
    }
}
