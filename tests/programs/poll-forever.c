/*
 * A thread polls a pipe for ever: checkpointed once or several times, restarted or not, it must not
 * come back before something is written.
 */
#include "application.h"

#include <poll.h>
#include <pthread.h>

static int ends[2];
static atomic_int ready;
static int given = -2;

static void *wait_for_ever(void *unused)
{
    (void)unused;
    struct pollfd one = {ends[0], POLLIN, 0};
    ready = 1;
    given = poll(&one, 1, -1);
    ready = 2;
    return NULL;
}

int main(void)
{
    pthread_t thread;
    must("pipe", pipe(ends));
    must("pthread_create", -pthread_create(&thread, NULL, wait_for_ever, NULL));
    while (ready == 0) {
        application_sleep(1);
    }
    application_sleep(50);
    application_ready();
    application_wait();
    application_sleep(50);
    expect_equal("the poll still waits", 1, ready);
    must("write", write(ends[1], "x", 1));
    pthread_join(thread, NULL);
    expect_equal("what poll gave", 1, given);
    return application_verdict();
}
