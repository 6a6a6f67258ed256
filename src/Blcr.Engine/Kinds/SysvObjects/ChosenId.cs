using System.Globalization;
using System.Text;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvObjects;

/// <summary>Has the kernel give the next object the id we want (ipc/util.c: ipc_idr_alloc()).</summary>
/// <remarks>The wish is one for the whole IPC namespace, and whoever makes the next object of that sort gets it. Other
/// cr_restarts are kept out by a lock on the file; other programs can only be noticed by their effect. Needs
/// CAP_CHECKPOINT_RESTORE (Linux 5.9) or CAP_SYS_ADMIN.</remarks>
internal sealed class ChosenId : IDisposable
{
    private readonly Fd? _file;

    private ChosenId(Fd? file) => _file = file;

    /// <summary>Whether ids can be chosen here at all.</summary>
    public bool Possible => _file is not null;

    /// <summary>Takes the lock. The holder of it makes one object at a time, so the wait is short.</summary>
    public static ChosenId Of(SysvSort sort)
    {
        SysResult<Fd> opened = Sys.Open(sort.NextIdFile, OpenFlags.ReadWrite | OpenFlags.CloseOnExec);
        if (!opened.Ok)
        {
            return new ChosenId(null);
        }

        Deadline patience = Deadline.In(TimeSpan.FromSeconds(5));
        while (!Sys.TryLock(opened.Value!).Ok && !patience.Passed)
        {
            Sys.Sleep(1_000_000); // nanoseconds
        }

        return new ChosenId(opened.Value);
    }

    /// <returns>Whether the next object of this sort will have that id, if the place is free.</returns>
    public bool Wish(int id) => _file is not null
        && Sys.WriteAt(_file, Encoding.ASCII.GetBytes(id.ToString(CultureInfo.InvariantCulture)), 0).Ok;

    public void Dispose()
    {
        if (_file is not null)
        {
            _ = Wish(-1); // not to be granted to anybody else, if nothing was made
            _file.Dispose();
        }
    }
}
