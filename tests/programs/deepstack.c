/*
 * A stack that has grown to six megabytes, with a value in every frame, and that must grow by
 * another megabyte afterwards; and a second thread as deep on the stack it was given.
 */
#include "application.h"

#include <pthread.h>
#include <stdint.h>

enum { Frames = 6000, More = 1000, FrameBytes = 1024 };

static atomic_int at_the_bottom;

static uint64_t descend(int depth, int bottom, void (*there)(void))
{
    volatile uint8_t frame[FrameBytes];
    for (size_t i = 0; i < FrameBytes; i++) {
        frame[i] = (uint8_t)(i * 7 + (size_t)depth);
    }
    uint64_t sum = 0;
    if (depth < bottom) {
        sum = descend(depth + 1, bottom, there);
    } else if (there) {
        there();
    }
    for (size_t i = 0; i < FrameBytes; i++) {
        if (!expect(frame[i] == (uint8_t)(i * 7 + (size_t)depth), "frame %d, byte %zu: seen %u",
                    depth, i, frame[i])) {
            break;
        }
        sum += frame[i];
    }
    return sum;
}

static uint64_t sum_of(int from, int to)
{
    uint64_t sum = 0;
    for (int depth = from; depth <= to; depth++) {
        for (size_t i = 0; i < FrameBytes; i++) {
            sum += (uint8_t)(i * 7 + (size_t)depth);
        }
    }
    return sum;
}

static void grow_further(void)
{
    expect_equal("sum of the frames added", (long long)sum_of(0, More),
                 (long long)descend(0, More, NULL));
}

static void bottom_of_main(void)
{
    while (atomic_load(&at_the_bottom) == 0) {
        application_sleep(1);
    }
    application_ready();
    application_wait();
    grow_further();
}

static void bottom_of_thread(void)
{
    atomic_store(&at_the_bottom, 1);
    application_wait();
    grow_further();
}

static void *thread(void *unused)
{
    expect_equal("sum of the thread's frames", (long long)sum_of(0, Frames / 2),
                 (long long)descend(0, Frames / 2, bottom_of_thread));
    return unused;
}

int main(void)
{
    pthread_t other;
    pthread_create(&other, NULL, thread, NULL);
    expect_equal("sum of the frames", (long long)sum_of(0, Frames),
                 (long long)descend(0, Frames, bottom_of_main));
    pthread_join(other, NULL);
    return application_verdict();
}
