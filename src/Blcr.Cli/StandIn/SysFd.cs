using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>A descriptor that may be missing, for poll(2), which passes over a negative number.</summary>
internal sealed class SysFd : IDisposable
{
    private readonly Fd? _fd;

    private SysFd(Fd? fd) => _fd = fd;

    public int NumberOrNone => _fd?.Number ?? -1;

    public static SysFd Of(SysResult<Fd> opened) => new(opened.Value);

    public void Dispose() => _fd?.Dispose();
}
