using System.Text;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

/// <summary>A file of /dev/shm is memory: its content comes back with the processes, under its name.</summary>
public sealed class Memory_with_a_name : IDisposable
{
    private const int Length = 4 * 4096; // of memory-among.c

    private readonly Application _app = Application.Start("memory-among");
    private readonly string _file;

    public Memory_with_a_name() => _file = $"/dev/shm/blcr-among-{_app.Pid}";

    [Fact]
    public void Is_made_again_where_it_is_gone()
    {
        _app.Checkpoint().Kill();
        File.Delete(_file);

        _app.Restart().JudgesItself();
    }

    [Fact]
    public void Is_set_back_where_it_has_changed()
    {
        _app.Checkpoint().Kill();
        File.WriteAllText(_file, new string('x', 2 * Length));

        _app.Restart();
        Assert.Equal(Length, new FileInfo(_file).Length);
        Assert.Equal('p', (char)File.ReadAllBytes(_file)[0]);
        Assert.All(File.ReadAllBytes(_file).Skip(1), one => Assert.Equal(0, one));
        _app.JudgesItself();
    }

    [Fact]
    public void Is_left_alone_when_somebody_else_uses_it()
    {
        _app.Checkpoint().Kill();
        byte[] theirs = Encoding.ASCII.GetBytes("somebody else's");
        File.WriteAllBytes(_file, theirs);
        using (FileStream user = new(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            Outcome refused = _app.TryRestart();

            Assert.Contains(_file, refused.Errors, StringComparison.Ordinal);
            Assert.Contains("somebody else is using", refused.Errors, StringComparison.Ordinal);
            Assert.Equal(theirs, File.ReadAllBytes(_file));
        }

        _app.Restart().JudgesItself();
    }

    public void Dispose()
    {
        _app.Dispose();
        File.Delete(_file); // the program removes it when it ends well
    }
}
