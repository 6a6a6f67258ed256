using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>--keep N: the newest context is FILE, the ones before it FILE.1, FILE.2 and so on, N of them in all.</summary>
/// <remarks>
/// Killed at any instant, FILE or FILE.1 is the last good one, and nothing but a name may be missing: what is older moves up first,
/// from the oldest on; then FILE gets FILE.1 as a second name; then the new file takes the name FILE; and only when all of that is done
/// what is too old is removed. So a number may be missing, one file may have both names, and there may be one file too many:
/// the next checkpoint fills, knows and removes them.
/// </remarks>
internal sealed class Series(string target, int keep) : FormerFile
{
    private readonly List<(string From, string To)> _moved = [];
    private string? _secondName;

    /// <summary>The members after FILE itself, as far as there is one after the other.</summary>
    public static string Member(string target, int number) => string.Create(CultureInfo.InvariantCulture, $"{target}.{number}");

    /// <summary>How many files, and how many bytes in all.</summary>
    public KeptFiles Count()
    {
        int files = 0;
        long bytes = 0;
        for (int number = 0; number < keep; number++)
        {
            if (Sys.LinkStatus(number == 0 ? target : Member(target, number), out FileStatus status).Ok)
            {
                files++;
                bytes += status.Size;
            }
        }

        return new KeptFiles(files, bytes);
    }

    /// <summary>Refuses names that cannot be taken, before anything is frozen.</summary>
    public void Check()
    {
        for (int number = 1; number < keep; number++)
        {
            string member = Member(target, number);
            if (Sys.LinkStatus(member, out FileStatus status).Ok && status.Type == FileType.Directory)
            {
                throw WriteRefusal.Opening(member, Errno.IsDirectory);
            }
        }
    }

    public override void Make()
    {
        if (keep == 1 || !Sys.LinkStatus(target, out FileStatus newest).Ok || HasSecondName(newest))
        {
            return;
        }

        int free = 1;
        while (Sys.LinkStatus(Member(target, free), out _).Ok)
        {
            free++;
        }

        for (int number = free; number > 1; number--)
        {
            Move(Member(target, number - 1), Member(target, number));
        }

        // Where links are not possible (other file systems, another user's file): renamed. Then it is there as FILE.1 only, for a moment.
        string first = Member(target, 1);
        if (Sys.Link(target, first).Ok)
        {
            _secondName = first;
        }
        else
        {
            Move(target, first);
        }
    }

    public override void Undo()
    {
        if (_secondName is not null)
        {
            _ = Sys.Unlink(_secondName); // nothing more can be done: the old file is there, under one name or two
        }

        for (int last = _moved.Count - 1; last >= 0; last--)
        {
            _ = Sys.Rename(_moved[last].To, _moved[last].From);
        }

        _moved.Clear();
    }

    /// <summary>Removes what is too old: up to the first number that is missing.</summary>
    public override void Finish()
    {
        for (int number = keep; Sys.Unlink(Member(target, number)).Ok; number++)
        {
        }
    }

    // A cr_checkpoint was killed just before it renamed the new file.
    private bool HasSecondName(FileStatus newest) =>
        Sys.LinkStatus(Member(target, 1), out FileStatus second).Ok && second.IsSameFile(newest);

    private void Move(string from, string to)
    {
        SysResult renamed = Sys.Rename(from, to);
        if (!renamed.Ok)
        {
            Undo();
            throw WriteRefusal.Renaming(from, to, renamed.Error);
        }

        _moved.Add((from, to));
    }
}

/// <summary>What a series of context files takes: files, the newest among them, and bytes in all.</summary>
public sealed record KeptFiles(int Files, long Bytes);
