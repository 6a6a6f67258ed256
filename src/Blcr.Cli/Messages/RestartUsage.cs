namespace Blcr.Cli.Messages;

internal static class RestartUsage
{
    /// <summary>For a mistake: long texts hide what was wrong.</summary>
    public const string Short = """
        Usage: cr_restart [options] [FILE]
        Try 'cr_restart --help' for the options.
        """;

    /// <summary>For --help.</summary>
    public const string Text = """
        Usage: cr_restart [options] [FILE]
        Brings processes back from a context file that cr_checkpoint wrote, waits for the first of them,
        and leaves as it leaves.

        General:
          -q, --quiet             say nothing
          -?, -h, --help          show this and exit
          -v, --version           show the version and exit

        Where the context is (only one):
          -f, --file FILE         FILE
          -F, --fd FD             an open descriptor; a pipe will do
          -d, --dir DIR           a directory of cr_checkpoint --dir
              --fall-back         if FILE is damaged or missing, take the newest good one of FILE.1, FILE.2, ...

        What the processes get when they run (the last one given counts):
              --run               no signal (default)
          -S, --signal NUM        signal NUM, 1 to 64
              --stop, --freeze, --term, --abort, --kill, --cont
                                  SIGSTOP, SIGSTOP, SIGTERM, SIGABRT, SIGKILL, SIGCONT

        Ids:
              --restore-pid, --no-restore-pid    process and thread ids as saved (default), or new ones
              --restore-pgid, --no-restore-pgid  process groups as saved, or the own one (default)
              --restore-sid, --no-restore-sid    sessions as saved, or the own one (default)
              --new-pid-namespace[=if-needed]    in a pid namespace of their own, where every id is free
              --own-groups                       supplementary groups of cr_restart, not those saved

        Files and descriptors:
              --relocate OLD=NEW  what was saved at OLD or below is at NEW now; up to 16 times
              --cut-back          what written files have got since the checkpoint is not only cut off,
                                  but kept in PATH.after-checkpoint, and told
              --put-back          files of a saved directory that have another content now come back as they
                                  were; what is there is kept in PATH.after-checkpoint, and told
              --inherit-fd OLD=FD what led out of the checkpoint at OLD becomes our descriptor FD; OLD is
                                  FD, PID:FD, pipe:[NUMBER] or a terminal's path, as cr_info shows them

        Commands for the shell (a status other than 0 becomes that of cr_restart):
              --run-on-success CMD      when the processes run
              --run-on-fail-args CMD    wrong options, or the context cannot be opened
              --run-on-fail-temp CMD    it may work later
              --run-on-fail-env CMD     something around it must be put right
              --run-on-fail-perm CMD    it will never work
              --run-on-failure CMD      each of these four

        Other:
              --kmsg-none, --kmsg-error, --kmsg-warning
                                  explain nothing; failures (default); also what is odd
              --omit-maybe, --omit-always, --omit-never
                                  whether this cr_restart is part of later checkpoints

        See cr_restart(1).

        """;
}
