namespace Blcr.Engine.Kinds.Memory;

/// <summary>MADV_*, include/uapi/asm-generic/mman-common.h.</summary>
internal static class MemoryAdvice
{
    public const int Random = 1;
    public const int Sequential = 2;
    public const int DontNeed = 4;
    public const int DontFork = 10;
    public const int Mergeable = 12;
    public const int HugePage = 14;
    public const int NoHugePage = 15;
    public const int DontDump = 16;
    public const int WipeOnFork = 18;
    public const int PopulateWrite = 23;   // Linux 5.14
    public const int GuardInstall = 102;   // Linux 6.13
}
