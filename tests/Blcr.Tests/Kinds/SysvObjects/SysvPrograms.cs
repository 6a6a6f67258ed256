using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.SysvObjects;

/// <summary>Ids are chosen for the whole machine: these tests run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SysvPrograms
{
    public const string Name = "System V objects";

    /// <summary>Places of the kernel's table (IPCMNI): an id is a place and a multiple of this.</summary>
    public const int Places = 32768;

    /// <summary>Takes the objects away that a program has made, as a boot would: it writes one line for each, with
    /// the letter that ipcrm(1) has for the sort, and its id.</summary>
    public static void Remove(Application app)
    {
        foreach (string line in app.Read("objects").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            _ = app.Run("/usr/bin/ipcrm", $"-{words[0]}", words[1]); // some go by themselves
        }
    }

    /// <summary>Ids of the objects of one sort that the program has made.</summary>
    public static int[] IdsOf(Application app, char letter) =>
        [.. app.Read("objects").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] == letter).Select(line => int.Parse(line.Split(' ')[1]))];

    /// <summary>Ids of all objects of a sort on this machine: "shm", "sem" or "msg".</summary>
    public static int[] Present(string sort) =>
        [.. File.ReadLines($"/proc/sysvipc/{sort}").Skip(1).Select(line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]))];

    /// <summary>Makes a message queue of nobody's with this id.</summary>
    public static int MakeQueue(Application app, int id)
    {
        File.WriteAllText("/proc/sys/kernel/msg_next_id", $"{id}");
        string said = app.Run("/usr/bin/ipcmk", "-Q").Output; // "Message queue id: 5"
        int made = int.Parse(said.Split(':')[1]);
        Assert.Equal(id, made);
        return made;
    }
}
