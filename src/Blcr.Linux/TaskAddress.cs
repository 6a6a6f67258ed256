using System.Globalization;

namespace Blcr.Linux;

/// <summary>An address in another task's memory. It cannot be dereferenced here.</summary>
public readonly record struct TaskAddress(ulong Value) : IComparable<TaskAddress>
{
    public static TaskAddress Null => default;

    public static TaskAddress operator +(TaskAddress at, ulong bytes) => new(checked(at.Value + bytes));

    public static TaskAddress operator -(TaskAddress at, ulong bytes) => new(checked(at.Value - bytes));

    public static ulong operator -(TaskAddress high, TaskAddress low) => checked(high.Value - low.Value);

    public static bool operator <(TaskAddress a, TaskAddress b) => a.Value < b.Value;

    public static bool operator >(TaskAddress a, TaskAddress b) => a.Value > b.Value;

    public static bool operator <=(TaskAddress a, TaskAddress b) => a.Value <= b.Value;

    public static bool operator >=(TaskAddress a, TaskAddress b) => a.Value >= b.Value;

    public int CompareTo(TaskAddress other) => Value.CompareTo(other.Value);

    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
