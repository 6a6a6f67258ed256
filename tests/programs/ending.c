/*
 * Ends as it is told when it is judged: `ending exit 7`, `ending signal 15`, `ending stop`.
 * cr_restart has to end in the same way. Alone it survives.
 */
#include "application.h"

#include <signal.h>

int main(int argc, char **argv)
{
    application_ready();
    application_wait();
    application_note("verdict", "survived\n");
    if (argc == 3 && strcmp(argv[1], "exit") == 0) {
        return atoi(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "signal") == 0) {
        raise(atoi(argv[2]));
    }
    return 0;
}
