using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>What is said when a context file cannot be used. First lines that scripts match on: blcr-contract, 1.4.</summary>
internal static class ReadRefusal
{
    private const string NothingMade = "Nothing was restarted.";

    public static RefusedException Opening(string name, Errno error) => new(
    [
        new Obstacle(0, error, $"{name} cannot be opened: {ErrorText.Of(error)}", NothingMade,
            error == Errno.AccessDenied ? "Context files are readable by their owner only." : "Check the name.")
        {
            Headline = $"Failed to open({name}, O_RDONLY): {ErrorText.Of(error)}",
        },
    ]);

    public static RefusedException Reading(string name, Errno error) => new(0, error,
        $"could not read {name}: {ErrorText.Of(error)}", NothingMade,
        error == Errno.IsDirectory ? "Name the file in it, or give --dir." : "Look at the file system or the connection.");

    public static RefusedException NotAContext(string name) => new(0, Errno.Invalid,
        "file header has invalid signature", $"{name} is not a context file. " + NothingMade,
        "Context files are written by cr_checkpoint.");

    public static RefusedException Damaged(string name, string what) => new(0, Errno.Invalid,
        $"{name} is damaged: {what}", $"It cannot be trusted. {NothingMade}",
        "Take another copy or an older context file.");

    public static RefusedException CutShort(string name, long length, long whole) =>
        Damaged(name, $"it ends after {length} bytes of {whole}");

    public static RefusedException NewerVersion(string name, uint version) => Other(ErrorCode.Version,
        $"{name} has format version {version}; this program reads up to version {Image.ContextFormat.Version}",
        "Restart it with a newer release of blcr.");

    public static RefusedException UnknownFeatures(string name, ulong features) => Other(ErrorCode.Version,
        $"{name} needs features this program does not know (bits 0x{features:x})",
        "Restart it with a newer release of blcr.");

    public static RefusedException OtherArchitecture(string name, uint architecture, uint pageSize) => Other(
        ErrorCode.BadArchitecture,
        $"{name} was taken on another sort of machine ({NameOf(architecture)}, pages of {pageSize} bytes)",
        "Restart it on a machine like the one it was taken on.");

    public static RefusedException Spooling(string directory, Errno error, long length) => new(0, error,
        $"could not keep {length} bytes of a context that comes through a pipe in {directory}: {ErrorText.Of(error)}",
        NothingMade, "Make room there, set TMPDIR to a directory with room, or restart from a file.");

    private static RefusedException Other(int code, string held, string whatToDo) =>
        new([new Obstacle(0, code, held, NothingMade, whatToDo)]);

    // e_machine, include/uapi/linux/elf-em.h
    private static string NameOf(uint architecture) => architecture switch
    {
        62 => "x86-64",
        183 => "aarch64",
        21 => "ppc64",
        22 => "s390",
        243 => "RISC-V",
        258 => "LoongArch",
        _ => $"ELF machine {architecture}",
    };
}
