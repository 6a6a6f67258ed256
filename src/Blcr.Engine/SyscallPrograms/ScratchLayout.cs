namespace Blcr.Engine.SyscallPrograms;

/// <summary>Where things are in the scratch memory that the runner works in. Offsets in bytes from its start.</summary>
/// <remarks>Known to the encoder, the tracer and the machine code (Arch). The first part lives as long as the scratch
/// memory; the second, from <see cref="Run"/> on, is written anew with each program, in one go.</remarks>
internal static class ScratchLayout
{
    /// <summary>Bytes of scratch memory. Only touched pages cost anything.</summary>
    public const int Size = 1024 * 1024;

    /// <summary>struct pollfd: what the parked runner watches; a negative descriptor is nothing (man 2 poll).</summary>
    public const int PollFd = 0x00;

    /// <summary>Address of the time limit of parking; 0: none.</summary>
    public const int ParkLimit = 0x08;

    /// <summary>struct timespec that ParkLimit may point to.</summary>
    public const int Time = 0x10;

    /// <summary>Calls that put back what programs left in the task, made by the runner before it leaves.</summary>
    public const int Undo = 0x20;

    public const int UndoEntries = 8;

    /// <summary>Written anew with each program from here on.</summary>
    public const int Run = 0x260;

    /// <summary>Two words for the runner's arithmetic; the second stays 0.</summary>
    public const int Temporary = Run;

    /// <summary>0 while a program runs, then <see cref="DoneMark"/>.</summary>
    public const int Done = Run + 0x10;

    public const int DoneMark = 1;

    /// <summary>Calls made.</summary>
    public const int Made = Run + 0x18;

    /// <summary>The calls, one <see cref="Entry"/> each, and one of zeros behind the last. Then the data, 16-aligned.</summary>
    public const int Entries = Run + 0x20;

    /// <summary>A call: 80 bytes.</summary>
    public static class Entry
    {
        public const int Number = 0;
        public const int FirstArgument = 8;    // six of them

        /// <summary>Before the call: minus the expected value. After it: the value given.</summary>
        public const int Value = 56;

        /// <summary>Address of the first place that wants the value; that place holds the address of the next.</summary>
        public const int Wanted = 64;

        public const int Mode = 72;
        public const int Size = 80;
    }

    /// <summary>Ends a chain of places that want a value. Not 0: an undo call's argument that never got its value must
    /// be a descriptor or address that cannot exist.</summary>
    public const long NobodyWants = -1;

    /// <summary>What the runner expects of a call.</summary>
    public static class Mode
    {
        public const int End = 0;
        public const int Success = 1;
        public const int Anything = 2;
        public const int Exactly = 3;
    }

    /// <summary>A call of the undo list. 64 bytes; a number of 0 ends the list.</summary>
    /// <remarks>The 16 bytes in front of the argument are room for a struct cmsghdr, so that recvmsg(2) can put a
    /// descriptor it received straight into the argument: the kernel writes it there before anyone can use it. A call that
    /// takes a pointer has what it points to there.</remarks>
    public static class UndoEntry
    {
        public const int MessageHeader = 0;
        public const int Argument = 16;
        public const int SecondArgument = 24;
        public const int Number = 32;
        public const int ThirdArgument = 40;
        public const int FourthArgument = 48;
        public const int FifthArgument = 56;
        public const int Size = 64;
    }
}
