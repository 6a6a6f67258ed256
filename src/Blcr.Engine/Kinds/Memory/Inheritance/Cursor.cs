using System.Diagnostics.CodeAnalysis;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>Goes through ascending ranges once, for questions that ascend as well.</summary>
internal sealed class Cursor<T>(IEnumerable<T> ranges, Func<T, ulong> endOf) : IDisposable
    where T : notnull
{
    private readonly IEnumerator<T> _ranges = ranges.GetEnumerator();
    private bool _begun;
    private bool _more;

    /// <summary>The first range that ends behind an address; it may begin behind it too.</summary>
    public bool Reach(ulong address, [NotNullWhen(true)] out T? range)
    {
        if (!_begun)
        {
            (_begun, _more) = (true, _ranges.MoveNext());
        }

        while (_more && endOf(_ranges.Current) <= address)
        {
            _more = _ranges.MoveNext();
        }

        range = _more ? _ranges.Current : default;
        return _more;
    }

    public void Dispose() => _ranges.Dispose();
}
