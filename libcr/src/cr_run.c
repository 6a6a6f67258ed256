/*
 * libcr_run: "I may be checkpointed". With us every process may, so all it does is to look to the
 * program as the original did. cr_run preloads it; a static program pulls it in with "-u
 * cr_run_link_me".
 */
#define _GNU_SOURCE
#include "stub.h"

EXPORT int cr_run_link_me = 0;
EXPORT extern const int cri_signum;
const int cri_signum = CHECKPOINT_SIGNAL;

__attribute__((constructor)) static void loaded(void)
{
    take_checkpoint_signal();
}
