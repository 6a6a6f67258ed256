using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>Pseudo-terminals: each pair with one master, and every side with its pair.</summary>
internal static class TerminalStructure
{
    private const uint HighestNumber = 1 << 20; // NR_UNIX98_PTY_MAX
    private const int HighestPid = 1 << 22;
    private const int MostOutput = 64 << 10;    // what waits at the master: a queue and its flip buffers, with much to spare
    private const int MostInput = 4096;         // N_TTY_BUF_SIZE: it is written at once

    public static void Check(Structure structure, ContextImage image)
    {
        HashSet<uint> pairs = [];
        foreach (PseudoTerminal terminal in image.PseudoTerminals)
        {
            CheckPair(structure, terminal);
            if (!pairs.Add(terminal.Number))
            {
                structure.Refuse($"terminal {terminal.Number} is there twice");
            }
        }

        HashSet<uint> mastered = [];
        foreach (OpenDescription description in image.Descriptions)
        {
            if (description.PseudoTerminalEnd is PseudoTerminalEnd end)
            {
                CheckEnd(structure, end, pairs, mastered);
            }
        }

        if (mastered.Count != pairs.Count)
        {
            structure.Refuse("a terminal has lost its master");
        }
    }

    private static void CheckPair(Structure structure, PseudoTerminal terminal)
    {
        bool sane = terminal.Number < HighestNumber
            && terminal.Settings.Length == TerminalSettings.Size
            && terminal.LockedSettings.Length is 0 or TerminalSettings.OldSize
            && terminal is { Rows: <= ushort.MaxValue, Columns: <= ushort.MaxValue, Width: <= ushort.MaxValue, Height: <= ushort.MaxValue }
            && terminal.Session is >= 0 and <= HighestPid && terminal.Foreground is >= 0 and <= HighestPid
            && (terminal.Session == 0 || terminal.Opened)
            && terminal.Mode <= 0xfff
            && terminal.Output.Length <= MostOutput && terminal.Input.Length <= MostInput
            && (terminal.Opened || (terminal.Output.Length == 0 && terminal.Input.Length == 0));
        long lines = 0;
        foreach (uint length in terminal.Lines)
        {
            sane = sane && length > 0;
            lines += length;
        }

        if (!sane || lines > terminal.Input.Length)
        {
            structure.Refuse($"terminal {terminal.Number} makes no sense");
        }
    }

    private static void CheckEnd(Structure structure, PseudoTerminalEnd end, HashSet<uint> pairs, HashSet<uint> mastered)
    {
        bool sane = end.Side switch
        {
            PseudoTerminalSide.SideHungUp => end.Number < HighestNumber,
            PseudoTerminalSide.SideMaster => pairs.Contains(end.Number) && mastered.Add(end.Number),
            PseudoTerminalSide.SideSlave or PseudoTerminalSide.SideControlling => pairs.Contains(end.Number),
            _ => false,
        };
        if (!sane)
        {
            structure.Refuse($"a side of terminal {end.Number} makes no sense");
        }

        FileStructure.CheckPath(structure, end.Path, $"a side of terminal {end.Number}");
    }
}
