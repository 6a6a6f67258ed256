using System.Text;
using Blcr.Engine;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.ChosenFolders;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Cli.Info;

/// <summary>What is in a context file, for a person.</summary>
internal static class ContextText
{
    /// <param name="name">As the user named it.</param>
    /// <param name="file">The file, open.</param>
    /// <param name="verified">Whether every page was compared with its checksum.</param>
    public static string Of(string name, ContextFile file, bool verified)
    {
        ContextImage image = file.Image;
        Origin origin = image.Origin ?? new Origin();
        int threads = image.Processes.Sum(process => process.Threads.Count);
        string verdict = verified ? "whole and undamaged" : "not verified (--verify reads all of it)";

        StringBuilder text = new();
        text.Append($"{name}: context file, {Words.Bytes((ulong)file.OffsetOf(file.Pages))}, {verdict}\n");
        text.Append($"  {"taken",-12}{Words.Time(origin.RealtimeNs)} on {Words.Harmless(origin.Host)} ");
        text.Append($"(Linux {Words.Harmless(origin.KernelRelease)}) by blcr {Words.Harmless(origin.ToolVersion)}\n");
        text.Append($"  {"asked for",-12}{Scope(origin)} {origin.Target}\n");
        text.Append($"  {"holds",-12}{Words.Count(image.Processes.Count, "process", "processes")}, ");
        text.Append($"{Words.Count(threads, "thread")}, {Words.Bytes(file.Pages * Sys.PageSize)} of memory and files\n");
        foreach (ProcessImage process in image.Processes)
        {
            new ProcessText(file, process, text).Write();
        }

        Outside(image, text);
        if (image.FileContents.Count > 0)
        {
            text.Append("\nfiles inside the context\n");
            foreach (FileContent content in image.FileContents)
            {
                text.Append($"  {FileContentText.Of(content)}\n");
            }
        }

        if (image.ChosenFolders.Count > 0)
        {
            text.Append("\ndirectories inside the context, with all that was in them\n");
            foreach (SavedFolder folder in SavedFolder.Of(image))
            {
                text.Append($"  {Words.Harmless(folder.Path)}: {Words.Count(folder.Names, "name")}, {Words.Bytes(folder.Bytes)}\n");
            }
        }

        if (SharedObjectsText.Of(image).ToList() is { Count: > 0 } shared)
        {
            text.Append("\nshared by id or name\n");
            shared.ForEach(line => text.Append($"  {line}\n"));
        }

        return text.ToString();
    }

    // What cr_restart --inherit-fd can name; otherwise a restart follows its rules for standard streams.
    private static void Outside(ContextImage image, StringBuilder text)
    {
        IReadOnlyList<OutsideEnd> ends = OutsideEnds.Of(image);
        if (ends.Count > 0)
        {
            text.Append("\nleads outside (cr_restart puts something of its own there)\n");
        }

        foreach (OutsideEnd end in ends)
        {
            text.Append($"  {$"{end.Pid}:{end.Number}",-12}{Words.Harmless(end.Object)}, {Words.Access(end.Description.StatusFlags)}\n");
        }
    }

    private static string Scope(Origin origin) => (CheckpointScope)origin.Scope switch
    {
        CheckpointScope.Process => "process",
        CheckpointScope.Group => "process group",
        CheckpointScope.Session => "session",
        _ => "process tree",
    };
}
