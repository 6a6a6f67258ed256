namespace Blcr.Tests.Harness;

/// <summary>
/// The three journeys every kind of state must survive; the C program judges in the end.
/// </summary>
public static class Journey
{
    /// <summary>Checkpointed, and it runs on.</summary>
    public static void Continue(string program, params string[] arguments)
    {
        using Application app = Application.Start(program, arguments);
        app.Checkpoint().RunsOn().JudgesItself();
    }

    /// <summary>Checkpointed, killed, restarted.</summary>
    public static void Restart(string program, params string[] arguments)
    {
        using Application app = Application.Start(program, arguments);
        app.Checkpoint().Kill().Restart().JudgesItself();
    }

    /// <summary>The same, restarted with options of cr_restart.</summary>
    public static void Restart(string[] options, string program, params string[] arguments)
    {
        using Application app = Application.Start(program, arguments);
        app.Checkpoint().Kill().Restart(options).JudgesItself();
    }

    /// <summary>The restored process is as good as the first one: it is checkpointed and restarted again.</summary>
    public static void TwoCycles(string program, params string[] arguments)
    {
        using Application app = Application.Start(program, arguments);
        app.Checkpoint().Kill().Restart();
        app.Checkpoint().Kill().Restart();
        app.JudgesItself();
    }

    /// <summary>All of it one after the other, for a program that is slow to start.</summary>
    public static void All(string program, params string[] arguments)
    {
        using Application app = Application.Start(program, arguments);
        app.Checkpoint().RunsOn();
        app.Checkpoint().Kill().Restart();
        app.Checkpoint().Kill().Restart();
        app.JudgesItself();
    }
}
