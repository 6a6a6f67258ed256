using System.Buffers;
using System.Text;
using System.Text.Json;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.ChosenFolders;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Cli.Info;

/// <summary>What is in a context file, for a script: cr_info --json. Names stay; new ones may come (cr_info(1)).</summary>
internal static class ContextJson
{
    public static string Of(string name, ContextFile file, bool verified)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("file", name);
            json.WriteNumber("format", ContextFormat.Version);
            json.WriteBoolean("verified", verified);
            json.WriteNumber("stored_bytes", file.Pages * Sys.PageSize);
            Origin(json, file.Image.Origin ?? new Origin());
            List(json, "processes", file.Image.Processes, process => Process(json, file, process));
            List(json, "files_inside", file.Image.FileContents, content => Content(json, content));
            List(json, "directories_inside", SavedFolder.Of(file.Image), folder =>
            {
                json.WriteString("path", folder.Path);
                json.WriteNumber("names", folder.Names);
                json.WriteNumber("bytes", folder.Bytes);
            });
            List(json, "shared_objects", SharedObjectsText.Of(file.Image), what => json.WriteString("what", what));
            List(json, "outside", OutsideEnds.Of(file.Image), end =>
            {
                json.WriteNumber("pid", end.Pid);
                json.WriteNumber("number", end.Number);
                json.WriteNumber("description", end.Description.Id);
                json.WriteString("object", end.Object);
                json.WriteString("access", Words.Access(end.Description.StatusFlags));
            });
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    private static void Origin(Utf8JsonWriter json, Origin origin)
    {
        json.WriteStartObject("origin");
        json.WriteString("host", origin.Host);
        json.WriteString("kernel", origin.KernelRelease);
        json.WriteString("version", origin.ToolVersion);
        json.WriteNumber("time_ns", origin.RealtimeNs);
        json.WriteNumber("scope", origin.Scope);
        json.WriteNumber("target", origin.Target);
        json.WriteEndObject();
    }

    private static void Process(Utf8JsonWriter json, ContextFile file, ProcessImage process)
    {
        json.WriteNumber("pid", process.Pid);
        json.WriteNumber("parent", process.Parent);
        json.WriteNumber("group", process.Group);
        json.WriteNumber("session", process.Session);
        json.WriteString("name", process.Name);
        json.WriteBoolean("stopped", process.Stopped);
        json.WriteString("executable", process.Memory?.Executable?.Path ?? "");
        json.WriteString("directory", process.Attributes?.WorkingDirectory?.Path ?? "");
        json.WriteStartArray("command");
        foreach (string word in CommandLineOf.Process(file, process))
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
        List(json, "threads", process.Threads, thread =>
        {
            json.WriteNumber("tid", thread.Tid);
            json.WriteString("name", thread.Name);
        });
        List(json, "mappings", process.Memory?.Vmas ?? [], vma => Mapping(json, vma));
        List(json, "descriptors", process.Descriptors?.Descriptors ?? [], descriptor =>
        {
            OpenDescription? description =
                file.Image.Descriptions.FirstOrDefault(description => description.Id == descriptor.Description);
            json.WriteNumber("number", descriptor.Number);
            json.WriteNumber("description", descriptor.Description);
            json.WriteBoolean("close_on_exec", descriptor.CloseOnExec);
            json.WriteString("what", description is null ? "" : DescriptionText.Of(description, file.Image));
        });
    }

    private static void Mapping(Utf8JsonWriter json, Vma vma)
    {
        json.WriteString("start", $"0x{vma.Start:x}"); // text: not every reader of JSON has whole numbers of 64 bits
        json.WriteString("end", $"0x{vma.End:x}");
        json.WriteString("protection", Words.Protection(vma.Protection, vma.Shared));
        json.WriteString("file", vma.File?.Path ?? "");
        json.WriteNumber("stored_pages", vma.Runs.Aggregate(0ul, (sum, run) => sum + run.Pages));
    }

    private static void Content(Utf8JsonWriter json, FileContent content)
    {
        json.WriteNumber("id", content.Id);
        json.WriteString("path", content.Path);
        json.WriteNumber("size", content.Size);
        json.WriteString("what", FileContentText.Of(content));
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> entries, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T entry in entries)
        {
            json.WriteStartObject();
            write(entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
