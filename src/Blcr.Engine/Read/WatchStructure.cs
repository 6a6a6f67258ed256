using Blcr.Engine.Image;

namespace Blcr.Engine.Read;

/// <summary>What watches files: each has a file, by a path or a description that is there; numbers once and in order.</summary>
internal static class WatchStructure
{
    public static void Check(Structure structure, InotifyInstance instance, string what)
    {
        int last = 0;
        foreach (InotifyWatch watch in instance.Watches)
        {
            if (watch.Number <= last)
            {
                structure.Refuse($"{what}: watch {watch.Number} is out of order");
            }

            last = watch.Number;
            CheckFile(structure, watch.File, what);
        }
    }

    public static void Check(Structure structure, FanotifyInstance instance, string what)
    {
        foreach (FanotifyMark mark in instance.Marks)
        {
            CheckFile(structure, mark.File, what);
        }
    }

    private static void CheckFile(Structure structure, WatchedFile? watched, string what)
    {
        bool byPath = watched?.File is not null;
        if (watched is null || (!byPath && !structure.HasDescription(watched.Description)))
        {
            structure.Refuse($"{what} watches something that is not there");
        }

        FileStructure.CheckReference(structure, watched.File, needed: byPath, what);
    }
}
