namespace Blcr.Engine.SyscallPrograms;

/// <summary>How bytes that a program reads are written down, piece by piece: a table for a call of the runner's own.</summary>
/// <remarks>What read(2) gives at once is a piece; where it ends is part of what is read (lines of a terminal), and no list of
/// system calls can keep that for whoever writes it back when we are dead. So the runner can look a byte up.</remarks>
internal sealed class Transcription
{
    /// <summary>Instead of a system call's number. Arguments: descriptor, buffer, its size, length written so far, tables,
    /// length of the first piece, which is in the buffer already, or an error. Reads on until that fails; gives the new length.</summary>
    public const int Operation = -1;

    /// <summary>A queue of a terminal has fewer pieces: each takes a byte of it (N_TTY_BUF_SIZE, drivers/tty/n_tty.c). A
    /// terminal that is hung up gives empty ones for ever.</summary>
    public const int MostReads = 4096;

    /// <summary>Entries have four bytes: three to be written, and how many of them count.</summary>
    public const int LengthAt = 3;

    /// <summary>Index of the entries for a piece's last byte; in front of them are those for any other.</summary>
    public const int LastAt = 256;

    /// <summary>Index of the entry for a piece without a byte.</summary>
    public const int EmptyAt = 512;

    private readonly byte[] _tables = new byte[(EmptyAt + 1) * 4];

    /// <param name="inner">What stands for a byte that is not the last of its piece.</param>
    /// <param name="last">What stands for one that is.</param>
    /// <param name="empty">What stands for an empty piece.</param>
    public Transcription(Func<byte, byte[]> inner, Func<byte, byte[]> last, ReadOnlySpan<byte> empty)
    {
        for (int each = 0; each < LastAt; each++)
        {
            Set(each, inner((byte)each));
            Set(LastAt + each, last((byte)each));
        }

        Set(EmptyAt, empty);
    }

    /// <summary>The tables, as the runner wants them.</summary>
    public ReadOnlySpan<byte> Tables => _tables;

    /// <summary>Adds the operation to a program.</summary>
    /// <param name="program">Where it goes.</param>
    /// <param name="what">Completes "could not …".</param>
    /// <param name="descriptor">Read until that gives an error; -1 gives one at once.</param>
    /// <param name="buffer">What is read into.</param>
    /// <param name="size">Of the buffer. What is written lies right behind it and takes up to three bytes for each, and four more.</param>
    /// <param name="soFar">Bytes there already.</param>
    /// <param name="piece">What reading into the buffer gave: the first piece's length, or an error, and then nothing is done.</param>
    /// <returns>Bytes there then.</returns>
    public Result Add(SyscallProgram program, string what, Arg descriptor, Arg buffer, int size, Arg soFar, Arg piece) =>
        program.TryCall(what, Operation, descriptor, buffer, size, soFar, program.Input(Tables), piece);

    private void Set(int index, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_tables.AsSpan(index * 4, LengthAt));
        _tables[(index * 4) + LengthAt] = (byte)bytes.Length;
    }
}
