namespace Blcr.BatchTests.Harness;

/// <summary>A file system without room, mounted in a job's folder, for everybody to write to.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly Cell _cell;
    private readonly string _path;

    public SmallDisk(JobFolder folder, string name)
    {
        _cell = folder.Cell;
        _path = folder.PathOf(name);
        Directory.CreateDirectory(_path);
        _cell.Run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=1m,mode=1777", "blcr-tests", _path).Succeeds();
    }

    /// <summary>As if somebody had made room.</summary>
    public void Grow() => _cell.Run("/usr/bin/mount", "-o", "remount,size=200m", _path).Succeeds();

    public void Dispose() => _cell.Run("/usr/bin/umount", "--lazy", _path).Succeeds();
}
