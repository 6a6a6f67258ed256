using Xunit;

namespace Blcr.Tests.Journeys;

/// <summary>The programs of tests/programs that every journey is made with; what they hold is said in each source.</summary>
internal static class Programs
{
    public static TheoryData<string> All { get; } =
    [
        "counter", "counter-static", "counter-nopie", "counter-stripped", "counter-musl",
        "threads64", "threads64-static", "threads64-nopie", "threads64-musl",
        "appender", "deepstack", "memory", "goroutines",
    ];
}
