/* For programs about huge pages. */
#ifndef BLCR_PAGE_SIZE_H
#define BLCR_PAGE_SIZE_H

#include "application.h"

/* The kernel's page size of the mapping at this address, in bytes. */
static long page_size(const void *at)
{
    FILE *smaps = fopen("/proc/self/smaps", "re");
    must("open smaps", smaps ? 0 : -1);
    char line[400];
    unsigned long start = 0;
    long kilobytes = 0;
    while (fgets(line, sizeof line, smaps)) {
        sscanf(line, "%lx-%*x ", &start);
        if (start == (unsigned long)at && sscanf(line, "KernelPageSize: %ld kB", &kilobytes) == 1) {
            break;
        }
    }
    fclose(smaps);
    return kilobytes * 1024;
}

#endif
