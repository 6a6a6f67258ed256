using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Linux;
using Blcr.Tests.Write;
using CsCheck;
using Google.Protobuf;
using Xunit;

namespace Blcr.Tests.Read;

public sealed class A_context_file_comes_back_as_it_was_written
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    [InlineData(30000)] // two threads
    public void With_its_metadata_and_every_page(int pages)
    {
        using HandMade made = new(pages);
        string path = made.WriteTo("context.4711");

        using ContextFile file = ContextFile.Open(new Source.FromFile(path));

        Assert.Equal(made.Image, file.Image);
        Assert.Equal((ulong)pages, file.Pages);
        Assert.Equal(0, file.PageDataOffset % Sys.PageSize);
        Assert.True(made.Bytes.AsSpan().SequenceEqual(HandMade.PageDataOf(file)));
        Assert.Equal(Sys.EffectiveUid, file.OwnerUid);
    }

    [Fact]
    public void Whatever_the_lengths_are()
    {
        Gen.Select(Gen.Int[0, 600], Gen.Int[0, 6000], Gen.Bool).Sample((pages, nameLength, backup) =>
        {
            using HandMade made = new(pages, seed: nameLength);
            made.Image.Origin.Host = new string('h', nameLength);
            string path = made.WriteTo("c", backup ? Replace.Backup : Replace.NoClobber);

            using ContextFile file = ContextFile.Open(new Source.FromFile(path));

            return made.Image.Equals(file.Image) && made.Bytes.AsSpan().SequenceEqual(HandMade.PageDataOf(file));
        }, iter: 50, threads: 1);
    }

    [Fact]
    public void Fields_that_this_version_does_not_know_are_kept()
    {
        using HandMade made = new(1);
        byte[] unknown = [0xf2, 0x7d, 0x02, 0x68, 0x69]; // field 2014, two bytes
        made.Image.MergeFrom(unknown);
        string path = made.WriteTo("c");

        using ContextFile file = ContextFile.Open(new Source.FromFile(path));

        Assert.Equal(made.Image.ToByteArray(), file.Image.ToByteArray());
        Assert.EndsWith("hi", System.Text.Encoding.UTF8.GetString(file.Image.ToByteArray()));
    }
}
