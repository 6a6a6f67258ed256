using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Blcr.Cli.Options;
using Blcr.Cli.Running;
using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>What a child does before it becomes another program: a list of system calls, made by <see cref="ChildCode"/>.</summary>
internal sealed unsafe class ChildProgram : IDisposable
{
    private readonly List<(string Purpose, ChildCall Call)> _calls = [];
    private readonly Fd _errors;
    private readonly Fd _errorsOfChild;

    public ChildProgram()
    {
        Errno error = Sys.Pipe(OpenFlags.CloseOnExec, out Fd? read, out Fd? write);
        if (error != Errno.None)
        {
            throw new InvalidOperationException($"no pipe: {error}");
        }

        _errors = read!;
        _errorsOfChild = write!;
    }

    /// <summary>What the calls point to; lives as long as this.</summary>
    public CStrings Memory { get; } = new();

    /// <param name="purpose">Completes "cannot …".</param>
    public void Add(string purpose, int number, long a0 = 0, long a1 = 0, long a2 = 0, long a3 = 0, long a4 = 0) =>
        _calls.Add((purpose, new ChildCall(number, a0, a1, a2, a3, a4, OnlyChild: 0)));

    /// <summary>The rest of the list is for a child of the child, whose parent is this process.</summary>
    public void AddBirth()
    {
        CloneArguments* arguments = (CloneArguments*)Memory.Zeroed((nuint)sizeof(CloneArguments));
        *arguments = new CloneArguments { Flags = CloneFlags.Parent };
        _calls.Add(("make a process", new ChildCall(SyscallNumber.Clone3, (nint)arguments, sizeof(CloneArguments), 0, 0, 0, OnlyChild: 1)));
    }

    /// <summary>Becomes the executable of this process again.</summary>
    /// <param name="name">What it is called, which says what it has to do.</param>
    /// <param name="number">Its first word.</param>
    /// <param name="firstWord">Behind that come our own words, from the one with this number in argv on.</param>
    public void AddExecute(string name, int number, int firstWord) =>
        AddExecute(new Execution(name, [number.ToString(CultureInfo.InvariantCulture)], firstWord));

    /// <summary>Becomes one of our commands.</summary>
    public void AddExecute(Execution execution)
    {
        byte** own = execution.OwnWordsFrom is int from ? ArgumentBytes.From(from, Memory) : (byte**)Memory.Zeroed((nuint)sizeof(byte*));
        int first = execution.Words.Count + 1;
        int count = LengthOf(own);
        byte** words = (byte**)Memory.Zeroed((nuint)((first + count + 1) * sizeof(byte*)));
        words[0] = Memory.String(execution.Name);
        for (int i = 1; i < first; i++)
        {
            words[i] = Memory.String(execution.Words[i - 1]);
        }

        new Span<nint>(own, count).CopyTo(new Span<nint>(words + first, count));
        byte* path = Memory.String(execution.Path);
        Add("start the command again", SyscallNumber.Execve, (nint)path, (nint)words, (nint)EnvironmentWith(execution.Variable));
    }

    /// <summary>Makes the child. Its calls run beside us.</summary>
    /// <returns>Its pid, or the error of clone3(2).</returns>
    public SysResult Start(CloneArguments arguments)
    {
        ChildCall[] calls = [.. _calls.Select(each => each.Call)];
        using CodePage page = new();
        delegate* unmanaged<CloneArguments*, nint, ChildCall*, nint, int, nint> start =
            (delegate* unmanaged<CloneArguments*, nint, ChildCall*, nint, int, nint>)page.Address;
        fixed (ChildCall* first = calls)
        {
            nint result = start(&arguments, sizeof(CloneArguments), first, calls.Length, _errorsOfChild.Number);
            return result < 0 ? new SysResult(-1, (Errno)(-result)) : new SysResult(result, Errno.None);
        }
    }

    /// <summary>Waits until the child is the other program; null, or what it could not do and why.</summary>
    public (string Purpose, Errno Error)? AwaitExecution()
    {
        _errorsOfChild.Dispose(); // the child's own is close-on-exec: then the end is seen
        Span<byte> words = stackalloc byte[2 * sizeof(long)];
        SysResult got;
        do
        {
            got = Sys.Read(_errors, words);
        }
        while (got.Error == Errno.Interrupted);

        return got.Value == words.Length
            ? (_calls[(int)BinaryPrimitives.ReadInt64LittleEndian(words)].Purpose, (Errno)(-BinaryPrimitives.ReadInt64LittleEndian(words[sizeof(long)..])))
            : null;
    }

    public void Dispose()
    {
        Memory.Dispose();
        _errors.Dispose();
        _errorsOfChild.Dispose();
    }

    private byte** EnvironmentWith(string? variable)
    {
        byte** own = EnvironmentBytes.From(Memory);
        if (variable is null)
        {
            return own;
        }

        int count = LengthOf(own);
        byte** all = (byte**)Memory.Zeroed((nuint)((count + 2) * sizeof(byte*)));
        all[0] = Memory.String(variable);
        new Span<nint>(own, count).CopyTo(new Span<nint>(all + 1, count));
        return all;
    }

    private static int LengthOf(byte** array)
    {
        int count = 0;
        while (array[count] != null)
        {
            count++;
        }

        return count;
    }

    private sealed class CodePage : IDisposable
    {
        public CodePage()
        {
            SysResult page = Sys.MemoryMap(Sys.PageSize, MemoryProtection.Read | MemoryProtection.Write, MapFlags.Private | MapFlags.Anonymous);
            Address = (nint)page.Value;
            ChildCode.Assemble((ulong)Address).CopyTo(new Span<byte>((void*)Address, Sys.PageSize));
            _ = Sys.MemoryProtect(Address, Sys.PageSize, MemoryProtection.Read | MemoryProtection.Execute);
        }

        public nint Address { get; }

        public void Dispose() => _ = Sys.Call(SyscallNumber.Munmap, Address, Sys.PageSize);
    }
}

/// <summary>What a child becomes.</summary>
/// <param name="Name">What it is called, which says what it has to do.</param>
/// <param name="Words">Its first words.</param>
/// <param name="OwnWordsFrom">Behind them come our own, from the one with this number in argv on; null: none of them.</param>
/// <param name="Variable">NAME=VALUE, in front of our environment.</param>
/// <param name="Path">The file.</param>
internal sealed record Execution(
    string Name, IReadOnlyList<string> Words, int? OwnWordsFrom = null, string? Variable = null, string Path = Execution.OwnFile)
{
    /// <summary>That of this process, whatever has become of its name.</summary>
    public const string OwnFile = "/proc/self/exe";
}

/// <summary>A system call of a <see cref="ChildProgram"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ChildCall(long Number, long A0, long A1, long A2, long A3, long A4, long A5, long OnlyChild)
{
    public ChildCall(long number, long a0, long a1, long a2, long a3, long a4, long OnlyChild)
        : this(number, a0, a1, a2, a3, a4, 0, OnlyChild)
    {
    }
}
