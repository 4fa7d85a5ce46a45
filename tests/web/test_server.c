/* The server by itself, spoken to over real sockets on loopback, with a handler that tells what it got. */
#include "web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct log quiet;
static char folder[64];

static void handle(void *context, struct request *request, struct response *response)
{
    (void)context;
    struct buffer out = buffer_make(response->arena);
    buffer_format(&out, "%s %.*s", request->method == METHOD_POST ? "POST" : "GET", PRINT(request->path));
    for (size_t i = 0; i < request->query.count; i++)
        buffer_format(&out, " ?%.*s=%.*s", PRINT(request->query.items[i].name), PRINT(request->query.items[i].value));
    for (size_t i = 0; i < request->form.count; i++)
        buffer_format(&out, " !%.*s=%.*s", PRINT(request->form.items[i].name), PRINT(request->form.items[i].value));
    for (size_t i = 0; i < request->upload_count; i++)
        buffer_format(&out, " file %.*s of %llu", PRINT(request->uploads[i].file_name),
                      (unsigned long long)request->uploads[i].size);
    buffer_format(&out, " from %.*s%s", PRINT(request->remote), request->over_tls ? " tls" : "");
    response_text(response, 200, buffer_slice(&out));
    if (slice_equal(request->path, S("/slow")))
        usleep(300000);
    if (slice_equal(request->path, S("/slower")))
        usleep(2000000);
    if (slice_equal(request->path, S("/large")))
        response->body = slice_from(arena_array(response->arena, char, 32 << 20), 32 << 20);
    if (slice_equal(request->path, S("/split")))
        response_redirect(response, S("/a\r\nX-Evil: 1"));
}

static bool takes_upload(void *context, const struct request *request)
{
    (void)context;
    return slice_equal(request->path, S("/upload"));
}

static struct server *start(struct server_options options)
{
    struct error err = NO_ERROR;
    struct server *server;
    quiet = (struct log){.host = host_real(), .level = LOG_ERROR, .fd = -1};
    options.host = host_real();
    options.log = &quiet;
    options.handle = handle;
    options.takes_upload = takes_upload;
    options.upload_folder = slice_of(folder);
    if (!server_start(&options, &server, &err))
        fail_msg("%s", err.text);
    return server;
}

static int reach(struct server *server)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(server_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, struct slice words)
{
    while (words.len) {
        ssize_t sent = send(fd, words.at, words.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        words = slice_part(words, (size_t)sent, words.len);
    }
}

/* Reads until the other side closes or `end` was seen. */
static struct slice hear(int fd, struct arena *arena, const char *end)
{
    struct buffer got = buffer_make(arena);
    char piece[4096];
    ssize_t n;
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0) {
        buffer_add(&got, slice_from(piece, (size_t)n));
        if (end && slice_search(buffer_slice(&got), slice_of(end)) < got.len)
            break;
    }
    return buffer_slice(&got);
}

static struct slice ask(struct server *server, struct arena *arena, struct slice words)
{
    int fd = reach(server);
    say(fd, words);
    struct slice got = hear(fd, arena, NULL);
    close(fd);
    return got;
}

static bool has(struct slice text, const char *piece)
{
    return slice_search(text, slice_of(piece)) < text.len;
}

#define GET(path) S("GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/staithe-server-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return rmdir(folder); /* fails if an upload was left behind */
}

static void a_request_reaches_the_handler_whole(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    struct slice got = ask(server, arena, GET("/people/7%20a?name=Ann+B&x=%C3%A9"));
    assert_true(has(got, "HTTP/1.1 200") && has(got, "GET /people/7 a ?name=Ann B ?x=\xc3\xa9 from 127.0.0.1"));
    got =
        ask(server, arena,
            S("POST /do HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
              "Content-Length: 7\r\n\r\na=1&b=2"));
    assert_true(has(got, "POST /do !a=1 !b=2"));
    server_stop(server, 1000);
    arena_free(arena);
}

static void every_answer_carries_the_security_headers(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    static const char *const wanted[] = {"frame-ancestors 'none'", "default-src 'none'",
                                         "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
                                         "Cache-Control: no-store"};
    struct slice answers[] = {ask(server, arena, GET("/")), ask(server, arena, GET("/../etc/passwd")),
                              ask(server, arena, S("PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))};
    for (size_t k = 0; k < countof(answers); k++) {
        assert_false(has(answers[k], "unsafe-"));
        for (size_t i = 0; i < countof(wanted); i++)
            if (!has(answers[k], wanted[i]))
                fail_msg("answer %zu has no %s", k, wanted[i]);
    }
    assert_true(has(answers[2], "405") && has(answers[2], "Allow: GET, HEAD, POST"));
    server_stop(server, 1000);
    arena_free(arena);
}

static void a_path_with_dots_or_encoded_slashes_is_nowhere(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    static const char *const bad[] = {
        "/../etc/passwd", "/a/../b", "/%2e%2e/etc", "/a/%2E%2e", "/a/.", "/a%2fb", "/a%5c..%5cb", "//etc",
        "/a//b",          "/a%00b",  "/a%",         "/%ff",      "/a/",  "a/b",    "/a%0d%0ab"};
    for (size_t i = 0; i < countof(bad); i++) {
        struct slice got =
            ask(server, arena, arena_format(arena, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", bad[i]));
        if (has(got, "HTTP/1.1 200") || got.len == 0)
            fail_msg("%s was answered: %.*s", bad[i], PRINT(got));
    }
    server_stop(server, 1000);
    arena_free(arena);
}

static void a_request_of_100_mb_is_refused_unread(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    struct slice got = ask(server, arena,
                           S("POST /do HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                             "Content-Length: 104857600\r\n\r\na="));
    assert_true(has(got, "HTTP/1.1 413") && has(got, "65536 bytes"));
    /* The same without saying its length beforehand: cut off long before 100 MB. */
    int fd = reach(server);
    say(fd, S("POST /do HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"));
    char *chunk = arena_array(arena, char, 65536 + 16);
    int head = snprintf(chunk, 16, "%x\r\n", 65536);
    memset(chunk + head, 'a', 65536);
    chunk[head + 65536] = '\r';
    chunk[head + 65537] = '\n';
    size_t sent = 0;
    for (int i = 0; i < 1600; i++) {
        ssize_t n = send(fd, chunk, (size_t)head + 65538, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    assert_true(sent < (32u << 20));
    close(fd);
    /* A file where none is taken, and one past 2 GiB where one is. */
    got = ask(server, arena,
              S("POST /do HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: "
                "104857600\r\n\r\n"));
    assert_true(has(got, "HTTP/1.1 413"));
    got = ask(server, arena,
              S("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                "Content-Length: 2147483649\r\n\r\n"));
    assert_true(has(got, "HTTP/1.1 413") && has(got, "split it"));
    server_stop(server, 1000);
    arena_free(arena);
}

static void an_upload_streams_to_a_file_and_is_gone_afterwards(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    enum { SIZE = 3 << 20 };
    struct slice front = S("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nt\r\n--b\r\n"
                           "Content-Disposition: form-data; name=\"file\"; filename=\"../../x.csv\"\r\n\r\n");
    struct slice back = S("\r\n--b--\r\n");
    char *body = arena_array(arena, char, SIZE);
    memset(body, 'x', SIZE);
    int fd = reach(server);
    say(fd,
        arena_format(
            arena,
            "POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Content-Length: %zu\r\n\r\n",
            front.len + SIZE + back.len));
    say(fd, front);
    say(fd, slice_from(body, SIZE));
    say(fd, back);
    struct slice got = hear(fd, arena, NULL);
    assert_true(has(got, "!csrf=t file ../../x.csv of 3145728"));
    close(fd);
    server_stop(server, 1000);
    struct slice *names;
    size_t count;
    struct error err = NO_ERROR;
    assert_true(host_list_folder(slice_of(folder), arena, &names, &count, &err));
    assert_int_equal(count, 0);
    arena_free(arena);
}

/* Sends a byte each 100 ms and says how many milliseconds passed until the server hung up. */
static long trickle(struct server *server, struct slice first, long most)
{
    int fd = reach(server);
    say(fd, first);
    long spent = 0;
    for (; spent < most; spent += 100) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, 100) > 0) {
            char byte;
            if (recv(fd, &byte, 1, 0) <= 0)
                break;
        }
        if (send(fd, "a", 1, MSG_NOSIGNAL) <= 0)
            break;
    }
    close(fd);
    return spent;
}

static void a_slow_request_is_closed_however_lively(void **state)
{
    (void)state;
    struct server *server = start((struct server_options){.head_ms = 700, .body_ms = 700});
    assert_true(trickle(server, S("GET / HTTP/1.1\r\nX: "), 8000) < 4000);
    assert_true(trickle(server,
                        S("POST /do HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                          "Content-Length: 60000\r\n\r\n"),
                        8000) < 4000);
    assert_true(trickle(server, S(""), 8000) < 4000);
    server_stop(server, 1000);
}

static void an_answer_that_is_not_fetched_is_given_up(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){.send_ms = -511500}); /* 32 MiB allow 512 s more */
    int fd = reach(server);
    int small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say(fd, GET("/large"));
    usleep(2500000);
    struct slice got = hear(fd, arena, NULL);
    assert_true(got.len < (32u << 20));
    close(fd);
    server_stop(server, 1000);
    arena_free(arena);
}

static void stopping_finishes_what_is_in_work(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    int fd = reach(server);
    say(fd, GET("/slow"));
    usleep(100000);
    server_stop(server, 5000);
    assert_true(has(hear(fd, arena, NULL), "GET /slow"));
    close(fd);
    arena_free(arena);
}

static void a_connection_serves_request_after_request(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    int fd = reach(server);
    for (int i = 0; i < 20; i++) {
        say(fd, arena_format(arena, "GET /turn/%d HTTP/1.1\r\nHost: x\r\n\r\n", i));
        assert_true(has(hear(fd, arena, "from 127"), "HTTP/1.1 200"));
    }
    close(fd);
    server_stop(server, 1000);
    arena_free(arena);
}

static void the_proxys_word_counts_only_when_it_is_trusted(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct slice request = S("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 6.6.6.6, 10.1.2.3\r\n"
                             "X-Forwarded-Proto: https\r\n\r\n");
    struct server *server = start((struct server_options){0});
    struct slice got = ask(server, arena, request);
    if (!has(got, "from 127.0.0.1"))
        fail_msg("got %.*s", PRINT(got));
    server_stop(server, 1000);
    server = start((struct server_options){.trusted_proxy = true});
    assert_true(has(ask(server, arena, request), "from 10.1.2.3 tls"));
    server_stop(server, 1000);
    arena_free(arena);
}

static void a_redirect_cannot_split_headers_or_leave(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){0});
    struct slice got = ask(server, arena, GET("/split"));
    assert_true(has(got, "303") && has(got, "Location: /\r\n") && !has(got, "X-Evil"));
    server_stop(server, 1000);
    arena_free(arena);
}

static void a_taken_port_says_so(void **state)
{
    (void)state;
    struct server *server = start((struct server_options){0}), *other;
    struct error err = NO_ERROR;
    struct server_options options = {.port = server_port(server), .host = host_real(), .log = &quiet, .handle = handle};
    assert_false(server_start(&options, &other, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    server_stop(server, 1000);
}

static void a_signal_or_a_word_ends_the_wait(void **state)
{
    (void)state;
    server_block_signals();
    struct server *server = start((struct server_options){0});
    server_ask_to_stop(server);
    server_wait(server);
    server_stop(server, 1000);
    server = start((struct server_options){0});
    kill(getpid(), SIGTERM);
    server_wait(server);
    server_stop(server, 1000);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    struct timespec none = {0};
    sigtimedwait(&set, NULL, &none); /* taken off, so that it ends nobody else */
}

/* Far more connections than threads that move bytes, each of which a request that waits would hold up. */
static void a_request_that_waits_holds_up_nobody_else(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct server *server = start((struct server_options){.threads = 10});
    int slow[8], quick[8];
    for (size_t i = 0; i < countof(slow); i++)
        say(slow[i] = reach(server), GET("/slower"));
    usleep(50000);
    int64_t began = host_monotonic(host_real());
    for (size_t i = 0; i < countof(quick); i++)
        say(quick[i] = reach(server), GET("/quick"));
    for (size_t i = 0; i < countof(quick); i++)
        assert_true(has(hear(quick[i], arena, NULL), "GET /quick"));
    /* The slow ones take two seconds each. */
    assert_true(host_monotonic(host_real()) - began < 1500000000);
    for (size_t i = 0; i < countof(slow); i++) {
        assert_true(has(hear(slow[i], arena, NULL), "GET /slower"));
        close(slow[i]);
        close(quick[i]);
    }
    server_stop(server, 1000);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_reaches_the_handler_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(every_answer_carries_the_security_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_with_dots_or_encoded_slashes_is_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(a_request_of_100_mb_is_refused_unread, setup, teardown),
        cmocka_unit_test_setup_teardown(an_upload_streams_to_a_file_and_is_gone_afterwards, setup, teardown),
        cmocka_unit_test_setup_teardown(a_slow_request_is_closed_however_lively, setup, teardown),
        cmocka_unit_test_setup_teardown(an_answer_that_is_not_fetched_is_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(stopping_finishes_what_is_in_work, setup, teardown),
        cmocka_unit_test_setup_teardown(a_connection_serves_request_after_request, setup, teardown),
        cmocka_unit_test_setup_teardown(a_request_that_waits_holds_up_nobody_else, setup, teardown),
        cmocka_unit_test_setup_teardown(the_proxys_word_counts_only_when_it_is_trusted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_redirect_cannot_split_headers_or_leave, setup, teardown),
        cmocka_unit_test_setup_teardown(a_taken_port_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(a_signal_or_a_word_ends_the_wait, setup, teardown),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
