using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>Saved directories at a restart: what is missing is made again, what is there is left as it is. Disposed before
/// <see cref="Keep"/>, it removes what it has made, and nothing else.</summary>
/// <remarks>Killed, it leaves directories and complete files, which the next attempt finds there and uses.</remarks>
public sealed class RestoredFolders(RestartPlan plan) : IDisposable
{
    private readonly List<FolderLook> _looks = [];
    private readonly List<MadeEntry> _made = [];
    private readonly List<DisplacedFile> _displaced = [];
    private readonly Dictionary<uint, Fd?> _files = [];

    /// <summary>What is there? Notes obstacles; changes nothing.</summary>
    public void Check()
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        Dictionary<uint, FileContent> contents = plan.Image.FileContents.ToDictionary(content => content.Id);
        foreach (ChosenFolder folder in plan.Image.ChosenFolders)
        {
            FolderLook look = new(plan, folder);
            look.Look(contents);
            _looks.Add(look);
        }
    }

    /// <summary>Makes what is missing. Preconditions: <see cref="Check"/> has noted no obstacle.</summary>
    /// <exception cref="RefusedException">It cannot be made.</exception>
    public void Make()
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        Dictionary<uint, FileContent> contents = plan.Image.FileContents.ToDictionary(content => content.Id);
        foreach (FolderLook look in _looks.Where(look => look.Missing.Count > 0))
        {
            new FolderMaker(plan, look, contents, _made, _displaced, _files).Make();
        }
    }

    /// <summary>Whether a file was missing, and is there now.</summary>
    internal bool HasMade(uint content) => _files.ContainsKey(content);

    /// <summary>One that was made for a process that has it open; the caller owns it. null: it was not, or has been taken.</summary>
    internal Fd? Take(uint content)
    {
        Fd? file = _files.GetValueOrDefault(content);
        _ = file is not null && _files.Remove(content);
        return file;
    }

    /// <summary>Modes and times of directories, when nothing more is made in them.</summary>
    internal void Finish()
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        foreach (MadeEntry made in _made.AsEnumerable().Reverse())
        {
            made.Finish();
        }
    }

    /// <summary>All that was made stays, and the user is told.</summary>
    internal void Keep()
    {
        foreach (FolderLook look in _looks)
        {
            Tell(look);
        }

        _displaced.ForEach(file => plan.Request.Tell($"{file}"));
        _displaced.Clear();
        _made.Clear();
    }

    // The scripts for batch systems look for the first of these: such a directory is theirs to remove.
    private void Tell(FolderLook look)
    {
        if (look.IsGivenUp)
        {
            plan.Request.Tell($"could not be made again: {look.Path}, an empty directory");
        }
        else if (look.Missing is [{ Name.Length: 0 }, ..])
        {
            plan.Request.Tell($"made again: {look.Path}");
        }
        else if (look.Missing.Count > 0)
        {
            plan.Request.Tell($"made again: {look.Missing.Count} of {look.Entries} names in {look.Path}");
        }
    }

    public void Dispose()
    {
        if (_made.Count > 0)
        {
            using OwnerRights.Scope rights = plan.Rights.Enter();
            _made.ForEach(made => made.Open());
            _made.AsEnumerable().Reverse().ToList().ForEach(made => made.Remove());
            _made.Clear();
        }

        if (_displaced.Count > 0)
        {
            using OwnerRights.Scope rights = plan.Rights.Enter();
            _displaced.ForEach(file => file.Return());
            _displaced.Clear();
        }

        foreach (Fd? file in _files.Values)
        {
            file?.Dispose();
        }

        _files.Clear();
    }
}
