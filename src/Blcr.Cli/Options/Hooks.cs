namespace Blcr.Cli.Options;

/// <summary>When a hook runs.</summary>
internal enum HookEvent
{
    Success,
    FailArguments,
    FailTemporary,
    FailEnvironment,
    FailPermanent,
}

/// <summary>The commands of --run-on-*; --run-on-failure sets the four of failure at its place in the line.</summary>
internal sealed class Hooks
{
    private readonly string?[] _commands = new string?[Enum.GetValues<HookEvent>().Length];

    public string? this[HookEvent at] => _commands[(int)at];

    public static Hooks From(GivenWords<RestartOption> words)
    {
        Hooks hooks = new();
        foreach (GivenOption<RestartOption> given in words.Options)
        {
            foreach (HookEvent at in Set(given.Option))
            {
                hooks._commands[(int)at] = given.Argument;
            }
        }

        return hooks;
    }

    private static HookEvent[] Set(RestartOption option) => option switch
    {
        RestartOption.RunOnSuccess => [HookEvent.Success],
        RestartOption.RunOnFailArguments => [HookEvent.FailArguments],
        RestartOption.RunOnFailTemporary => [HookEvent.FailTemporary],
        RestartOption.RunOnFailEnvironment => [HookEvent.FailEnvironment],
        RestartOption.RunOnFailPermanent => [HookEvent.FailPermanent],
        RestartOption.RunOnFailure =>
            [HookEvent.FailArguments, HookEvent.FailTemporary, HookEvent.FailEnvironment, HookEvent.FailPermanent],
        _ => [],
    };
}
