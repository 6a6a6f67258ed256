using System.Text;
using Blcr.Cli.Supervision;
using CsCheck;
using Xunit;

namespace Blcr.Tests.Supervision;

public sealed class The_state_as_text
{
    private static readonly RunState Some = new()
    {
        Host = new("node7", "boot"),
        Command = "./simulation input",
        Settings = new() { Interval = TimeSpan.FromSeconds(600), Keep = 3, MaxRestarts = 3, CheckpointSignal = 64, RestartOnFailure = true },
        Supervisor = new(100, 1000),
        Program = new(101, 1001),
        Started = DateTime.UnixEpoch,
        Checkpoint = DateTime.UnixEpoch,
        LastFailure = new(DateTime.UnixEpoch, "it crashed"),
        End = new(EndKind.Failed, 11, DateTime.UnixEpoch),
    };

    [Fact]
    public void Comes_back_as_it_was_written()
    {
        Gen<DateTime> times = Gen.Int[0, int.MaxValue].Select(seconds => DateTime.UnixEpoch.AddSeconds(seconds));
        Gen.Select(Gen.Char[' ', '~'].Array[0, 40].Select(letters => new string(letters)), times, Gen.Int[1, 1000], Gen.Bool, Gen.Int[0, 65535]).Sample((text, time, number, flag, status) =>
        {
            RunState state = new()
            {
                Host = new(text, "boot"),
                Command = text,
                Settings = new() { Interval = flag ? TimeSpan.FromSeconds(number) : null, Keep = number, RestartOnFailure = flag, NewPidNamespace = !flag },
                Supervisor = new(number, number * 10L),
                Program = new(number + 1, number * 11L),
                Started = time,
                RunsSince = time,
                Checkpoint = flag ? time : null,
                Restarts = number,
                LastFailure = flag ? new(time, text) : null,
                End = flag ? new(EndKind.Failed, status, time) : null,
            };

            Assert.Equal(state, StateJson.Read(StateJson.Write(state)));
        });
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2")]
    [InlineData("\"./simulation input\"", "null")]
    [InlineData("\"time\": \"1970-01-01T00:00:00.000Z\"", "\"time\": null")]
    [InlineData("\"time\": \"1970-01-01T00:00:00.000Z\"", "\"time\": \"soon\"")]
    [InlineData("\"it crashed\"", "null")]
    [InlineData("\"kind\": \"Failed\"", "\"kind\": null")]
    [InlineData("\"pid\": 101", "\"pid\": \"101\"")]
    [InlineData("\"pid\": 101", "\"pid\": 99999999999")]
    [InlineData("\"interval_s\": 600", "\"interval_s\": -600")]
    [InlineData("\"keep\": 3", "\"keep\": 0")]
    [InlineData("\"host\"", "\"hosts\"")]
    [InlineData("}", "")]
    public void With_something_wrong_is_not_taken_for_one(string right, string wrong)
    {
        string text = Encoding.UTF8.GetString(StateJson.Write(Some));
        Assert.Contains(right, text);

        Assert.Null(StateJson.Read(Encoding.UTF8.GetBytes(text.Replace(right, wrong))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\0\0\0\0")]
    public void That_is_something_else_is_none(string text) => Assert.Null(StateJson.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void With_damaged_bytes_ends_nothing()
    {
        byte[] text = StateJson.Write(Some);
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            byte[] damaged = [.. text];
            Array.ForEach(changes, change => damaged[change.Item1] = change.Item2);
            _ = StateJson.Read(damaged); // some state, or none
        });
    }
}
