using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Frozen process → <see cref="MemoryImage"/>, its stored pages noted in <see cref="Dump.Pages"/>.</summary>
internal static class MemoryCollector
{
    public static void Collect(Dump dump, FrozenProcess process)
    {
        // Read anew if it has to be as it is now, with the runner's scratch memory: its flags tell what mlockall(2) asks of
        // new mappings; and beside orphans the runner may have mapped more room for itself, which stays.
        MemoryImage image = process.Image.Memory;
        SysResult<List<ProcVma>> read = process.LocksNewMemory || process.HadOrphans ? ProcVma.ReadAll(process.Pid) : process.Vmas;
        SysResult<PageMap> opened = PageMap.Open(process.Pid);
        if (!read.Ok || !opened.Ok)
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, read.Ok ? opened.Error : read.Error,
                $"its memory cannot be looked at: {ErrorText.Of(read.Ok ? opened.Error : read.Error)}",
                "Nothing can be saved without it.", "Run the checkpoint as the user of the process, or as root."));
            return;
        }

        using PageMap pages = opened.Value!;
        ReadLayout(dump, process, image);
        CollectExecutable(dump, process, image);
        VmaCollector collector = new(dump, process, image, pages);
        foreach (ProcVma vma in read.Value!)
        {
            CollectOne(process, image, vma, collector);
        }

        if (process.HadOrphans && image.Vdso is not null)
        {
            image.VdsoResidue = ByteString.CopyFrom(process.Home!.BytesIn(image.Vdso.Start, image.Vdso.End).Span);
        }

        image.VdsoDigest = image.Vdso is null ? ByteString.Empty : ByteString.CopyFrom(VdsoDigest.OfRunningKernel());
    }

    private static void CollectOne(FrozenProcess process, MemoryImage image, ProcVma vma, VmaCollector collector)
    {
        if (vma.Name == "[vsyscall]")
        {
            return; // at a fixed address in every process
        }

        if (OwnVdso.IsVdsoPart(vma.Name))
        {
            SpecialMapping part = new() { Start = vma.Start, End = vma.End, Name = vma.Name };
            if (OwnVdso.IsDataPart(vma.Name))
            {
                image.Vvar.Add(part);
            }
            else
            {
                image.Vdso = part;
            }

            return;
        }

        // The runner's scratch memory is not the application's; it may have been merged with a neighbour.
        (TaskAddress scratch, ulong length) = process.Scratch;
        ulong scratchEnd = scratch.Value + length;
        if (length == 0 || vma.End <= scratch.Value || vma.Start >= scratchEnd)
        {
            collector.Collect(vma, vma.Start, vma.End);
            return;
        }

        image.LockFuture = AddressSpaceQuestions.LockFuture(vma);
        if (vma.Start < scratch.Value)
        {
            collector.Collect(vma, vma.Start, scratch.Value);
        }

        if (vma.End > scratchEnd)
        {
            collector.Collect(vma, scratchEnd, vma.End);
        }
    }

    // Numbers of man 5 proc_pid_stat. The break of stat is the start; its end was asked from the process.
    private static void ReadLayout(Dump dump, FrozenProcess process, MemoryImage image)
    {
        SysResult<ProcStat> stat = process.Stat;
        SysResult<byte[]> auxv = Sys.ReadFile($"/proc/{process.Pid}/auxv");
        if (!stat.Ok || !auxv.Ok)
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, stat.Ok ? auxv.Error : stat.Error,
                "the bounds of its memory cannot be read from /proc", "Its heap could not grow after a restart.",
                "Run the checkpoint as the user of the process, or as root."));
            return;
        }

        MemoryLayout layout = image.Layout;
        layout.StartCode = (ulong)stat.Value!.Number(26);
        layout.EndCode = (ulong)stat.Value.Number(27);
        layout.StartStack = (ulong)stat.Value.Number(28);
        layout.StartData = (ulong)stat.Value.Number(45);
        layout.EndData = (ulong)stat.Value.Number(46);
        layout.StartBrk = (ulong)stat.Value.Number(47);
        layout.ArgStart = (ulong)stat.Value.Number(48);
        layout.ArgEnd = (ulong)stat.Value.Number(49);
        layout.EnvStart = (ulong)stat.Value.Number(50);
        layout.EnvEnd = (ulong)stat.Value.Number(51);
        image.Auxv = ByteString.CopyFrom(auxv.Value);
    }

    private static void CollectExecutable(Dump dump, FrozenProcess process, MemoryImage image)
    {
        string link = $"/proc/{process.Pid}/exe";
        SysResult<byte[]> target = Sys.ReadLink(link);
        if (!target.Ok)
        {
            return; // a process may have none (man 5 proc_pid_exe: ENOENT)
        }

        MappedFiles.Found found = MappedFiles.FindExecutable(System.Text.Encoding.UTF8.GetString(target.Value!), link);
        bool chosen = found.ByPath && dump.ChosenFiles.Cover(found.Path);
        if (found.ByPath && !chosen && !dump.Request.Save.HasFlag(SaveFiles.Executable))
        {
            image.Executable = dump.MappedFiles.Describe(found.Path, found.Status);
            return;
        }

        image.Executable = FileContents.FileReferences.Of(found.Path, found.Status);
        SysResult<Fd> file = Sys.Open(link, OpenFlags.ReadOnly | OpenFlags.CloseOnExec);
        if (file.Ok)
        {
            FileContentOrigin origin = chosen ? FileContentOrigin.ContentChosenFile : found.ByPath ? FileContentOrigin.ContentSavedFile : FileContentOrigin.ContentDeletedFile;
            image.ExecutableContent = dump.FileContents.Add(file.Value!, origin, found.Path, process.Pid).Id;
        }
        else
        {
            dump.Obstacles.Add(new Obstacle(process.Pid, file.Error,
                $"its executable, {found.Path}, cannot be read: {ErrorText.Of(file.Error)}",
                "It has no path any more, or is to be saved by content.", "Run the checkpoint as a user who may read it."));
        }
    }
}
