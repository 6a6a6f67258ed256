using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Settings that are locked (TIOCSLCKTRMIOS) are free for the moment in which bytes are taken and put back.</summary>
internal static class LockedSettings
{
    /// <summary>Ends the program, before anything was taken, if the process may not do that (CAP_SYS_ADMIN).</summary>
    public static void Free(SyscallProgram program, int slave, PseudoTerminal image)
    {
        if (image.LockedSettings.Length > 0)
        {
            program.Call("free the locked settings of the terminal for a moment", SyscallNumber.Ioctl, slave,
                TerminalIoctl.SetLockedSettings, program.Output(TerminalSettings.OldSize));
        }
    }

    public static void LockAgain(SyscallProgram program, int slave, PseudoTerminal image)
    {
        if (image.LockedSettings.Length > 0)
        {
            program.TryCall("lock the settings of the terminal", SyscallNumber.Ioctl, slave, TerminalIoctl.SetLockedSettings,
                program.Input(image.LockedSettings.Span));
        }
    }
}
