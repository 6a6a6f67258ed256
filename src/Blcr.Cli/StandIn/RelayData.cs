using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>What <see cref="RelayCode"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RelayData
{
    public const int PipeOffset = 0;
    public const int PidOffset = 4;
    public const int HandlersOffset = 8;

    /// <summary>Descriptor it writes to.</summary>
    public int Pipe;

    /// <summary>This process.</summary>
    public int Pid;

    /// <summary>By signal: what was there before.</summary>
    public fixed ulong Handlers[Signal.Last + 1];
}
