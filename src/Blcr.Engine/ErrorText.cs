using System.Globalization;
using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Engine;

/// <summary>The words for an error number: strerror(3), and libcr's own above 2353 (blcr-contract, section 2.3).</summary>
public static partial class ErrorText
{
    public static string Of(Errno error) => Of((int)error);

    public static string Of(int code) => code switch
    {
        ErrorCode.TemporaryFailure => "Temporary error: checkpoint cancelled",
        ErrorCode.PermanentFailure => "Permanent failure: checkpoint cancelled and job killed",
        ErrorCode.NoSupport => "Checkpoint support not linked into one or more processes",
        ErrorCode.Version => "Requested kernel interface version is not supported",
        ErrorCode.Omitted => "Process omitted from checkpoint at a callback's request",
        ErrorCode.BadArchitecture => "Context file does not match the kernel architecture",
        ErrorCode.Traced => "One or more target processes is being ptraced",
        ErrorCode.Tracer => "One or more target processes has ptrace children",
        ErrorCode.RestartAborted => "Restart aborted: restart cancelled and job killed",
        ErrorCode.Restarted => "Request is invalid across a restart",
        2364 => "Call is only valid from a checkpoint callback",
        2365 => "Calling thread has not called cr_init()",
        _ => Marshal.PtrToStringUTF8(StrError(code)) ?? code.ToString(CultureInfo.InvariantCulture),
    };

    // man 3 strerror: the text lives in the library; the commands call it on one thread.
    [LibraryImport("libc", EntryPoint = "strerror")]
    private static partial nint StrError(int code);
}
