using System.Text;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.MessageQueues;

/// <summary>A queue that a process has open → <see cref="PosixQueue"/>.</summary>
internal static class MessageQueueCollector
{
    private const string DeletedSuffix = " (deleted)"; // fs/d_path.c
    private const uint PermissionBits = 0x1ff;

    public static void Collect(Dump dump, FoundDescription found, PosixQueue queue)
    {
        FileStatus status = found.Status;
        queue.Unlinked = status.Links == 0;
        queue.Name = NameOf(found);
        queue.Mode = status.Mode & PermissionBits;
        queue.Uid = status.Uid;
        queue.Gid = status.Gid;
        queue.Inode = status.Inode;

        // Another description, for both directions: theirs may be for one only, and its offset is not ours to move.
        SysResult<Fd> opened = Sys.Open($"/proc/{found.Process.Pid}/fd/{found.Number}", OpenFlags.ReadWrite | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        if (opened.Value is not { } file)
        {
            Refuse(dump, found, opened.Error, $"which cannot be looked at: {ErrorText.Of(opened.Error)}", "Run the checkpoint as its owner, or as root.");
            return;
        }

        using (file)
        {
            byte[] text = new byte[128];
            SysResult shown = Sys.ReadAt(file, text, 0);
            SysResult asked = Sys.QueueAttributes(file, out QueueAttributes attributes);
            if (!shown.Ok || !asked.Ok)
            {
                Refuse(dump, found, shown.Ok ? asked.Error : shown.Error, "which does not tell about itself", "Run the checkpoint as root.");
                return;
            }

            queue.MostMessages = (ulong)attributes.MostMessages;
            queue.LongestMessage = (ulong)attributes.LongestMessage;
            if (Notified(Encoding.ASCII.GetString(text, 0, (int)shown.Value)) is > 0 and int notified)
            {
                Refuse(dump, found, Errno.NotSupported,
                    $"and pid {notified} waits to be told when a message comes (mq_notify), with a value that nobody can read",
                    "Let the program wait for messages by mq_receive, or by poll on the queue.");
            }
            else if (FileHolders.Other(status, pid => dump.Processes.Exists(process => process.Pid == pid)) is { } outsider)
            {
                Refuse(dump, found, Errno.NotSupported,
                    $"which pid {outsider} ({ProcStat.Read(outsider).Value?.Name}), which is not being saved, has open too",
                    "Save both processes together (--pgid, --sid, or a parent's tree), or end the other one.");
            }
            else if (attributes.Messages > 0)
            {
                QueueContents.Copy(dump, found, file, attributes, queue);
            }
        }
    }

    private static string NameOf(FoundDescription found)
    {
        string name = found.Name.TrimStart('/');
        return found.Status.Links == 0 && name.EndsWith(DeletedSuffix, StringComparison.Ordinal) ? name[..^DeletedSuffix.Length] : name;
    }

    // "QSIZE:129 NOTIFY:2 SIGNO:0 NOTIFY_PID:8260" (man 7 mq_overview)
    private static int Notified(string text)
    {
        const string title = "NOTIFY_PID:";
        int at = text.IndexOf(title, StringComparison.Ordinal);
        return at >= 0 && int.TryParse(text.AsSpan(at + title.Length).Trim(), out int pid) ? pid : 0;
    }

    private static void Refuse(Dump dump, FoundDescription found, Errno error, string what, string whatToDo) =>
        found.Refuse(dump, error, $"a POSIX message queue, {found.Name}, {what}", whatToDo);
}
