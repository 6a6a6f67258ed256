using System.Text;
using Blcr.Cli.Supervision;
using Blcr.Linux;

namespace Blcr.Cli.Messages;

/// <summary>Standard output and standard error, by write(2).</summary>
/// <remarks>Not System.Console: on a terminal it installs handlers for SIGCHLD, SIGCONT, SIGINT and SIGQUIT, and those
/// are the stand-in's.</remarks>
internal static class StandardStreams
{
    private const int OutputNumber = 1;
    private const int ErrorNumber = 2;

    /// <summary>Keeps numbers 0 to 2 from files of ours when the user has closed them: a message would go into such a file, and a
    /// restarted process would take it for its standard input.</summary>
    public static void KeepFree()
    {
        for (int number = 0; number <= ErrorNumber; number++)
        {
            if (Sys.Fcntl(number, FcntlCommand.GetDescriptorFlags).Error == Errno.BadDescriptor)
            {
                // The lowest free number is this one. Close-on-exec: what we start finds it closed, as it was.
                _ = Sys.Open("/dev/null", OpenFlags.ReadWrite | OpenFlags.CloseOnExec).Value?.Release();
            }
        }
    }

    public static Errno WriteOutput(string text) => Write(OutputNumber, text);

    /// <summary>Nobody can be told when this fails.</summary>
    public static void WriteError(string text)
    {
        _ = Write(ErrorNumber, text);
        Journal.Copy(text);
    }

    private static unsafe Errno Write(int number, string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (!rest.IsEmpty)
        {
            SysResult written;
            fixed (byte* at = rest)
            {
                written = Sys.Call(SyscallNumber.Write, number, (nint)at, rest.Length);
            }

            if (written.Ok)
            {
                rest = rest[(int)written.Value..];
            }
            else if (written.Error == Errno.Again)
            {
                // Somebody made the terminal or pipe non-blocking; the rest of the line is wanted all the same.
                PollEntry room = new(number, PollEvents.Writable);
                _ = Sys.Poll(new Span<PollEntry>(ref room), milliseconds: -1);
            }
            else if (written.Error != Errno.Interrupted)
            {
                return written.Error;
            }
        }

        return Errno.None;
    }
}
