using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Messages;

/// <summary>The line scripts look for when a checkpoint failed (blcr-contract, 1.3, "Messages scripts look for").</summary>
internal static class CheckpointFailure
{
    public static string Line(RefusedException refusal) => refusal.Obstacles[0].Headline ?? Usual(refusal.Code);

    private static string Usual(int code) => code switch
    {
        (int)Errno.NoSystemCall => "Checkpoint failed: support missing from kernel",
        (int)Errno.NoProcess => "Checkpoint failed: no processes checkpointed",
        ErrorCode.NoSupport => "Checkpoint failed: support missing from application",
        ErrorCode.TemporaryFailure => "Checkpoint cancelled by application: try again later",
        ErrorCode.PermanentFailure => "Checkpoint cancelled by application: unable to checkpoint",
        _ => $"Checkpoint failed: {ErrorText.Of(code)}",
    };
}
