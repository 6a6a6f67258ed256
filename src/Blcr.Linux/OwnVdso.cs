namespace Blcr.Linux;

/// <summary>The vdso and its data pages as the running kernel maps them into every process (this one is looked at).</summary>
/// <remarks>man 7 vdso; arch/x86/entry/vdso/vma.c.</remarks>
public static unsafe class OwnVdso
{
    public static bool IsVdsoPart(string name) => name == "[vdso]" || IsDataPart(name);

    /// <summary>"[vvar]"; "[vvar_vclock]" from Linux 6.13 on.</summary>
    public static bool IsDataPart(string name) => name.StartsWith("[vvar", StringComparison.Ordinal);

    /// <summary>The parts, by address; empty if the kernel was started with vdso=0.</summary>
    public static List<ProcVma> Parts() =>
        ProcVma.ReadLines(Environment.ProcessId).Value?.FindAll(vma => IsVdsoPart(vma.Name)) ?? [];

    /// <summary>The code, byte for byte. It changes with the kernel and, by patched alternatives, with the CPU's features.</summary>
    public static byte[] Code()
    {
        ProcVma? vdso = Parts().Find(part => part.Name == "[vdso]");
        return vdso is null ? [] : new ReadOnlySpan<byte>((void*)vdso.Start, (int)(vdso.End - vdso.Start)).ToArray();
    }
}
