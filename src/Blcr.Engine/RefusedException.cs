using Blcr.Linux;

namespace Blcr.Engine;

/// <summary>A checkpoint or restart said no. Nothing was changed, or what was changed has been put back.</summary>
/// <remarks>Crosses at most one catch: the one in the command, which prints the obstacles and exits with the code.</remarks>
public sealed class RefusedException : Exception
{
    public RefusedException(IReadOnlyList<Obstacle> obstacles)
        : base(string.Join('\n', obstacles)) => Obstacles = obstacles;

    public RefusedException(int pid, Errno code, string held, string meaning, string whatToDo)
        : this([new Obstacle(pid, code, held, meaning, whatToDo)])
    {
    }

    /// <summary>Every reason found, the first one decides the code. Never empty.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; }

    /// <summary>errno, or a libcr error number (2354…); the exit status is made from it by the command.</summary>
    public int Code => Obstacles[0].Code;
}
