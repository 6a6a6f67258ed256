/* A file that is only read, and mapped: the program relies on what is in it. */
#include "application.h"

#include <sys/mman.h>

enum { Page = 4096, Length = 3 * Page };

int main(void)
{
    int fd = (int)must(
        "open", open(application_path("data"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    char content[Length];
    for (int i = 0; i < Length; i++) {
        content[i] = (char)(i * 7 + i / Page);
    }
    must("write", write(fd, content, sizeof content));
    close(fd);
    fd = (int)must("open", open(application_path("data"), O_RDONLY | O_CLOEXEC));
    char *mapped = mmap(NULL, Length, PROT_READ, MAP_PRIVATE, fd, 0);
    must("mmap", mapped == MAP_FAILED ? -1 : 0);
    close(fd);

    application_ready();
    application_wait();

    expect(memcmp(content, mapped, sizeof content) == 0,
           "the mapped file has other bytes than before");
    return application_verdict();
}
