using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>--backup: the old file stays, as NAME, or as TARGET.~N~ with the smallest free N.</summary>
/// <remarks>A second link rather than a rename: at no instant is there no context file under the target's name.</remarks>
internal sealed class BackupFile(string target, string? name) : FormerFile
{
    private const int MostBackups = 65536;

    private string? _made;
    private bool _wasRenamed;

    /// <summary>Makes the backup, if there is anything to back up.</summary>
    public override void Make()
    {
        if (Sys.LinkStatus(target, out _).Error == Errno.NoEntry)
        {
            return;
        }

        _made = name is null ? MakeNumbered() : MakeNamed(name);
    }

    /// <summary>Takes it back: the target did not change after all.</summary>
    public override void Undo()
    {
        if (_made is not null)
        {
            // Nothing more can be done if this fails: the old file is there, under one name or two.
            _ = _wasRenamed ? Sys.Rename(_made, target) : Sys.Unlink(_made);
        }
    }

    private string MakeNumbered()
    {
        for (int number = 1; number <= MostBackups; number++)
        {
            string backup = $"{target}.~{number}~";
            SysResult linked = Sys.Link(target, backup);
            if (linked.Ok)
            {
                return backup;
            }

            if (linked.Error != Errno.Exists && Sys.LinkStatus(backup, out _).Error == Errno.NoEntry)
            {
                return Rename(backup);
            }
        }

        throw WriteRefusal.Renaming(target, $"{target}.~{MostBackups}~", Errno.Exists);
    }

    private string MakeNamed(string backup)
    {
        string passing = $"{backup}.tmp";
        if (!Sys.Link(target, passing).Ok)
        {
            return Rename(backup);
        }

        SysResult renamed = Sys.Rename(passing, backup);
        _ = Sys.Unlink(passing); // there still if it failed, or if both are one file (man 2 rename)
        return renamed.Ok ? backup : throw WriteRefusal.Renaming(target, backup, renamed.Error);
    }

    // Where links are not possible: other file systems, another user's file (man 5 proc, protected_hardlinks).
    private string Rename(string backup)
    {
        SysResult renamed = Sys.Rename(target, backup);
        _wasRenamed = renamed.Ok;
        return renamed.Ok ? backup : throw WriteRefusal.Renaming(target, backup, renamed.Error);
    }
}
