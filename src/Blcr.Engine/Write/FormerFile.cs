namespace Blcr.Engine.Write;

/// <summary>What becomes of the context file that is at the target already, when a new one takes its place.</summary>
internal abstract class FormerFile
{
    /// <summary>Gives it another name. The new file is complete, and is renamed next.</summary>
    public abstract void Make();

    /// <summary>Takes that back: the target did not change after all.</summary>
    public abstract void Undo();

    /// <summary>The new file is in place, and durable if that was asked for.</summary>
    public virtual void Finish()
    {
    }
}
