#include "web/visitor.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct slice ask(struct arena *arena, struct slice words)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(stage.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 60};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    while (words.len) {
        ssize_t sent = send(fd, words.at, words.len, MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        words = slice_part(words, (size_t)sent, words.len);
    }
    struct buffer got = buffer_make(arena);
    char piece[16384];
    ssize_t n;
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
        buffer_add(&got, slice_from(piece, (size_t)n));
    close(fd);
    return buffer_slice(&got);
}

bool has(struct slice text, const char *piece)
{
    return slice_search(text, slice_of(piece)) < text.len;
}

struct slice between(struct slice text, const char *before, const char *after)
{
    size_t at = slice_search(text, slice_of(before));
    struct slice rest = slice_part(text, at + strlen(before), text.len);
    return slice_part(rest, 0, slice_search(rest, slice_of(after)));
}

struct slice cookies_of(struct arena *arena, const struct visitor *visitor)
{
    return arena_format(arena, "staithe_session=%.*s; staithe_form=%.*s", PRINT(visitor->session),
                        PRINT(visitor->form));
}

struct slice get(struct arena *arena, const struct visitor *visitor, const char *path)
{
    return ask(arena, arena_format(arena, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: %.*s\r\n\r\n",
                                   path, PRINT(cookies_of(arena, visitor))));
}

struct slice post(struct arena *arena, const struct visitor *visitor, const char *path, struct slice body)
{
    return ask(arena, arena_format(arena,
                                   "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: %.*s\r\n"
                                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%.*s",
                                   path, PRINT(cookies_of(arena, visitor)), body.len, PRINT(body)));
}

struct visitor come(struct arena *arena, const char *name, const char *choice)
{
    struct visitor visitor = {.session = S("-"), .form = S("-")};
    struct slice form = get(arena, &visitor, "/sign-in");
    visitor.form = between(form, "staithe_form=", ";");
    struct slice answer = post(
        arena, &visitor, "/sign-in",
        arena_format(arena, "csrf=%.*s&name=%s&password=" ACCOUNT_DEMONSTRATION_PASSWORD, PRINT(visitor.form), name));
    if (!has(answer, "HTTP/1.1 303"))
        fail_msg("%s could not sign in: %.*s", name, PRINT(answer));
    visitor.session = between(answer, "staithe_session=", ";");
    struct slice page = get(arena, &visitor, choice ? "/purpose" : "/");
    visitor.csrf = between(page, "name=\"csrf\" value=\"", "\"");
    assert_true(visitor.csrf.len >= 20);
    if (choice)
        assert_true(has(
            post(arena, &visitor, "/purpose", arena_format(arena, "csrf=%.*s&choice=%s", PRINT(visitor.csrf), choice)),
            "HTTP/1.1 303"));
    return visitor;
}

int open_stage(void **state)
{
    struct error err = NO_ERROR;
    (void)state;
    if (!stage_open(&stage, NULL, 0, 200, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

int close_stage(void **state)
{
    (void)state;
    stage_close(&stage, true);
    return 0;
}
