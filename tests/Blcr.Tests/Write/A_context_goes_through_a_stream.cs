using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Engine.Write;
using Blcr.Linux;
using Blcr.Tests.Read;
using Xunit;

namespace Blcr.Tests.Write;

/// <summary>--fd of both commands, and FIFOs.</summary>
public sealed class A_context_goes_through_a_stream
{
    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(20000)]
    public void From_a_writer_to_a_reader_that_are_both_at_work(int pages)
    {
        using HandMade made = new(pages);
        (Fd readEnd, Fd writeEnd) = Pipe();
        using Fd reading = readEnd;
        Thread writer = new(() =>
        {
            using Fd writing = writeEnd;
            made.Write(new Destination.ToDescriptor(writing.Number), sync: true);
            Sys.Write(writing, "what comes next"u8);
        });
        writer.Start();

        using ContextFile file = ContextFile.Open(new Source.FromDescriptor(reading.Number));

        writer.Join();
        Assert.Equal(made.Image, file.Image);
        Assert.True(made.Bytes.AsSpan().SequenceEqual(HandMade.PageDataOf(file)));
        byte[] next = new byte[100];
        Assert.Equal("what comes next"u8.ToArray(), next[..(int)Sys.Read(reading, next).Value]);
    }

    [Fact]
    public void A_stream_that_ends_too_early_is_refused()
    {
        using HandMade made = new(pages: 2);
        byte[] whole = made.ToBytes();
        foreach (int length in new[] { 0, 7, 127, 128, 4096, whole.Length - 1 })
        {
            (Fd readEnd, Fd writeEnd) = Pipe();
            using Fd reading = readEnd;
            Assert.Equal(length, Sys.Write(writeEnd, whole.AsSpan(0, length)).Value);
            writeEnd.Dispose();

            Assert.Throws<RefusedException>(() => ContextFile.Open(new Source.FromDescriptor(reading.Number)));
        }
    }

    [Fact]
    public void A_reader_that_goes_away_is_told()
    {
        using HandMade made = new(pages: 3000);
        (Fd readEnd, Fd writeEnd) = Pipe();
        using Fd writing = writeEnd;
        readEnd.Dispose();

        RefusedException refusal = Assert.Throws<RefusedException>(() => made.Write(new Destination.ToDescriptor(writing.Number)));

        Assert.Equal((int)Errno.BrokenPipe, refusal.Code);
    }

    [Fact]
    public void A_reader_that_sleeps_does_not_hold_the_program_beyond_the_time_limit()
    {
        using HandMade made = new(pages: 3000);
        (Fd readEnd, Fd writeEnd) = Pipe();
        using Fd reading = readEnd;
        using Fd writing = writeEnd;
        CheckpointRequest request = HandMade.Request(
            new Destination.ToDescriptor(writing.Number), limit: TimeSpan.FromMilliseconds(300));
        using ContextWriter writer = ContextWriter.Open(request);

        RefusedException refusal = Assert.Throws<RefusedException>(() => writer.Write(made.Dump(request)));

        Assert.Equal((int)Errno.TimedOut, refusal.Code);
    }

    [Fact]
    public void An_interruption_is_noticed_while_nobody_reads()
    {
        using HandMade made = new(pages: 3000);
        (Fd readEnd, Fd writeEnd) = Pipe();
        using Fd reading = readEnd;
        using Fd writing = writeEnd;
        long until = Environment.TickCount64 + 300;
        CheckpointRequest request = HandMade.Request(new Destination.ToDescriptor(writing.Number)) with
        {
            Interrupted = () => Environment.TickCount64 > until,
        };
        using ContextWriter writer = ContextWriter.Open(request);

        RefusedException refusal = Assert.Throws<RefusedException>(() => writer.Write(made.Dump(request)));

        Assert.Equal((int)Errno.Interrupted, refusal.Code);
        Assert.Equal(0, Sys.Fcntl(writing, FcntlCommand.GetStatusFlags).Value & (long)OpenFlags.NonBlocking);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Through_a_socket_too(bool readerSleeps)
    {
        using HandMade made = new(pages: 3000);
        (Fd reading, Fd writing) = Sockets();
        CheckpointRequest request = HandMade.Request(
            new Destination.ToDescriptor(writing.Number), limit: TimeSpan.FromSeconds(readerSleeps ? 0.3 : 30));
        ContextFile? file = null;
        Thread reader = new(() => file = readerSleeps ? null : ContextFile.Open(new Source.FromDescriptor(reading.Number)));
        reader.Start();
        using (ContextWriter writer = ContextWriter.Open(request))
        {
            if (readerSleeps)
            {
                RefusedException refusal = Assert.Throws<RefusedException>(() => writer.Write(made.Dump(request)));
                Assert.Equal((int)Errno.TimedOut, refusal.Code);
            }
            else
            {
                writer.Write(made.Dump(request));
                writer.Complete();
            }
        }

        reader.Join();
        Assert.True(readerSleeps || made.Image.Equals(file!.Image));
        file?.Dispose();
        reading.Dispose();
        writing.Dispose();
    }

    [Fact]
    public void Regular_files_are_used_from_their_position_on()
    {
        using HandMade made = new(pages: 2);
        string path = made.Folder.PathOf("several");
        using Fd file = Sys.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, 0x180).Value!;
        Sys.Write(file, new byte[100]);
        made.Write(new Destination.ToDescriptor(file.Number));
        made.Write(new Destination.ToDescriptor(file.Number), sync: true);
        long end = Sys.Seek(file, 0, SeekFrom.Current).Value;

        Sys.Seek(file, 100, SeekFrom.Start);
        ContextFile.Open(new Source.FromDescriptor(file.Number)).Dispose();
        using ContextFile second = ContextFile.Open(new Source.FromDescriptor(file.Number));

        Assert.Equal(end, Sys.Seek(file, 0, SeekFrom.Current).Value);
        Assert.True(made.Bytes.AsSpan().SequenceEqual(HandMade.PageDataOf(second)));
    }

    [Fact]
    public void A_file_opened_for_appending_gets_it_at_its_end()
    {
        using HandMade made = new(pages: 5000);
        string path = made.Folder.PathOf("appended");
        File.WriteAllBytes(path, new byte[4096]);
        using (Fd file = Sys.Open(path, OpenFlags.WriteOnly | OpenFlags.Append).Value!)
        {
            made.Write(new Destination.ToDescriptor(file.Number));
        }

        using Fd reading = Sys.Open(path, OpenFlags.ReadOnly).Value!;
        Sys.Seek(reading, 4096, SeekFrom.Start);
        using ContextFile read = ContextFile.Open(new Source.FromDescriptor(reading.Number));
        Assert.True(made.Bytes.AsSpan().SequenceEqual(HandMade.PageDataOf(read)));
    }

    [Fact]
    public void Descriptors_that_cannot_take_it_are_refused()
    {
        using HandMade made = new(pages: 1);
        using Fd reading = Sys.Open("/dev/null", OpenFlags.ReadOnly).Value!;

        Assert.Equal((int)Errno.BadDescriptor, RefusalOf(9999).Code);
        Assert.Equal((int)Errno.BadDescriptor, RefusalOf(reading.Number).Code);

        RefusedException RefusalOf(int number) => Assert.Throws<RefusedException>(
            () => ContextWriter.Open(HandMade.Request(new Destination.ToDescriptor(number))));
    }

    [Fact]
    public void A_fifo_works_in_the_place_of_a_file()
    {
        using HandMade made = new(pages: 500);
        string path = made.Folder.PathOf("fifo");
        Other_files_are_told_apart.MakeFifo(path);
        Thread writer = new(() => made.Write(new Destination.ToFile(path, Replace.Clobber)));
        writer.Start();

        // As cr_restart does: it waits for the writer, and then reads.
        using Fd fifo = Sys.Open(path, OpenFlags.ReadOnly).Value!;
        using ContextFile file = ContextFile.Open(new Source.FromDescriptor(fifo.Number));

        writer.Join();
        Assert.Equal(made.Image, file.Image);
        Assert.Contains("fifo", made.Folder.Names());
    }

    private static unsafe (Fd, Fd) Sockets()
    {
        int* ends = stackalloc int[2];
        Assert.True(Sys.Call(SyscallNumber.Socketpair, 1, 1 | (long)OpenFlags.CloseOnExec, 0, (nint)ends).Ok); // AF_UNIX, SOCK_STREAM
        return (new Fd(ends[0]), new Fd(ends[1]));
    }

    private static unsafe (Fd ReadEnd, Fd WriteEnd) Pipe()
    {
        int* ends = stackalloc int[2];
        Assert.True(Sys.Call(SyscallNumber.Pipe2, (nint)ends, (long)OpenFlags.CloseOnExec).Ok);
        return (new Fd(ends[0]), new Fd(ends[1]));
    }
}
