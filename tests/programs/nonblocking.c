/*
 * A terminal as standard input that the program made non-blocking. Without one (`make check`) it is
 * whatever there is.
 */
#include "application.h"

int main(void)
{
    must("F_SETFL", fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK));

    application_ready();
    application_wait();

    expect_equal("O_NONBLOCK", O_NONBLOCK, fcntl(0, F_GETFL) & O_NONBLOCK);
    return application_verdict();
}
