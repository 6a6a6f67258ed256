using System.Globalization;
using Blcr.Tests.Harness;

namespace Blcr.BatchTests.Harness;

/// <summary>A process that has nothing to do with any job, and has a pid one of them will want.</summary>
public sealed class PidHolder : IDisposable
{
    // clone3(2) with set_tid (Linux 5.5), and exec: python's own fork does not take a number.
    private const string Program = """
        import ctypes, os, struct, sys, time
        wanted = (ctypes.c_int * 1)(int(sys.argv[1]))
        arguments = struct.pack("11Q", 0, 0, 0, 0, 17, 0, 0, 0, ctypes.addressof(wanted), 1, 0)
        for attempt in range(600): # the number may still be that of a group or a session
            pid = ctypes.CDLL(None, use_errno=True).syscall(435, arguments, len(arguments))
            if pid >= 0:
                break
            time.sleep(0.1)
        if pid == 0:
            os.execv("/usr/bin/timeout", ["timeout", "900", "sleep", "900"])
        sys.exit(0 if pid > 0 else "no process with that pid")

        """;

    private readonly int _pid;

    public PidHolder(JobFolder folder, int pid)
    {
        folder.Cell.Run("/usr/bin/python3", "-c", Program, pid.ToString(CultureInfo.InvariantCulture)).Succeeds();
        _pid = pid;
    }

    public void Dispose()
    {
        ChildProcess.Signal(_pid, 15); // timeout ends sleep with it
        Limits.Within(Limits.Command, () => !ProcessTable.IsAlive(_pid));
    }
}
