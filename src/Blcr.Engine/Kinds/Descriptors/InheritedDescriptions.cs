using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Descriptions the new process shares with cr_restart, and with whoever started that.</summary>
internal static class InheritedDescriptions
{
    /// <summary>What cr_restart has open at <paramref name="number"/>, such that reads and writes block, or not, as the
    /// application is used to; null if it has nothing there.</summary>
    /// <remarks>Other flags stay as the user set them: `cr_restart context >>log` means to append. Where O_NONBLOCK has
    /// to differ, the process gets a description of its own of the same terminal or pipe: a shell whose terminal was
    /// left non-blocking would end. Only what cannot be opened again (a socket) is changed itself.</remarks>
    public static Fd? Take(Rebuilding rebuilding, SavedDescription saved, int number)
    {
        Fd? source = rebuilding.Descriptions.Inherited(number);
        if (source is null)
        {
            return null;
        }

        SysResult flags = Sys.Fcntl(source, FcntlCommand.GetStatusFlags);
        SysResult looked = Sys.Status(source, out FileStatus status);
        OpenFlags wanted = saved.Flags & OpenFlags.NonBlocking;
        bool blocksAsSaved = ((OpenFlags)flags.Value & OpenFlags.NonBlocking) == wanted;
        if (!flags.Ok || !looked.Ok || blocksAsSaved || status.Type is FileType.Regular or FileType.Directory)
        {
            return source; // of files the flag means nothing
        }

        OpenFlags access = (OpenFlags)flags.Value & OpenFlags.AccessMode;
        ulong id = (uint)number | ((ulong)wanted << 32);
        Fd? again = rebuilding.Descriptions.Shared(id, () => OpenedAgain.Try(source, access | wanted)).File;
        if (again is not null)
        {
            return again;
        }

        SysResult set = Sys.Fcntl(source, FcntlCommand.SetStatusFlags, (flags.Value & ~(long)OpenFlags.NonBlocking) | (long)wanted);
        return set.Ok ? source : throw saved.Failed(set.Error, "does not take its status flags");
    }

    /// <summary>A description of its own of what another one is about; none if it cannot be opened.</summary>
    private sealed class OpenedAgain(Fd? file) : IDisposable
    {
        public Fd? File { get; } = file;

        public static OpenedAgain Try(Fd source, OpenFlags flags) => new(Sys.Open(
            $"/proc/self/fd/{source.Number}", flags | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec).Value);

        public void Dispose() => File?.Dispose();
    }

    /// <summary>Whether a description comes from cr_restart, so that what is at its number may be another sort of object.</summary>
    public static bool Is(OpenDescription image) =>
        image.ObjectCase is OpenDescription.ObjectOneofCase.Terminal or OpenDescription.ObjectOneofCase.OutsidePipe;
}
