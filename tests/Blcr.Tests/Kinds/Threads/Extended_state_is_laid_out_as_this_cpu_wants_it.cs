using System.Buffers.Binary;
using Blcr.Engine.Kinds.Threads;
using Xunit;

namespace Blcr.Tests.Kinds.Threads;

/// <summary>Components lie elsewhere on CPUs of another maker.</summary>
public sealed class Extended_state_is_laid_out_as_this_cpu_wants_it
{
    [Fact]
    public void Only_components_in_use_move()
    {
        byte[] saved = new byte[700];
        saved[3] = 1;     // legacy part
        saved[600] = 2;   // component 2
        saved[650] = 3;   // component 3, in its initial state whatever is there
        BinaryPrimitives.WriteUInt64LittleEndian(saved.AsSpan(512), 0b0111);
        uint[] from = Offsets(600, 650), to = Offsets(740, 600), sizes = Offsets(16, 16);

        byte[] moved = ExtendedState.Moved(saved, from, to, sizes, 800);

        Assert.Equal(800, moved.Length);
        Assert.Equal((1, 2, 0), (moved[3], moved[740], moved[600]));
    }

    private static uint[] Offsets(uint second, uint third)
    {
        uint[] values = new uint[20];
        (values[2], values[3]) = (second, third);
        return values;
    }
}
