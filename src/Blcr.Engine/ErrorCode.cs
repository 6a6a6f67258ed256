namespace Blcr.Engine;

/// <summary>Error numbers of libcr, above every errno (blcr-contract, section 2.3). The exit status is the number modulo 256.</summary>
public static class ErrorCode
{
    public const int TemporaryFailure = 2354;   // CR_ETEMPFAIL
    public const int PermanentFailure = 2355;   // CR_EPERMFAIL
    public const int NoSupport = 2356;          // CR_ENOSUPPORT
    public const int Version = 2357;            // CR_EVERSION
    public const int Omitted = 2358;            // CR_EOMITTED
    public const int BadArchitecture = 2359;    // CR_EBADARCH
    public const int Traced = 2360;             // CR_EPTRACED
    public const int Tracer = 2361;             // CR_EPTRACER
    public const int RestartAborted = 2362;     // CR_ERSTRTABRT
    public const int Restarted = 2363;          // CR_ERESTARTED
}
