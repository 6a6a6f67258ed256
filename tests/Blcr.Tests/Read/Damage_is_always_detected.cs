using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Linux;
using Blcr.Tests.Write;
using Xunit;

namespace Blcr.Tests.Read;

public sealed class Damage_is_always_detected : IDisposable
{
    private readonly HandMade _made = new(pages: 2);

    public void Dispose() => _made.Dispose();

    [Fact]
    public void Every_single_byte_flipped_in_turn()
    {
        byte[] whole = _made.ToBytes();
        using Damaged file = new(_made.Folder, whole);

        for (int at = 0; at < whole.Length; at++)
        {
            byte changed = (byte)(whole[at] ^ (1 << (at % 8)));
            file.Put(at, changed);
            Assert.True(file.IsRefused(), $"byte {at} of {whole.Length} was {whole[at]:x2}, is {changed:x2}: not noticed");
            file.Put(at, whole[at]);
        }

        Assert.False(file.IsRefused(), "the file itself, all bytes put back, was refused");
    }

    [Fact]
    public void Every_length_it_can_be_cut_to()
    {
        byte[] whole = _made.ToBytes();
        using Damaged file = new(_made.Folder, whole);

        for (int length = whole.Length - 1; length >= 0; length--)
        {
            file.Cut(length);
            Assert.True(file.IsRefused(), $"cut to {length} of {whole.Length} bytes: not noticed");
        }
    }

    [Fact]
    public void Bytes_behind_the_end()
    {
        byte[] whole = _made.ToBytes();
        using Damaged file = new(_made.Folder, [.. whole, 0]);

        Assert.True(file.IsRefused());
    }

    [Fact]
    public void The_halves_of_two_files()
    {
        byte[] whole = _made.ToBytes();
        byte[] other = _made.ToBytes();
        Assert.NotEqual(whole, other); // the same process twice, but not the same context

        for (int cut = 4096; cut < whole.Length; cut += 4096)
        {
            using Damaged file = new(_made.Folder, [.. whole[..cut], .. other[cut..]]);
            Assert.True(file.IsRefused(), $"joined at {cut}: not noticed");
        }
    }

    /// <summary>One file that is damaged in many ways.</summary>
    private sealed class Damaged : IDisposable
    {
        private readonly string _path;
        private readonly Fd _file;

        public Damaged(Folder folder, byte[] bytes)
        {
            _path = folder.PathOf("damaged");
            File.WriteAllBytes(_path, bytes);
            _file = Sys.Open(_path, OpenFlags.ReadWrite).Value!;
        }

        public void Put(int at, byte value) => Assert.Equal(1, Sys.WriteAt(_file, [value], at).Value);

        public void Cut(int length) => Assert.True(Sys.SetSize(_file, length).Ok);

        public bool IsRefused()
        {
            try
            {
                using ContextFile file = ContextFile.Open(new Source.FromFile(_path));
                return false;
            }
            catch (RefusedException refusal)
            {
                Assert.Contains(refusal.Code, new[] { (int)Errno.Invalid, ErrorCode.Version });
                return true;
            }
        }

        public void Dispose() => _file.Dispose();
    }
}
