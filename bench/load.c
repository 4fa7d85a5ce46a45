/* An open-loop HTTP client for loopback: requests leave by the clock, whether or not answers have come, and each one's
 * time counts from when it should have left. A closed loop would wait for a slow server and so hide it (coordinated
 * omission).
 *
 *     load PORT RATE SECONDS CONNECTIONS COOKIE < paths
 *
 * Paths are read from standard input, one a line, and asked for in turn. Prints one JSON object. RATE 0 asks as fast as
 * CONNECTIONS allow: the most that the server gives. Bounded: at most 120 seconds, 2,000,000 requests. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MOST = 1 << 20, REQUESTS_MOST = 2000000, PATHS_MOST = 100000 };

struct connection {
    int fd;
    bool busy;
    int64_t due;
    char *answer;
    size_t got, whole; /* whole: bytes of the answer once its head was read, 0 before */
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int dial(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("connect");
        exit(69);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void send_request(struct connection *c, const char *path, const char *cookie, int64_t due)
{
    char request[4096];
    int len =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s\r\n\r\n", path, cookie);
    if (len < 0 || (size_t)len >= sizeof request || write(c->fd, request, (size_t)len) != len) {
        fprintf(stderr, "a request could not be sent whole\n");
        exit(74);
    }
    c->busy = true;
    c->due = due;
    c->got = c->whole = 0;
}

/* True when the answer is whole; *status is then its status. */
static bool take_answer(struct connection *c, int *status)
{
    for (;;) {
        ssize_t n = read(c->fd, c->answer + c->got, ANSWER_MOST - c->got - 1);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            *status = -1;
            return true;
        }
        if (n < 0)
            return false;
        c->got += (size_t)n;
        c->answer[c->got] = '\0';
        if (!c->whole) {
            char *head = strstr(c->answer, "\r\n\r\n"), *length = strcasestr(c->answer, "\r\nContent-Length:");
            if (!head)
                continue;
            c->whole = (size_t)(head - c->answer) + 4 + (length && length < head ? strtoul(length + 17, NULL, 10) : 0);
        }
        if (c->got >= c->whole) {
            *status = atoi(c->answer + 9);
            return true;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: load PORT RATE SECONDS CONNECTIONS COOKIE < paths\n");
        return 64;
    }
    uint16_t port = (uint16_t)atoi(argv[1]);
    double rate = atof(argv[2]);
    int seconds = atoi(argv[3]), count = atoi(argv[4]);
    if (seconds < 1 || seconds > 120 || count < 1 || count > 512 || rate < 0)
        return 64;
    static char *paths[PATHS_MOST];
    size_t path_count = 0;
    char line[2048];
    while (path_count < PATHS_MOST && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '/')
            paths[path_count++] = strdup(line);
    }
    if (!path_count)
        return 65;
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    int64_t *times = malloc(REQUESTS_MOST * sizeof *times);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        connections[i].fd = dial(port);
        connections[i].answer = malloc(ANSWER_MOST);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &event);
    }
    size_t sent = 0, answered = 0, good = 0, due_count = 0;
    int64_t start = now_ns(), end = start + (int64_t)seconds * 1000000000;
    int64_t gap = rate > 0 ? (int64_t)(1e9 / rate) : 0;
    while (now_ns() < end + 5000000000 && !(now_ns() >= end && answered == sent)) {
        int64_t now = now_ns();
        /* What should have left by now. */
        while (gap && now < end && start + (int64_t)due_count * gap <= now && due_count < REQUESTS_MOST)
            due_count++;
        for (int i = 0; i < count && now < end; i++) {
            if (connections[i].busy || sent >= REQUESTS_MOST || (gap && sent >= due_count))
                continue;
            int64_t due = gap ? start + (int64_t)sent * gap : now;
            send_request(&connections[i], paths[sent % path_count], argv[5], due);
            sent++;
        }
        struct epoll_event events[64];
        struct timespec wait = {.tv_nsec = 200000};
        int ready = epoll_pwait2(poll, events, 64, &wait, NULL);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            int status = 0;
            if (!c->busy || !take_answer(c, &status))
                continue;
            c->busy = false;
            times[answered] = now_ns() - c->due;
            answered++;
            good += status == 200;
            if (status < 0) {
                close(c->fd);
                c->fd = dial(port);
                struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
                epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
            }
        }
    }
    double lasted = (double)(now_ns() - start) / 1e9;
    if (!answered)
        return 69;
    qsort(times, answered, sizeof *times, compare);
#define PART(p) ((double)times[(size_t)((double)(answered - 1) * (p))] / 1e6)
    printf(
        "{\"asked\": %zu, \"answered\": %zu, \"good\": %zu, \"seconds\": %.2f, \"per_second\": %.0f, \"p50_ms\": %.2f, "
        "\"p90_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
        gap ? due_count : sent, answered, good, lasted, (double)answered / lasted, PART(0.5), PART(0.9), PART(0.99),
        PART(1.0));
    return good == answered ? 0 : 1;
}
