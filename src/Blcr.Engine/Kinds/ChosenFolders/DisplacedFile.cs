using Blcr.Linux;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>Something that was in the way of a saved file and has another name now: --put-back.</summary>
/// <param name="path">Where it was, and the saved one is.</param>
/// <param name="suffix">What its name has got at the end.</param>
internal sealed class DisplacedFile(string path, string suffix)
{
    public const string Suffix = ".after-checkpoint";

    public override string ToString() => $"put back: {path}; what was there is {path}{suffix}";

    /// <summary>It has its name again. Preconditions: the saved one has gone.</summary>
    public void Return() => _ = Sys.RenameToFree(path + suffix, path); // taken by somebody meanwhile: it stays beside it
}
