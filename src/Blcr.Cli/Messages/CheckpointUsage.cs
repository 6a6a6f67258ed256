namespace Blcr.Cli.Messages;

internal static class CheckpointUsage
{
    /// <summary>For a mistake: long texts hide what was wrong.</summary>
    public const string Short = """
        Usage: cr_checkpoint [options] ID
        Try 'cr_checkpoint --help' for the options.
        """;

    /// <summary>For --help.</summary>
    public const string Text = """
        Usage: cr_checkpoint [options] ID
        Saves running processes to a context file, from which cr_restart brings them back.

        General:
          -v, --verbose           say what is being done; may be repeated
          -q, --quiet             say nothing at all
          -?, -h, --help          show this and exit
              --version           show the version and exit

        What ID means (the last one given counts):
          -T, --tree              the process ID and its descendants (default)
          -p, --pid, --process    the process ID alone
          -g, --pgid, --group     the process group ID; 0 is the own one
          -s, --sid, --session    the session ID; 0 is the own one

        Where the context goes (only one):
          -c, --cwd               context.ID in the current directory (default)
          -d, --dir DIR           a new directory with one file for each process
          -f, --file FILE         FILE
          -F, --fd FD             an open descriptor; a pipe will do

        If the file exists (the last one given counts):
              --atomic            it is replaced when the new one is complete (default)
              --backup[=NAME]     so too, and kept as NAME, or FILE.~N~
              --clobber           it is overwritten at once
              --noclobber         the checkpoint fails
              --keep N            it is read back and verified; then FILE becomes FILE.1, FILE.1 becomes
                                  FILE.2 and so on, N files in all

        What the processes get afterwards (the last one given counts):
              --run               no signal (default)
          -S, --signal NUM        signal NUM, 1 to 64
              --stop, --term, --abort, --kill, --cont
                                  SIGSTOP, SIGTERM, SIGABRT, SIGKILL, SIGCONT

        Mapped files whose content is saved too:
              --save-exe          the executable
              --save-private      every private mapping of a file
              --save-shared       every shared mapping of a file
              --save-all          all of these
              --save-none         none (default)
              --save-files PATH   the file PATH, if the processes have it open or mapped; if PATH is a
                                  directory, all that is in it; may be repeated
              --save-open-files PATH
                                  files at PATH or below that the processes have open or mapped;
                                  may be repeated

        Processes under a debugger, and debuggers:
              --ptraced-error     processes being traced are an error (default)
              --ptraced-skip      leave them out
              --ptraced-allow     try to save them
              --ptracer-error     processes that trace others are an error (default)
              --ptracer-skip      leave them out

        Other:
              --dry-run           tell what would be saved and what stands in the way; write nothing
              --sync, --nosync    wait until the file is on disk (default), or do not
              --kmsg-none, --kmsg-error, --kmsg-warning
                                  explain nothing; failures (default); also what is odd
          -t, --time SEC          give up after SEC seconds; 0 is no limit (default)

        See cr_checkpoint(1).

        """;
}
