using Blcr.Engine.Collect;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.WatchedFiles;

/// <summary>Events that are waiting to be read: they cannot be looked at without taking them away.</summary>
internal static class UnreadEvents
{
    public static void RefuseIfAny(Dump dump, FoundDescription found, string what)
    {
        using Fd duplicate = found.Duplicate();
        SysResult unread = Sys.Unread(duplicate);
        if (!unread.Ok || unread.Value != 0)
        {
            found.Refuse(dump, Errno.Again, $"{what} with {unread.Value} bytes of events that the program has not read yet",
                "Ask again when the program has read them.", "They cannot be saved.", passing: true);
        }
    }
}
