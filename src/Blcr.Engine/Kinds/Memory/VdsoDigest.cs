using System.IO.Hashing;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Tells vdsos apart: threads stand in them, and return addresses and resolved functions point into them.</summary>
internal static class VdsoDigest
{
    private static readonly Lazy<byte[]> Running = new(() => XxHash128.Hash(OwnVdso.Code()));

    public static byte[] OfRunningKernel() => Running.Value;
}
