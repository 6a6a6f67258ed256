using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.SysvObjects;

/// <summary>Ids are chosen for the whole machine: these tests run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SysvPrograms
{
    public const string Name = "System V objects";

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
}
