using System.IO.Hashing;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Tells vdsos apart: threads stand in them, and return addresses and resolved functions point into them.</summary>
internal static class VdsoDigest
{
    public static byte[] OfRunningKernel() => XxHash128.Hash(OwnVdso.Code());
}
