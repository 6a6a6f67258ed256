using System.Globalization;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Frozen process → its <see cref="DescriptorTable"/>, and the descriptions behind it into the central table.</summary>
internal static class DescriptorCollector
{
    public static void Collect(Dump dump, FrozenProcess process)
    {
        process.Image.Descriptors = new DescriptorTable();
        RefuseSeparateTables(dump, process);
        if (process.Image.DescriptorsOf != 0)
        {
            return; // collected with the process that it shares its table with
        }

        SysResult<List<string>> listed = Sys.ListDirectory($"/proc/{process.Pid}/fd");
        if (!listed.Ok)
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, listed.Error,
                $"its descriptors cannot be listed: {ErrorText.Of(listed.Error)}", "They cannot be saved.",
                "Run cr_checkpoint as the user who started the program, or as root."));
            return;
        }

        List<int> numbers = listed.Value!.ConvertAll(name => int.Parse(name, CultureInfo.InvariantCulture));
        numbers.Sort();
        foreach (int number in numbers)
        {
            if (!process.ToolDescriptors.Contains(number))
            {
                CollectOne(dump, process, number);
            }
        }
    }

    private static void CollectOne(Dump dump, FrozenProcess process, int number)
    {
        SysResult<FdInfo> info = FdInfo.Read(process.Pid, number);
        if (!info.Ok)
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, info.Error,
                $"descriptor {number} cannot be looked at: {ErrorText.Of(info.Error)}", "It cannot be saved.",
                "Run cr_checkpoint as the user who started the program, or as root."));
            return;
        }

        if (ContextDestination.IsAt(dump, process, number))
        {
            dump.Diagnostics.Add($"pid {process.Pid}: descriptor {number} is the context file itself and is not saved");
            return;
        }

        FoundDescription? found = dump.Descriptions.Find(process, number,
            id => FoundDescription.Look(process, number, info.Value!, id), out Errno error);
        if (found is null)
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, error,
                $"descriptor {number} cannot be told from others: kcmp: {ErrorText.Of(error)}",
                "Descriptors that share an offset could not be saved as such.",
                "The kernel must have CONFIG_KCMP, and cr_checkpoint the right to trace the program."));
            return;
        }

        found.Holders.Add((process, number));
        FileLocks.Collect(dump, found, process, number, info.Value!);
        process.Image.Descriptors.Descriptors.Add(new Descriptor_
        {
            Number = number,
            Description = found.Image.Id,
            CloseOnExec = info.Value!.Flags.HasFlag(OpenFlags.CloseOnExec),
        });
    }

    private static void RefuseSeparateTables(Dump dump, FrozenProcess process)
    {
        foreach (FrozenThread thread in process.Threads)
        {
            if (thread.Tid == process.Pid)
            {
                continue;
            }

            SysResult same = Sys.Kcmp(process.Pid, thread.Tid, KcmpType.Files);
            if (same.Ok && same.Value != 0)
            {
                dump.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported,
                    $"thread {thread.Tid} has a descriptor table of its own (clone without CLONE_FILES)",
                    "It cannot be saved.", "This version saves threads that share one table; let the thread end first."));
            }
        }
    }
}
