using System.Text;
using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Linux;
using Xunit;

namespace Blcr.Tests.Write;

public sealed class A_full_disk_costs_nothing_but_the_checkpoint
{
    [Theory]
    [InlineData(Replace.Atomic, 400)]
    [InlineData(Replace.Atomic, 6000)]
    [InlineData(Replace.Backup, 6000)]
    public void The_old_context_file_is_still_there_and_whole(Replace replace, int pages)
    {
        using HandMade small = new(pages: 5);
        using HandMade large = new(pages);
        using SmallDisk disk = new(small.Folder);
        string path = disk.PathOf("context.4711");
        small.Write(new Destination.ToFile(path, replace));

        RefusedException refusal = Assert.Throws<RefusedException>(() => large.Write(new Destination.ToFile(path, replace)));

        Assert.Equal((int)Errno.NoSpace, refusal.Code);
        Assert.Equal(["context.4711"], Sys.ListDirectory(disk.Root).Value!);
        using ContextFile file = ContextFile.Open(new Source.FromFile(path));
        Assert.Equal(small.Image, file.Image);
    }

    [Theory]
    [InlineData(Replace.Clobber)]
    [InlineData(Replace.NoClobber)]
    public void Half_a_context_file_does_not_stay(Replace replace)
    {
        using HandMade large = new(pages: 6000);
        using SmallDisk disk = new(large.Folder);
        string path = disk.PathOf("context.4711");

        RefusedException refusal = Assert.Throws<RefusedException>(() => large.Write(new Destination.ToFile(path, replace)));

        Assert.Equal((int)Errno.NoSpace, refusal.Code);
        Assert.Empty(Sys.ListDirectory(disk.Root).Value!);
    }

    [Fact]
    public void A_directory_does_not_stay_either()
    {
        using HandMade large = new(pages: 6000);
        using SmallDisk disk = new(large.Folder);

        Assert.Throws<RefusedException>(() => large.Write(new Destination.ToDirectory(disk.PathOf("job"))));

        Assert.Empty(Sys.ListDirectory(disk.Root).Value!);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6000)]
    public void A_full_device_behind_a_descriptor_is_told(int pages)
    {
        using HandMade made = new(pages);
        using Fd full = Sys.Open("/dev/full", OpenFlags.WriteOnly).Value!;

        RefusedException refusal = Assert.Throws<RefusedException>(() => made.Write(new Destination.ToDescriptor(full.Number)));

        Assert.Equal((int)Errno.NoSpace, refusal.Code);
        Assert.Contains("No space left on device", refusal.Obstacles[0].Held);
    }

    /// <summary>A file system of one megabyte, as root.</summary>
    private sealed unsafe class SmallDisk : IDisposable
    {
        public SmallDisk(Folder below)
        {
            Assert.SkipUnless(Sys.EffectiveUid == 0, "mounting a small file system takes root");
            Root = below.PathOf("disk");
            Directory.CreateDirectory(Root);
            fixed (byte* type = "tmpfs\0"u8, where = Bytes(Root), options = "size=1m\0"u8)
            {
                SysResult mounted = Sys.Call(SyscallNumber.Mount, (nint)type, (nint)where, (nint)type, 0, (nint)options);
                Assert.SkipUnless(mounted.Ok, $"mounting a small file system: {mounted.Error}");
            }
        }

        public string Root { get; }

        public string PathOf(string name) => Path.Combine(Root, name);

        public void Dispose()
        {
            fixed (byte* where = Bytes(Root))
            {
                // MNT_DETACH: a child that another test is just starting may hold a copy of our descriptors until it executes.
                Sys.Call(SyscallNumber.Umount2, (nint)where, 2);
            }
        }

        private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text + "\0");
    }
}
