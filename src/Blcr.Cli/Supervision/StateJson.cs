using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Blcr.Cli.Supervision;

/// <summary>The state as text.</summary>
internal static class StateJson
{
    private const int Format = 1;

    public static byte[] Write(RunState state)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("command", state.Command);
            json.WriteString("host", state.Host.Name);
            json.WriteString("boot_id", state.Host.BootId);
            Process(json, "supervisor", state.Supervisor);
            Process(json, "program", state.Program);
            json.WriteBoolean("restarting", state.Restarting);
            Time(json, "started", state.Started);
            Time(json, "runs_since", state.RunsSince);
            Time(json, "checkpoint", state.Checkpoint);
            json.WriteNumber("restarts", state.Restarts);
            json.WriteNumber("restarts_of_file", state.RestartsOfFile);
            Happened(json, "last_failure", state.LastFailure);
            Happened(json, "last_trouble", state.LastTrouble);
            Settings(json, state.Settings);
            if (state.End is { } end)
            {
                json.WriteStartObject("end");
                json.WriteString("kind", $"{end.Kind}");
                Number(json, "status", end.Status);
                Time(json, "time", end.Time);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Null: it is not a state that this release knows.</summary>
    public static RunState? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement json = document.RootElement;
            return json.GetProperty("format").GetInt32() == Format ? Read(json) : null;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RunState Read(JsonElement json) => new()
    {
        Command = Text(json, "command"),
        Host = new(Text(json, "host"), Text(json, "boot_id")),
        Supervisor = Process(json.GetProperty("supervisor")),
        Program = Process(json.GetProperty("program")),
        Restarting = json.GetProperty("restarting").GetBoolean(),
        Started = Time(json, "started") ?? default,
        RunsSince = Time(json, "runs_since") ?? default,
        Checkpoint = Time(json, "checkpoint"),
        Restarts = json.GetProperty("restarts").GetInt32(),
        RestartsOfFile = json.GetProperty("restarts_of_file").GetInt32(),
        LastFailure = Happened(json, "last_failure"),
        LastTrouble = Happened(json, "last_trouble"),
        Settings = Settings(json.GetProperty("settings")),
        End = json.TryGetProperty("end", out JsonElement end)
            ? new(KindOf(Text(end, "kind")), Number(end, "status"), Time(end, "time") ?? default)
            : null,
    };

    private static EndKind KindOf(string text) => text switch
    {
        nameof(EndKind.Finished) => EndKind.Finished,
        nameof(EndKind.Failed) => EndKind.Failed,
        nameof(EndKind.Stopped) => EndKind.Stopped,
        _ => EndKind.Unknown,
    };

    private static void Settings(Utf8JsonWriter json, RunSettings settings)
    {
        json.WriteStartObject("settings");
        Number(json, "interval_s", settings.Interval is { } interval ? (int)interval.TotalSeconds : null);
        Number(json, "keep", settings.Keep);
        Number(json, "checkpoint_signal", settings.CheckpointSignal);
        Number(json, "max_restarts", settings.MaxRestarts);
        json.WriteBoolean("restart_on_failure", settings.RestartOnFailure == true);
        json.WriteBoolean("new_pid_namespace", settings.NewPidNamespace == true);
        json.WriteEndObject();
    }

    private static RunSettings Settings(JsonElement json) => new()
    {
        Interval = Number(json, "interval_s", least: 1) is int seconds ? TimeSpan.FromSeconds(seconds) : null,
        Keep = Number(json, "keep", least: 1),
        CheckpointSignal = Number(json, "checkpoint_signal", least: 1),
        MaxRestarts = Number(json, "max_restarts", least: 0),
        RestartOnFailure = json.GetProperty("restart_on_failure").GetBoolean(),
        NewPidNamespace = json.GetProperty("new_pid_namespace").GetBoolean(),
    };

    private static void Process(Utf8JsonWriter json, string name, ProcessIdentity process)
    {
        json.WriteStartObject(name);
        json.WriteNumber("pid", process.Pid);
        json.WriteNumber("start_time", process.StartTime);
        json.WriteEndObject();
    }

    private static ProcessIdentity Process(JsonElement json) => new(json.GetProperty("pid").GetInt32(), json.GetProperty("start_time").GetInt64());

    private static void Happened(Utf8JsonWriter json, string name, Event? what)
    {
        if (what is not null)
        {
            json.WriteStartObject(name);
            Time(json, "time", what.Time);
            json.WriteString("what", what.What);
            json.WriteEndObject();
        }
    }

    private static Event? Happened(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement what)
        ? new(Time(what, "time") ?? default, Text(what, "what"))
        : null;

    private static void Number(Utf8JsonWriter json, string name, int? number)
    {
        if (number is int some)
        {
            json.WriteNumber(name, some);
        }
    }

    private static int? Number(JsonElement json, string name, int least = int.MinValue) =>
        !json.TryGetProperty(name, out JsonElement number) ? null
        : number.GetInt32() is var value && value >= least ? value
        : throw new FormatException(name);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException(name);

    private static void Time(Utf8JsonWriter json, string name, DateTime? time)
    {
        if (time is { } some)
        {
            json.WriteString(name, some.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        }
    }

    private static DateTime? Time(JsonElement json, string name) => json.TryGetProperty(name, out _)
        ? DateTime.Parse(Text(json, name), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
        : null;
}
