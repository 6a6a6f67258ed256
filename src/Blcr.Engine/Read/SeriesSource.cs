using Blcr.Engine.Write;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>cr_restart --fall-back: the newest good file of a series that cr_checkpoint --keep wrote.</summary>
/// <remarks>Damage and absence lead to the file before. What would be the same with that one (an id in use, no memory) does not.</remarks>
internal static class SeriesSource
{
    /// <param name="newest">FILE; the older ones are FILE.1, FILE.2 and so on.</param>
    /// <param name="tell">Called with a line for each one passed over, and for the one taken if there was any.</param>
    /// <exception cref="RefusedException">None is good; the first one's reason decides the exit status.</exception>
    public static ContextFile Open(string newest, Action<string> tell)
    {
        RefusedException? first = null;
        int tried = 0;
        foreach (string member in Members(newest))
        {
            try
            {
                ContextFile file = ContextFile.Open(new Source.FromFile(member));
                if (first is not null)
                {
                    tell($"restarting from '{member}', the newest that is good");
                }

                return file;
            }
            catch (RefusedException refusal) when (IsOfThisFile(refusal.Code))
            {
                string why = refusal.Obstacles[0].Held;
                tell(why.Contains(member, StringComparison.Ordinal) ? $"passed over: {why}" : $"passed over: '{member}': {why}");
                first ??= refusal;
                tried += refusal.Code == (int)Errno.NoEntry ? 0 : 1;
            }
        }

        throw tried == 0 ? first! : new RefusedException(0, (Errno)first!.Code,
            $"none of the {tried} context files of the series '{newest}' can be used", "Nothing was restarted.",
            "Find another copy, or start the program from its beginning.");
    }

    /// <summary>Up to the second number in a row that is missing: a cr_checkpoint that was killed may have left one out, at any place.</summary>
    public static IEnumerable<string> Members(string newest)
    {
        yield return newest;
        bool missing = !IsThere(newest);
        for (int number = 1; ; number++)
        {
            string member = Series.Member(newest, number);
            bool there = IsThere(member);
            if (there)
            {
                yield return member;
            }
            else if (missing)
            {
                yield break;
            }

            missing = !there;
        }
    }

    private static bool IsThere(string path) => Sys.LinkStatus(path, out _).Ok;

    private static bool IsOfThisFile(int code) =>
        code is not ((int)Errno.NoMemory or (int)Errno.TooManyOpenFiles or (int)Errno.TableFull or (int)Errno.Interrupted);
}
