/*
 * libcr_omit: "leave me out of checkpoints". That it is mapped says so: cr_checkpoint looks at the
 * names of a process's mapped files, and leaves out one that has libcr_omit.so and not libcr.so.
 * The process itself need not answer, so this works while it is stopped, or hangs.
 */
#define _GNU_SOURCE
#include "stub.h"

EXPORT int cr_omit_link_me = 0;
EXPORT extern const int cri_signum;
const int cri_signum = CHECKPOINT_SIGNAL;

__attribute__((constructor)) static void loaded(void)
{
    take_checkpoint_signal();
}
