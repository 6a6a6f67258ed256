using System.Runtime.InteropServices;

namespace Blcr.Cli.Options;

/// <summary>A command line as getopt_long(3) of libc reads it: the very function the original called.</summary>
/// <remarks>So abbreviations of long options, options behind operands, POSIXLY_CORRECT, "-S9", "--" and the words
/// for a mistake are what scripts and people are used to (docs/decisions/0003).</remarks>
internal static unsafe partial class GetOptLong
{
    private const char Mistaken = '?'; // what getopt answers to a mistake
    private const int FirstLongValue = 256; // above every character

    /// <param name="command">The name in getopt's own messages.</param>
    /// <param name="words">The arguments without the name.</param>
    /// <param name="forms">What is known.</param>
    /// <param name="report">Write what is wrong to standard error.</param>
    /// <param name="upToFirstOperand">Whatever stands behind the first operand is one too, as with POSIXLY_CORRECT.</param>
    public static GivenWords<TOption> Read<TOption>(
        string command, IReadOnlyList<string> words, IReadOnlyList<OptionForm<TOption>> forms, bool report,
        bool upToFirstOperand = false)
        where TOption : struct, Enum
    {
        using CStrings memory = new();
        byte** argv = memory.Array([command, .. words]);
        byte* letters = memory.String((upToFirstOperand ? "+" : "") + Letters(forms));
        LongOption* names = Names(forms, memory, out List<int> formOfName);

        Globals libc = Globals.Find();
        *libc.Index = 0; // glibc: start afresh, and look at POSIXLY_CORRECT again
        *libc.Report = report ? 1 : 0;

        List<GivenOption<TOption>> options = [];
        bool wrong = false;
        while (true)
        {
            int got = Read(words.Count + 1, argv, letters, names, null);
            if (got == -1)
            {
                break;
            }

            // "-?" is an option too. It is not among the letters given to getopt, but a mistake with a name: optopt.
            if (got == Mistaken && *libc.Letter != Mistaken)
            {
                wrong = true;
                continue;
            }

            OptionForm<TOption> form = got >= FirstLongValue ? forms[formOfName[got - FirstLongValue]] : ByLetter(forms, (char)got);
            options.Add(new(form.Option, Marshal.PtrToStringUTF8((nint)(*libc.Argument))));
        }

        List<string> operands = [];
        for (int i = *libc.Index; i < words.Count + 1; i++)
        {
            operands.Add(Marshal.PtrToStringUTF8((nint)argv[i])!);
        }

        return new(options, operands, wrong);
    }

    private static string Letters<TOption>(IReadOnlyList<OptionForm<TOption>> forms)
        where TOption : struct, Enum
    {
        string letters = "";
        foreach (OptionForm<TOption> form in forms)
        {
            foreach (char letter in form.Letters.Where(letter => letter != Mistaken))
            {
                letters += form.Argument == OptionArgument.Required ? $"{letter}:" : $"{letter}";
            }
        }

        return letters;
    }

    private static LongOption* Names<TOption>(
        IReadOnlyList<OptionForm<TOption>> forms, CStrings memory, out List<int> formOfName)
        where TOption : struct, Enum
    {
        List<(string Name, int Form)> all = [];
        for (int i = 0; i < forms.Count; i++)
        {
            foreach (string name in forms[i].Names)
            {
                all.Add((name, i));
            }
        }

        LongOption* table = (LongOption*)memory.Zeroed((nuint)((all.Count + 1) * sizeof(LongOption)));
        formOfName = [];
        for (int i = 0; i < all.Count; i++)
        {
            table[i].Name = memory.String(all[i].Name);
            table[i].HasArgument = (int)forms[all[i].Form].Argument;
            // The same value for all names of an option: then "--verb" is not ambiguous because of a synonym.
            int first = formOfName.IndexOf(all[i].Form);
            table[i].Value = FirstLongValue + (first < 0 ? i : first);
            formOfName.Add(all[i].Form);
        }

        return table;
    }

    private static OptionForm<TOption> ByLetter<TOption>(IReadOnlyList<OptionForm<TOption>> forms, char letter)
        where TOption : struct, Enum
    {
        foreach (OptionForm<TOption> form in forms)
        {
            if (form.Letters.Contains(letter))
            {
                return form;
            }
        }

        throw new InvalidOperationException($"getopt_long gave '{letter}', which is no option");
    }

    // optarg, optind, opterr and optopt are variables of libc.
    private readonly struct Globals
    {
        public byte** Argument { get; private init; }

        public int* Index { get; private init; }

        public int* Report { get; private init; }

        public int* Letter { get; private init; }

        public static Globals Find() => new()
        {
            Argument = (byte**)Symbol("optarg"),
            Index = (int*)Symbol("optind"),
            Report = (int*)Symbol("opterr"),
            Letter = (int*)Symbol("optopt"),
        };

        private static nint Symbol(string name) => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name);
    }

    // struct option of getopt.h
    [StructLayout(LayoutKind.Sequential)]
    private struct LongOption
    {
        public byte* Name;
        public int HasArgument; // no_argument 0, required_argument 1, optional_argument 2
        public int* Flag;
        public int Value;
    }

    [LibraryImport("libc", EntryPoint = "getopt_long")]
    private static partial int Read(int argc, byte** argv, byte* letters, LongOption* names, int* index);
}
