using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>A description of the context file, and a descriptor to name it by in messages.</summary>
/// <param name="Pid">Saved pid of the first process that holds it.</param>
/// <param name="Number">Its lowest number there.</param>
public sealed record SavedDescription(OpenDescription Image, int Pid, int Number)
{
    public OpenFlags Flags => (OpenFlags)Image.StatusFlags;

    public OpenFlags Access => Flags & OpenFlags.AccessMode;

    public bool Writes => Access is OpenFlags.WriteOnly or OpenFlags.ReadWrite;

    /// <summary>Every descriptor that refers to it, by saved pid and number.</summary>
    public IEnumerable<(int Pid, int Number)> Holders(ContextImage image)
    {
        foreach (ProcessImage process in image.Processes)
        {
            foreach (Descriptor_ descriptor in process.Descriptors?.Descriptors ?? [])
            {
                if (descriptor.Description == Image.Id)
                {
                    yield return (process.Pid, descriptor.Number);
                }
            }
        }
    }

    /// <summary>Notes that it cannot be had here. <paramref name="what"/> completes "descriptor 14 …".</summary>
    public void Refuse(RestartPlan plan, Errno code, string what, string whatToDo) =>
        plan.Obstacles.Add(Obstacle(code, what, whatToDo));

    /// <summary>The same once rebuilding has begun.</summary>
    public RefusedException Failed(Errno code, string what) =>
        new([Obstacle(code, $"{what}: {ErrorText.Of(code)}", "Put it right and restart again.")]);

    private Obstacle Obstacle(Errno code, string what, string whatToDo) =>
        new(Pid, code, $"descriptor {Number} {what}", "The process cannot go on without it. Nothing was restarted.", whatToDo);
}
