using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Memory;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvQueues;

/// <summary>Makes the queues, or takes over what is left of them, and has the saved messages sent into them again by the
/// process that was the last to send.</summary>
internal static class QueueRebuilder
{
    private const uint OwnerMayAll = 0x180; // 0600
    private const int NoWait = 0x800;       // IPC_NOWAIT
    private const int LongForProgram = 512 * 1024;

    public static void MakeAll(Rebuilding rebuilding)
    {
        foreach (SysvQueue queue in rebuilding.Image.SysvMessageQueues)
        {
            SysvEntry? leftOver = SysvPlace.LeftOver(
                rebuilding, SysvSort.Messages, queue.Object, QueueChecker.HasShape, QueueChecker.Users(queue));
            if (leftOver is null)
            {
                SysvCreation.Make(rebuilding.Processes[0], SysvSort.Messages, queue.Object);
                MadeOutside.Of(rebuilding).UndoUnlessDone(() => Sys.SysvRemove(SysvSort.Messages, queue.Object.Id));
            }

            List<SysvMessage> present = [];
            if (leftOver is null || !IsAsSaved(queue, leftOver, present))
            {
                Fill(rebuilding, queue, present);
            }

            rebuilding.Last.Add(() => SysvCreation.GiveToOwner(SysvSort.Messages, queue.Object, queue.Capacity));
        }
    }

    // Nobody has used it since the checkpoint.
    private static bool IsAsSaved(SysvQueue queue, SysvEntry leftOver, List<SysvMessage> present)
    {
        SysResult copied = QueueMessages.Copy(leftOver, present);
        return copied.Ok && present.SequenceEqual(queue.Messages)
            && leftOver.Number("lspid") == queue.LastSender && leftOver.Number("lrpid") == queue.LastReceiver;
    }

    private static void Fill(Rebuilding rebuilding, SysvQueue queue, List<SysvMessage> present)
    {
        int id = queue.Object.Id;
        bool known = Sys.SysvStatus(SysvSort.Messages, id, out SysvStatus before).Ok;
        MadeOutside.Of(rebuilding).UndoUnlessDone(() => PutBack(id, present, known ? before : null));
        MakeRoom(queue);
        Empty(rebuilding, queue, present);
        Receive(rebuilding, queue);
        Send(rebuilding, queue);
    }

    // By the first process: the last receiver is noted, and must not be us, who is no part of what is saved the next time.
    private static void Empty(Rebuilding rebuilding, SysvQueue queue, List<SysvMessage> present)
    {
        ProgramSeries series = new(rebuilding.Processes[0].Leader, $"empty message queue {queue.Object.Id}");
        foreach (SysvMessage message in present)
        {
            SyscallProgram program = series.Room(1, sizeof(long) + message.Text.Length);
            program.CallExpecting(message.Text.Length, "take a message", SyscallNumber.Msgrcv, queue.Object.Id,
                program.Output(sizeof(long) + message.Text.Length), message.Text.Length, 0, NoWait);
        }

        series.Run();
    }

    // Of a queue that was made for this restart nothing is left by then, and these calls fail.
    private static void PutBack(int id, List<SysvMessage> before, SysvStatus? status)
    {
        byte[] room = new byte[sizeof(long) + QueueLength(id)];
        while (Sys.TakeMessage(id, room).Ok)
        {
        }

        before.ForEach(message => Sys.PutMessage(id, message.Type, message.Text.Span));
        if (status is { } known)
        {
            _ = Sys.SysvSet(SysvSort.Messages, id, known);
        }
    }

    private static long QueueLength(int id) => SysvList.Read(SysvSort.Messages).Find(entry => entry.Id == id)?.Number("cbytes") ?? 0;

    private static void MakeRoom(SysvQueue queue)
    {
        SysResult result = Sys.SysvStatus(SysvSort.Messages, queue.Object.Id, out SysvStatus status);
        if (result.Ok)
        {
            status.Mode |= OwnerMayAll;
            status.Capacity = Math.Max(status.Capacity, QueueChecker.CapacityToFill(queue));
            result = Sys.SysvSet(SysvSort.Messages, queue.Object.Id, status);
        }

        if (!result.Ok)
        {
            throw new RefusedException(0, result.Error,
                $"{SysvObjects.SysvObjects.Name(SysvSort.Messages, queue.Object)} cannot be filled again: {ErrorText.Of(result.Error)}",
                "Its messages are in the context file. No process was left behind.", "Restart it as its owner, or as root.");
        }
    }

    // A message from the one to the other makes them the last sender and receiver.
    private static void Receive(Rebuilding rebuilding, SysvQueue queue)
    {
        if (queue.LastReceiver == 0)
        {
            return;
        }

        SyscallProgram send = new("be the last sender of a message queue");
        send.Call("send a message", SyscallNumber.Msgsnd, queue.Object.Id, send.Input<long>(1), 0, NoWait);
        ProcessOf(rebuilding, queue.LastSender).Leader.Run(send).OrRefuse(queue.LastSender);

        SyscallProgram receive = new("be the last receiver of a message queue");
        receive.CallExpecting(0, "receive a message", SyscallNumber.Msgrcv, queue.Object.Id, receive.Output(sizeof(long)), 0, 0, NoWait);
        ProcessOf(rebuilding, queue.LastReceiver).Leader.Run(receive).OrRefuse(queue.LastReceiver);
    }

    private static void Send(Rebuilding rebuilding, SysvQueue queue)
    {
        NewProcess sender = ProcessOf(rebuilding, queue.LastSender);
        ProgramSeries series = new(sender.Leader, $"send the messages of queue {queue.Object.Id} again");
        foreach (SysvMessage message in queue.Messages)
        {
            if (message.Text.Length > LongForProgram)
            {
                series.Run();
                SendOurselves(queue, message);
                continue;
            }

            SyscallProgram program = series.Room(1, sizeof(long) + message.Text.Length);
            Data data = program.Input([.. BitConverter.GetBytes(message.Type), .. message.Text.Span]);
            program.Call("send a message", SyscallNumber.Msgsnd, queue.Object.Id, data, message.Text.Length, NoWait);
        }

        series.Run();
    }

    // Longer than the scratch memory of a new process: the sender is then us, until the next message.
    private static void SendOurselves(SysvQueue queue, SysvMessage message)
    {
        SysResult sent = Sys.PutMessage(queue.Object.Id, message.Type, message.Text.Span);
        if (!sent.Ok)
        {
            throw new RefusedException(0, sent.Error,
                $"a message of {message.Text.Length} bytes cannot be sent into {SysvObjects.SysvObjects.Name(SysvSort.Messages, queue.Object)}: {ErrorText.Of(sent.Error)}",
                "It is in the context file. No process was left behind.", "See kernel.msgmax and kernel.msgmnb (sysctl).");
        }
    }

    // One that has ended is stood in for by the first process of the tree.
    private static NewProcess ProcessOf(Rebuilding rebuilding, int pid) =>
        rebuilding.Processes.Find(process => process.Image.Pid == pid) ?? rebuilding.Processes[0];
}
