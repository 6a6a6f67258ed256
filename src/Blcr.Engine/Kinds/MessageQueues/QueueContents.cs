using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.MessageQueues;

/// <summary>The messages of a queue, with their priorities, in the order they would be received.</summary>
/// <remarks>
/// A message can be looked at only by taking it. One program in the application takes them all and sends them all again, in
/// the same order: messages of one priority stay in theirs. A program that has begun is carried through whatever
/// becomes of us (InjectedRunner), so our death loses nothing; nobody else has the queue open, and the tree stands still.
/// The kernel writes each priority straight into the arguments of the call that sends the message again.
/// </remarks>
internal static class QueueContents
{
    private const int PriorityOfSend = 3; // mq_timedsend(queue, text, length, priority, time)
    private const int BytesOfCalls = 2 * (80 + 16);
    private const int Spare = 4096;

    public static void Copy(Dump dump, FoundDescription found, Fd queueFile, in QueueAttributes attributes, PosixQueue queue)
    {
        FrozenThread thread = found.Process.Leader;
        long room = attributes.Messages * (BytesOfCalls + attributes.LongestMessage + 16);
        if (room > thread.Capacity - Spare)
        {
            found.Refuse(dump, Errno.NotSupported,
                $"a POSIX message queue, {found.Name}, with {attributes.Messages} messages of up to {attributes.LongestMessage} bytes in it, "
                + $"and {(thread.Capacity - Spare) / 1024} KiB can be saved", "Take the checkpoint when there are fewer, or make the queue with a smaller mq_msgsize.");
            return;
        }

        int number = thread.Give(queueFile);
        int count = (int)attributes.Messages;
        SyscallProgram program = new($"copy the messages of the queue {found.Name}");
        Data past = program.Output(16); // struct timespec of 1970: no call waits
        Data[] texts = new Data[count];
        Result[] taken = new Result[count];
        for (int i = 0; i < count; i++)
        {
            texts[i] = program.Output((int)attributes.LongestMessage);
            taken[i] = program.TryCall("take a message", SyscallNumber.MqTimedreceive,
                number, texts[i], attributes.LongestMessage, Arg.PlaceOf(count + i, PriorityOfSend), past);
        }

        Result[] sent = new Result[count];
        for (int i = 0; i < count; i++)
        {
            sent[i] = program.TryCall("send a message again", SyscallNumber.MqTimedsend, number, texts[i], taken[i], 0, past);
        }

        ProgramOutcome outcome = thread.Run(program);
        thread.Leave();
        for (int i = 0; i < count; i++)
        {
            if (!outcome[taken[i]].Ok || !outcome[sent[i]].Ok)
            {
                throw Disturbed(found, outcome[taken[i]].Ok ? outcome[sent[i]].Error : outcome[taken[i]].Error);
            }

            queue.Messages.Add(new PosixMessage
            {
                Priority = outcome.Argument(sent[i], PriorityOfSend),
                Text = ByteString.CopyFrom(outcome.Bytes(texts[i])[..(int)outcome[taken[i]].Value]),
            });
        }
    }

    private static RefusedException Disturbed(FoundDescription found, Errno error) => new(found.Process.Pid, error,
        $"the POSIX message queue {found.Name} was used by somebody else while it was being saved: {ErrorText.Of(error)}",
        "What that one sent or took meanwhile may stand in another order. Nothing was written; the program runs on.",
        "Save all of its users together, or end the others.");
}
