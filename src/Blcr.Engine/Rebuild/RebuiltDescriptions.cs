using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Rebuild;

/// <summary>Open file descriptions made for the new processes, each once, as descriptors of ours.</summary>
/// <remarks>They are closed when the processes run (or have failed): a pipe end that stays open here would keep its
/// reader from ever seeing the end.</remarks>
public sealed class RebuiltDescriptions : IDisposable
{
    private readonly RaisedOpenFiles _room = new();
    private readonly Dictionary<uint, Fd> _made = [];
    private readonly Dictionary<(Type, ulong), IDisposable> _shared = [];
    private readonly Dictionary<int, Fd> _inherited = [];

    /// <summary>The description, made by <paramref name="make"/> when it is asked for the first time.</summary>
    public Fd Made(SavedDescription saved, Func<Fd> make)
    {
        if (!_made.TryGetValue(saved.Image.Id, out Fd? fd))
        {
            fd = make();
            _made.Add(saved.Image.Id, fd);
        }

        return fd;
    }

    /// <summary>The description with that id, if it was made already.</summary>
    public Fd? MadeBefore(uint id) => _made.GetValueOrDefault(id);

    /// <summary>An object behind several descriptions (a pipe has two ends), made when it is asked for the first time.</summary>
    public T Shared<T>(ulong id, Func<T> make) where T : class, IDisposable
    {
        if (!_shared.TryGetValue((typeof(T), id), out IDisposable? made))
        {
            made = make();
            _shared.Add((typeof(T), id), made);
        }

        return (T)made;
    }

    /// <summary>A duplicate of our own descriptor <paramref name="number"/>, if we have it from whoever started us.</summary>
    /// <remarks>Our own descriptors are all close-on-exec; what is not came from outside and is meant to be passed on.</remarks>
    public Fd? Inherited(int number)
    {
        if (_inherited.TryGetValue(number, out Fd? known))
        {
            return known;
        }

        if (!IsInherited(number))
        {
            return null;
        }

        SysResult copy = Sys.Fcntl(number, FcntlCommand.DuplicateCloseOnExec, 3);
        if (!copy.Ok)
        {
            return null;
        }

        Fd fd = new((int)copy.Value);
        _inherited.Add(number, fd);
        return fd;
    }

    /// <summary>Takes descriptors that the user named for something: a duplicate is kept, and above the standard streams the
    /// number itself is not passed on, or a pipe that was opened for one descriptor would stay open at another.</summary>
    public void Adopt(IEnumerable<int> numbers)
    {
        foreach (int number in numbers)
        {
            if (Inherited(number) is not null && number > 2)
            {
                _ = Sys.Fcntl(number, FcntlCommand.SetDescriptorFlags, 1); // FD_CLOEXEC
            }
        }
    }

    public static bool IsInherited(int number)
    {
        SysResult flags = Sys.Fcntl(number, FcntlCommand.GetDescriptorFlags);
        return flags.Ok && (flags.Value & 1) == 0; // FD_CLOEXEC
    }

    public void Dispose()
    {
        foreach (Fd fd in _made.Values)
        {
            fd.Dispose();
        }

        foreach (IDisposable shared in _shared.Values)
        {
            shared.Dispose();
        }

        foreach (Fd fd in _inherited.Values)
        {
            fd.Dispose();
        }

        _room.Dispose();
    }
}
