using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>What is said when a context file cannot be written. First lines that scripts match on: blcr-contract, 1.3.</summary>
internal static class WriteRefusal
{
    private const string RunsOn = "The program runs on, and what was there before is there still.";

    public static RefusedException Opening(string path, Errno error) => With(
        error == Errno.IsDirectory
            ? $"File '{path}' is a directory: use the '--dir' flag for directories"
            : $"Unable to open file '{path}': {ErrorText.Of(error)}\nFailed to open checkpoint file '{path}'",
        new Obstacle(0, error, $"the context cannot be written to '{path}': {ErrorText.Of(error)}", RunsOn, AdviceOnOpening(error)));

    public static RefusedException Writing(string name, Errno error) => new(0, error,
        $"could not write the context to {name}: {ErrorText.Of(error)}",
        "What was written of it is of no use. " + RunsOn, AdviceOnWriting(error));

    public static RefusedException Syncing(string name, Errno error) => With(
        $"Error syncing checkpoint to disk: {ErrorText.Of(error)}",
        new Obstacle(0, error, $"{name} did not get to the disk: {ErrorText.Of(error)}",
            "It was given up. " + RunsOn, AdviceOnWriting(error)));

    public static RefusedException ReadingBack(string path, string what) => new(0, Errno.InputOutput,
        $"the context written to '{path}' does not read back as it was written: {what}",
        "It was removed. " + RunsOn, "Look at the file system and its disk (dmesg), or write to another one.");

    public static RefusedException Renaming(string from, string to, Errno error) => With(
        $"Unable to rename '{from}' to '{to}': {ErrorText.Of(error)}",
        new Obstacle(0, error, $"the complete context file '{from}' could not be renamed to '{to}': {ErrorText.Of(error)}",
            "It was removed. " + RunsOn, "Look what is at that name, and who may write to the directory."));

    private static RefusedException With(string headline, Obstacle obstacle) =>
        new([obstacle with { Headline = headline }]);

    private static string AdviceOnOpening(Errno error) => error switch
    {
        Errno.IsDirectory => "Name a file, or give --dir.",
        Errno.NoEntry => "Make the directory first.",
        Errno.Exists => "Choose another name, or leave --noclobber away.",
        Errno.Busy => "Wait for the other cr_checkpoint, or write to another file.",
        Errno.AccessDenied or Errno.NotPermitted or Errno.ReadOnlyFileSystem => "Write to a directory that is yours.",
        Errno.Invalid => "A context goes into a regular file, a FIFO, or with --fd into any stream.",
        _ => "Choose another file with --file.",
    };

    private static string AdviceOnWriting(Errno error) => error switch
    {
        Errno.NoSpace or Errno.QuotaExceeded => "Make room, or write to another file system with --file.",
        Errno.FileTooLarge => "Raise the limit (ulimit -f) of cr_checkpoint, or write to another file system.",
        Errno.BrokenPipe => "Look why the program that reads it has ended.",
        _ => "Look at the file system or the connection.",
    };
}
