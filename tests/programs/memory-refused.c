/* Memory that cannot be saved, of the sort that the first argument names. */
#include "application.h"

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { Page = 4096 };

static void *map(int fd)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *at = mmap(NULL, Page, PROT_READ | PROT_WRITE, flags, fd, 0);
    must("mmap", at == MAP_FAILED ? -1 : 0);
    return at;
}

static void hold(const char *what)
{
    if (strcmp(what, "aio") == 0) {
        static unsigned long queue;
        must("io_setup", syscall(SYS_io_setup, 8, &queue));
    } else if (strcmp(what, "io_uring") == 0) {
        static unsigned char parameters[120]; /* struct io_uring_params */
        map((int)must("io_uring_setup", syscall(SYS_io_uring_setup, 8, parameters)));
    } else if (strcmp(what, "secret") == 0) {
        int fd = (int)must("memfd_secret", syscall(SYS_memfd_secret, 0));
        must("ftruncate", ftruncate(fd, Page));
        map(fd);
        close(fd);
    } else if (strcmp(what, "userfaultfd") == 0) {
        int fd = (int)must("userfaultfd", syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY));
        struct uffdio_api api = {.api = UFFD_API};
        must("UFFDIO_API", ioctl(fd, UFFDIO_API, &api));
        struct uffdio_register area = {.range = {.start = (unsigned long)map(-1), .len = Page},
                                       .mode = UFFDIO_REGISTER_MODE_MISSING};
        must("UFFDIO_REGISTER", ioctl(fd, UFFDIO_REGISTER, &area));
    } else {
        must("the argument names nothing known", -1);
    }
}

int main(int count, char **arguments)
{
    if (count > 1) {
        hold(arguments[1]);
    }
    application_ready();
    application_wait();
    return application_verdict();
}
