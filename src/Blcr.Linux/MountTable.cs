using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>A line of /proc/self/mountinfo; man 5 proc_pid_mountinfo.</summary>
/// <param name="Id">As fdinfo calls the mount (mnt_id).</param>
/// <param name="Device">s_dev as the kernel has it: major &lt;&lt; 20 | minor (include/linux/kdev_t.h).</param>
/// <param name="Path">Where it is mounted, below the root of the process that asked.</param>
/// <param name="Type">Of the file system: "ext4".</param>
public sealed record Mount(int Id, uint Device, string Path, string Type);

/// <summary>The mounts a process sees.</summary>
public static class MountTable
{
    public static List<Mount> Read(int pid) => Parse(Sys.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mountinfo")).Value ?? []);

    /// <summary>"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw"; what is no such line is left out.</summary>
    public static List<Mount> Parse(ReadOnlySpan<byte> text)
    {
        List<Mount> mounts = [];
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n'))
        {
            string[] words = line.Split(' ');
            int separator = Array.IndexOf(words, "-");
            if (separator < 6 || separator + 1 >= words.Length)
            {
                continue;
            }

            string[] device = words[2].Split(':');
            mounts.Add(new Mount(
                int.Parse(words[0], CultureInfo.InvariantCulture),
                (uint.Parse(device[0], CultureInfo.InvariantCulture) << 20) | uint.Parse(device[1], CultureInfo.InvariantCulture),
                Unescaped(words[4]),
                words[separator + 1]));
        }

        return mounts;
    }

    // Space, tab, newline, backslash and # as three octal digits (fs/proc_namespace.c: mangle()).
    private static string Unescaped(string path)
    {
        string[] parts = path.Split('\\');
        StringBuilder whole = new(parts[0]);
        foreach (string part in parts.Skip(1))
        {
            whole.Append((char)Convert.ToInt32(part[..3], 8)).Append(part.AsSpan(3));
        }

        return whole.ToString();
    }
}
