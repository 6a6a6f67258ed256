/* State of a process that cannot be saved: unsaveable namespace | dispatch. It must be
 * refused by name, and the program runs on. */
#include "application.h"

#include <sched.h>
#include <sys/prctl.h>

int main(int count, char **arguments)
{
    const char *state = count > 1 ? arguments[1] : "dispatch";
    if (strcmp(state, "namespace") == 0) {
        must("unshare", unshare(CLONE_NEWUTS));
    } else {
        static char selector; /* allow */
        must("dispatch", prctl(59 /* PR_SET_SYSCALL_USER_DISPATCH */, 1, 0, 0, &selector));
    }
    application_ready();
    application_wait();
    return application_verdict();
}
