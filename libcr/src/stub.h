/*
 * What both stubs do when they are loaded.
 *
 * A stub has no interface. Programs find out about libcr with dlsym(RTLD_DEFAULT, "cr_init"), and
 * under cr_run they must find nothing; what a stub exports is data.
 *
 * LIBCR_DISABLE_NSCD is accepted and needs nothing: a file that nscd shares with a process is saved
 * and found again like any other.
 */
#ifndef BLCR_STUB_H
#define BLCR_STUB_H

#include <signal.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

/* CR_SIGNUM, the signal of BLCR. Nothing of ours depends on it any more, but programs count on it
 * being taken. */
enum { CHECKPOINT_SIGNAL = 64 };

/* glibc: takes a real-time signal away, the highest one that is free. Not in musl. */
extern int __libc_allocate_rtsig(int high) __attribute__((weak));

/* Signals of this number were for the checkpoint system alone: from anybody else they had no
 * effect. */
static void ignore_signal(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)context;
}

/*
 * Makes SIGRTMAX 63, if another stub or libcr has not done so already, and puts a handler on 64. A
 * handler that is there is left alone.
 */
static inline void take_checkpoint_signal(void)
{
    if (SIGRTMAX == CHECKPOINT_SIGNAL && __libc_allocate_rtsig != NULL)
        (void)__libc_allocate_rtsig(0);

    struct sigaction action;
    if (sigaction(CHECKPOINT_SIGNAL, NULL, &action) != 0)
        return;
    if (action.sa_flags & SA_SIGINFO ||
        (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN))
        return;

    action.sa_sigaction = ignore_signal;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    sigfillset(&action.sa_mask);
    (void)sigaction(CHECKPOINT_SIGNAL, &action, NULL);
}

#endif
