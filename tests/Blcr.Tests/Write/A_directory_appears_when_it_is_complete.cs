using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Engine.Write;
using Blcr.Linux;
using Xunit;

namespace Blcr.Tests.Write;

/// <summary>--dir of both commands.</summary>
public sealed class A_directory_appears_when_it_is_complete : IDisposable
{
    private readonly HandMade _made = new(pages: 3);

    private string Target => _made.Folder.PathOf("job");

    public void Dispose() => _made.Dispose();

    [Fact]
    public void With_one_file_for_each_process()
    {
        _made.Write(new Destination.ToDirectory(Target), sync: true);

        Assert.Equal(["context.4711"], Sys.ListDirectory(Target).Value!);
        using ContextFile file = ContextFile.Open(new Source.FromDirectory(Target));
        Assert.Equal(_made.Image, file.Image);
        Assert.Equal(["job"], _made.Folder.Names());
    }

    [Fact]
    public void An_empty_one_may_be_there()
    {
        Directory.CreateDirectory(Target);

        _made.Write(new Destination.ToDirectory(Target + "/"));

        Assert.Equal(["context.4711"], Sys.ListDirectory(Target).Value!);
    }

    [Fact]
    public void One_with_anything_in_it_is_refused()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "mine"), "");

        RefusedException refusal = Assert.Throws<RefusedException>(() => _made.Write(new Destination.ToDirectory(Target)));

        Assert.Equal((int)Errno.Exists, refusal.Code);
        Assert.Equal(["job"], _made.Folder.Names());
    }

    [Fact]
    public void A_checkpoint_given_up_leaves_none()
    {
        CheckpointRequest request = HandMade.Request(new Destination.ToDirectory(Target));
        using (ContextWriter writer = ContextWriter.Open(request))
        {
            writer.Write(_made.Dump(request));
        }

        Assert.Empty(_made.Folder.Names());
    }

    [Fact]
    public void One_without_a_context_in_it_cannot_be_restarted()
    {
        Directory.CreateDirectory(Target);

        RefusedException refusal = Assert.Throws<RefusedException>(() => ContextFile.Open(new Source.FromDirectory(Target)));

        Assert.Equal((int)Errno.NoEntry, refusal.Code);
    }
}
