using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>What no kind takes is refused by name, with what the user can do about it.</summary>
internal static class Unsupported
{
    public static void Refuse(Dump dump, FoundDescription found)
    {
        (string what, string whatToDo) = Describe(found);
        found.Refuse(dump, Errno.NotSupported, what, whatToDo);
    }

    private static (string What, string WhatToDo) Describe(FoundDescription found) => found.Status.Type switch
    {
        FileType.Socket => SocketName.Describe(found),
        FileType.BlockDevice => Devices.Describe(found, "block device"),
        FileType.CharacterDevice => Devices.Describe(found, "character device"),
        _ when AnonymousObjects.Is(found) => AnonymousObjects.Describe(found),
        _ => ($"{found.Name}, a sort of file this version does not know",
            "Checkpoint the program when it does not have it open."),
    };
}
