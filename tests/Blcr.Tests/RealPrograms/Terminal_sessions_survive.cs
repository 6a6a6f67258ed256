using System.Runtime.InteropServices;
using System.Text;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.RealPrograms;

/// <summary>What people have in a terminal: an editor in the middle of a word and a compilation under way, below a
/// program that makes the terminal.</summary>
public sealed partial class Terminal_sessions_survive
{
    private const string Editor = "vi -u NONE -n text";

    private static readonly Dictionary<string, string> Environment = new() { ["TERM"] = "xterm", ["SHELL"] = "/bin/sh" };

    [Fact]
    public void Tmux_with_an_editor_and_a_compilation()
    {
        using Application app = Application.StartReal(
            ["/usr/bin/tmux", "-f", "/dev/null", "-S", "socket", "-D"], Environment);
        app.WaitFor("socket");
        WriteProgram(app, functions: 400);
        Tmux(app, "new-session", "-d", "-x", "80", "-y", "24", "-s", "work", Editor);
        Await(app, "the editor's screen", "New File", () => Screen(app));
        Type(app, "i", shown: "");
        Type(app, "first");
        Tmux(app, "new-window", "-d", "-t", "work:1",
            "for i in 1 2 3 4; do gcc -O1 -c -o again$i.o program.c && cmp again$i.o right.o || exit; done; touch compiled");
        string screen = "first";
        foreach (string word in (string[])[" second", " third", " fourth"])
        {
            // The compiler removes its files in /tmp if it runs on, or hears its terminal hang up.
            app.CheckpointAndKill().Restart();

            Assert.Contains(screen, Screen(app));
            Type(app, word);
            screen += word;
        }

        Attach(app, screen);
        Tmux(app, "send-keys", "-t", "work:0", "Escape", ":wq", "Enter");
        app.WaitFor("compiled");
        Await(app, "the editor's file", screen + "\n", () => app.Read("text"));
        Tmux(app, "kill-server");
        app.Ends(Ending.Exit(0));
    }

    [Fact]
    public void Script_with_an_editor()
    {
        using Application app = Start(out FileStream keyboard);
        using (keyboard)
        {
            Await(app, "the typescript", "New File", () => app.Read("typescript"));
            Keys(keyboard, "ihello");
            Await(app, "the typescript", "hello", () => app.Read("typescript"));
            foreach (string word in (string[])[" again", " and again"])
            {
                app.Checkpoint().Kill().Restart();

                Keys(keyboard, word);
                Await(app, "the typescript", word, () => app.Read("typescript"));
            }

            // ^L draws the screen anew.
            int before = app.Read("typescript").Length;
            Keys(keyboard, "\u001b\f");
            Await(app, "the typescript, drawn again", "hello again and again", () => app.Read("typescript")[before..]);
            Keys(keyboard, ":wq\r");
            app.Ends(Ending.Exit(0));
            Assert.Equal("hello again and again\n", app.Read("text"));
        }
    }

    /// <summary>script(1) reads its keyboard from a named pipe, which outlives it.</summary>
    private static Application Start(out FileStream keyboard)
    {
        string folder = Directory.CreateTempSubdirectory("blcr-keyboard-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string pipe = Path.Combine(folder, "keyboard");
        Assert.Equal(0, MakeNamedPipe(pipe, 0x180)); // 0600
        keyboard = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        return Application.StartReal(["/usr/bin/script", "-q", "-f", "-c", Editor, "typescript"], Environment, pipe);
    }

    private static void Keys(FileStream keyboard, string keys) => keyboard.Write(Encoding.ASCII.GetBytes(keys));

    private static string Tmux(Application app, params string[] arguments)
    {
        Outcome outcome = app.Run("/usr/bin/tmux", ["-S", app.PathOf("socket"), .. arguments]);
        return outcome.Ending == Ending.Exit(0) ? outcome.Output : throw app.Failure("tmux does it", $"{outcome}");
    }

    private static string Screen(Application app) => Tmux(app, "capture-pane", "-p", "-t", "work:0");

    /// <summary>Types, and waits until the editor shows it.</summary>
    private static void Type(Application app, string text, string? shown = null)
    {
        Tmux(app, "send-keys", "-t", "work:0", "-l", text);
        Await(app, "the editor's screen", shown ?? text.Trim(), () => Screen(app));
    }

    /// <summary>A client comes, sees the editor drawn, and goes.</summary>
    private static void Attach(Application app, string expected)
    {
        app.StartCommand("/bin/sh", ["-c", $"sleep 100 | TERM=xterm script -q -f -c 'tmux -S {app.PathOf("socket")} attach -t work:0' client"],
            "client-command", User.Self);
        Await(app, "the screen of a client", expected, () => app.Read("client"));
        Tmux(app, "detach-client", "-s", "work");
    }

    private static void Await(Application app, string what, string expected, Func<string> seen)
    {
        if (!Limits.Within(Limits.Command, () => seen().Contains(expected, StringComparison.Ordinal)))
        {
            throw app.Failure($"{what} with \"{expected}\"", seen());
        }
    }

    private static void WriteProgram(Application app, int functions)
    {
        StringBuilder source = new();
        for (int i = 0; i < functions; i++)
        {
            source.AppendLine($"int f{i}(int a, int b) {{ for (int i = 0; i < a; i++) b += i % {i + 2} ? a * {i} : b / (i + 1); return b; }}");
        }

        File.WriteAllText(app.PathOf("program.c"), source.ToString());
        app.Run("/usr/bin/gcc", "-O1", "-c", "-o", "right.o", "program.c").Succeeds();
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNamedPipe(string path, uint mode);
}
