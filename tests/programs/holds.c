/*
 * Holds one object of the kernel's: `holds unix-socket`. For what a checkpoint has to refuse by its
 * name; whatever was said about it, the program must still hold it and run on.
 */
#include "application.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

static int unix_socket(void)
{
    int pair[2];
    must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    return pair[0];
}

static int tcp_listener(void)
{
    int fd = (int)must("socket", socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    must("bind", bind(fd, (struct sockaddr *)&address, sizeof address));
    must("listen", listen(fd, 1));
    return fd;
}

static int udp_socket(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0);
}

static int netlink_socket(void)
{
    return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

static int inotify(void)
{
    int fd = (int)must("inotify_init1", inotify_init1(0));
    must("inotify_add_watch", inotify_add_watch(fd, application_folder(), IN_CREATE));
    return fd;
}

static int fanotify_content(void)
{
    return fanotify_init(FAN_CLASS_CONTENT, O_RDONLY);
}

static int io_uring(void)
{
    struct io_uring_params parameters = {0};
    return (int)syscall(SYS_io_uring_setup, 4, &parameters);
}

static int userfaultfd(void)
{
    return (int)syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY);
}

static int perf_event(void)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof attributes,
        .config = PERF_COUNT_SW_TASK_CLOCK,
        .exclude_kernel = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static int pidfd(void)
{
    return (int)syscall(SYS_pidfd_open, getppid(), 0);
}

static int device(void)
{
    return open("/dev/fuse", O_RDWR);
}

static int tun(void)
{
    return open("/dev/net/tun", O_RDWR);
}

static int bpf_map(void)
{
    union bpf_attr attributes = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
    return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}

static int landlock_ruleset(void)
{
    struct landlock_ruleset_attr attributes = {.handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE};
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
}

static int namespace(void)
{
    return open("/proc/self/ns/net", O_RDONLY);
}

static int proc_of_another(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", getppid());
    return open(path, O_RDONLY);
}

/* Its queue is memory that cannot be had again; the descriptor is none of its. */
static int aio(void)
{
    unsigned long context = 0;
    must("io_setup", syscall(SYS_io_setup, 4, &context));
    return open("/dev/null", O_RDONLY);
}

static const struct {
    const char *name;
    int (*hold)(void);
} objects[] = {
    {"unix-socket", unix_socket},
    {"tcp-listener", tcp_listener},
    {"udp-socket", udp_socket},
    {"netlink-socket", netlink_socket},
    {"inotify", inotify},
    {"fanotify-content", fanotify_content},
    {"io_uring", io_uring},
    {"userfaultfd", userfaultfd},
    {"perf-event", perf_event},
    {"pidfd", pidfd},
    {"device", device},
    {"tun", tun},
    {"bpf-map", bpf_map},
    {"landlock-ruleset", landlock_ruleset},
    {"namespace", namespace},
    {"proc-of-another", proc_of_another},
    {"aio", aio},
};

int main(int argc, char **argv)
{
    int fd = -1;
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        if (strcmp(argc > 1 ? argv[1] : "unix-socket", objects[i].name) == 0) {
            fd = (int)must(objects[i].name, objects[i].hold());
        }
    }
    must("no such object", fd);
    char line[16];
    snprintf(line, sizeof line, "%d\n", fd);
    application_note("descriptor", line);
    application_ready();
    application_wait();
    expect_equal("flags of the descriptor", 0, fcntl(fd, F_GETFD) & ~FD_CLOEXEC);
    return application_verdict();
}
