/* server.c: libmicrohttpd behind our own interface.
 *
 * Per request there is one `struct exchange`, made when the request line has come and freed when the answer is sent or
 * the connection lost. It has two arenas: the request's, which the handler works in and which ends when the handler
 * returns (so that a database connection is given back before a slow client fetches its page), and the answer's.
 *
 * The library's threads only move bytes. When a request is whole its connection is suspended and the exchange goes to a
 * worker (workers.c); when that is done the connection is resumed, and the library calls again to be given the answer.
 *
 * Time is watched by deadlines.c. Refusing is only possible before the body or after it; in between what comes is
 * thrown away, a little of it politely, then the connection is dropped. */
#include "web/server.h"

#include "base/text.h"
#include "ingest/incoming.h"

#include "web/deadlines.h"
#include "web/multipart.h"
#include "web/workers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { RESPONSE_ARENA_MAX = 64 << 20, THROWN_AWAY_MAX = 1 << 20 };
#define MOVERS 2u /* threads of the library's */

struct server {
    struct server_options options;
    struct MHD_Daemon *daemon;
    int listening, wake;
    uint16_t port;
    struct deadlines *deadlines;
    struct workers *workers;
    _Atomic int64_t in_work; /* exchanges */
    _Atomic int64_t put_off; /* of them, those that wait to be handled again */
};

struct exchange {
    struct server *server;
    struct deadline *deadline;
    struct MHD_Connection *mhd;
    struct slice target; /* as sent */
    struct request request;
    struct response response;
    struct job job;
    bool begun, streaming, whole, handled;
    struct error error; /* set while the body came in; answered when it is whole */
    uint64_t received;
    struct buffer body;
    struct multipart *multipart;
    bool in_file;
    struct slice field;
    struct buffer value;
    size_t upload_capacity, form_capacity;
};

static int64_t ms(int64_t count)
{
    return count * INT64_C(1000000);
}

/* ---- Connections ---- */

static void connection_changed(void *context, struct MHD_Connection *mhd, void **socket_context,
                               enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *socket_context = deadlines_add(server->deadlines, fd, server->options.head_ms);
    } else {
        deadlines_remove(server->deadlines, *socket_context);
    }
}

/* ---- The request ---- */

static struct slice header(struct exchange *x, const char *name)
{
    return slice_of(MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name));
}

/* The library calls this with the request's first line, before anything is decoded. */
static void *request_begins(void *context, const char *target, struct MHD_Connection *mhd)
{
    struct server *server = context;
    struct arena *arena = arena_make(RESPONSE_ARENA_MAX);
    struct exchange *x = arena_new(arena, struct exchange);
    x->server = server;
    x->mhd = mhd;
    x->deadline = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    x->response.arena = arena;
    x->response.status = 500;
    x->request.arena = arena_make(REQUEST_ARENA_MAX);
    x->request.started = host_monotonic(server->options.host);
    x->target = arena_copy(x->request.arena, slice_of(target));
    server->in_work++;
    return x;
}

static void drop_uploads(struct exchange *x)
{
    struct error err;
    for (size_t i = 0; i < x->request.upload_count; i++)
        if (!incoming_drop(x->request.uploads[i].incoming, &err))
            log_line(x->server->options.log, LOG_WARNING, "an uploaded file could not be deleted: %s", err.text);
}

static void end_request_arena(struct exchange *x)
{
    if (!x->request.arena)
        return;
    drop_uploads(x);
    arena_free(x->request.arena);
    x->request.arena = NULL;
}

static void request_ends(void *context, struct MHD_Connection *mhd, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    struct server *server = context;
    struct exchange *x = *request_context;
    (void)mhd;
    if (!x)
        return;
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
        log_line(server->options.log, LOG_INFO, "a connection was lost before its answer was sent");
    deadline_set(server->deadlines, x->deadline, server->options.head_ms);
    end_request_arena(x);
    arena_free(x->response.arena);
    *request_context = NULL;
    server->in_work--;
}

/* Decodes segment by segment, so that an encoded slash or a dot segment cannot change what the path means. */
static bool read_path(struct request *request, struct slice raw, struct error *err)
{
    struct buffer out = buffer_make(request->arena);
    struct slice rest = slice_part(raw, 1, raw.len), segment;
    if (raw.len == 0 || raw.at[0] != '/')
        return error_set(err, ERROR_USAGE, "the address does not begin with /; correct it");
    if (slice_empty(rest)) {
        request->path = S("/");
        return true;
    }
    while (slice_cut(&rest, '/', &segment)) {
        struct slice plain;
        if (!percent_decode(segment, false, request->arena, &plain, err))
            return false;
        bool fine = plain.len && !slice_equal(plain, S(".")) && !slice_equal(plain, S(".."));
        for (size_t i = 0; i < plain.len && fine; i++)
            fine = plain.at[i] != '/' && plain.at[i] != '\\' && (unsigned char)plain.at[i] >= 0x20;
        if (!fine)
            return error_set(err, ERROR_NOT_FOUND, "there is no such page; check the address");
        buffer_add_byte(&out, '/');
        buffer_add(&out, plain);
    }
    if (raw.len > 1 && raw.at[raw.len - 1] == '/')
        return error_set(err, ERROR_NOT_FOUND, "there is no such page; leave out the / at the end of the address");
    request->path = buffer_slice(&out);
    return true;
}

static void read_remote(struct exchange *x)
{
    struct request *request = &x->request;
    char text[INET6_ADDRSTRLEN] = "";
    const struct sockaddr *from = MHD_get_connection_info(x->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    if (from && from->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, text, sizeof text);
    else if (from && from->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, text, sizeof text);
    request->remote = arena_copy(request->arena, slice_of(text));
    if (!x->server->options.trusted_proxy)
        return;
    /* The last entry is what the proxy itself saw; those before it are the client's to invent. */
    struct slice rest = header(x, "X-Forwarded-For"), piece;
    while (slice_cut(&rest, ',', &piece))
        if (!slice_empty(slice_trim(piece)))
            request->remote = slice_trim(piece);
    request->over_tls = slice_equal_nocase(slice_trim(header(x, "X-Forwarded-Proto")), S("https"));
}

static bool read_head(struct exchange *x, const char *method, struct error *err)
{
    struct request *request = &x->request;
    request->authorization = header(x, "Authorization");
    request->accept = header(x, "Accept");
    request->accept_encoding = header(x, "Accept-Encoding");
    request->if_none_match = header(x, "If-None-Match");
    request->host = header(x, "Host");
    read_remote(x);
    bool post = strcmp(method, "POST") == 0;
    request->method = post ? METHOD_POST : METHOD_GET;
    if (!post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        x->response.allow = S("GET, HEAD, POST");
        return error_set(err, ERROR_USAGE, "this server answers GET and POST only");
    }
    size_t question = slice_find(x->target, '?');
    if (!read_path(request, slice_part(x->target, 0, question), err) ||
        !parameters_read(slice_part(x->target, question + 1, x->target.len), request->arena, &request->query, err))
        return false;
    cookies_read(header(x, "Cookie"), request->arena, &request->cookies);
    return true;
}

/* ---- The body ---- */

static bool part_starts(void *context, struct slice name, bool is_file, struct slice file_name, struct error *err)
{
    struct exchange *x = context;
    struct request *request = &x->request;
    x->field = arena_copy(request->arena, name);
    x->in_file = is_file;
    if (!is_file) {
        x->value = buffer_make(request->arena);
        return true;
    }
    struct incoming *incoming;
    if (!incoming_make(x->server->options.host, x->server->options.upload_folder, request->arena, &incoming, err))
        return false;
    ARENA_GROW(request->arena, request->uploads, request->upload_count, x->upload_capacity);
    request->uploads[request->upload_count++] = (struct upload){.field = x->field,
                                                                .file_name = arena_copy(request->arena, file_name),
                                                                .path = incoming->path,
                                                                .incoming = incoming};
    return true;
}

static bool part_data(void *context, struct slice bytes, struct error *err)
{
    struct exchange *x = context;
    if (!x->in_file) {
        if (x->value.len + bytes.len > REQUEST_FORM_MAX)
            return error_set(err, ERROR_TOO_BIG, "a field of the form is longer than %d bytes; shorten it",
                             REQUEST_FORM_MAX);
        buffer_add(&x->value, bytes);
        return true;
    }
    struct upload *upload = &x->request.uploads[x->request.upload_count - 1];
    upload->size += bytes.len;
    return host_write(upload->incoming->file, bytes.at, bytes.len, err);
}

static bool part_ends(void *context, struct error *err)
{
    struct exchange *x = context;
    struct request *request = &x->request;
    if (x->in_file)
        return true;
    struct slice value = buffer_slice(&x->value);
    if (text_valid_utf8(value) != value.len || slice_find(value, '\0') != value.len)
        return error_set(err, ERROR_USAGE, "the form holds bytes that are not text; send it as UTF-8");
    ARENA_GROW(request->arena, request->form.items, request->form.count, x->form_capacity);
    request->form.items[request->form.count++] = (struct parameter){x->field, value};
    return true;
}

/* Before the body: how much of it may come, and where it goes. */
static bool expect_body(struct exchange *x, struct error *err)
{
    struct request *request = &x->request;
    const struct server_options *options = &x->server->options;
    struct slice type = header(x, "Content-Type"), length_text = header(x, "Content-Length");
    int64_t length = 0;
    if (!slice_empty(length_text) && !slice_integer(length_text, &length))
        return error_set(err, ERROR_TOO_BIG, "the request says a length that cannot be; send less than 2 GiB");
    bool multipart = slice_starts(type, S("multipart/form-data"));
    bool file = multipart && request->method == METHOD_POST && !slice_empty(options->upload_folder) &&
                options->takes_upload && options->takes_upload(options->context, request);
    int64_t limit = file ? REQUEST_UPLOAD_MAX : REQUEST_FORM_MAX;
    if (length > limit)
        return error_set(
            err, ERROR_TOO_BIG,
            file ? "the file is larger than %lld bytes; split it and send its parts one by one"
                 : "the request is longer than the %lld bytes that are taken here; send a file by its own upload page",
            (long long)limit);
    x->streaming = file;
    deadline_set(x->server->deadlines, x->deadline, options->body_ms + (file ? length / (64 << 10) * 1000 : 0));
    if (file) {
        struct multipart_sink sink = {x, part_starts, part_data, part_ends};
        return host_make_folder(options->host, options->upload_folder, err) &&
               multipart_make(type, sink, request->arena, &x->multipart, err);
    }
    x->body = buffer_make(request->arena);
    return true;
}

static enum MHD_Result take_body(struct exchange *x, struct slice bytes)
{
    uint64_t limit = x->streaming ? (uint64_t)REQUEST_UPLOAD_MAX : REQUEST_FORM_MAX;
    x->received += bytes.len;
    if (x->error.code == ERROR_NONE) {
        if (x->received > limit)
            error_set(&x->error, ERROR_TOO_BIG,
                      "the request is longer than the %llu bytes that are taken here; send less",
                      (unsigned long long)limit);
        else if (x->streaming)
            (void)!multipart_feed(x->multipart, bytes, &x->error);
        else
            buffer_add(&x->body, bytes);
    }
    if (x->error.code == ERROR_NONE)
        return MHD_YES;
    return x->received > limit + THROWN_AWAY_MAX ? MHD_NO : MHD_YES;
}

static bool finish_body(struct exchange *x, struct error *err)
{
    struct request *request = &x->request;
    if (x->error.code != ERROR_NONE) {
        *err = x->error;
        return false;
    }
    if (x->streaming)
        return multipart_finish(x->multipart, err);
    if (request->method == METHOD_GET || x->received == 0)
        return true;
    struct slice type = header(x, "Content-Type");
    if (slice_starts(type, S("multipart/form-data")))
        return error_set(err, ERROR_DENIED, "no file is taken here; sign in and use the source's upload page");
    if (!slice_starts(type, S("application/x-www-form-urlencoded")))
        return error_set(err, ERROR_USAGE, "the request's body is not a form; send application/x-www-form-urlencoded");
    return parameters_read(buffer_slice(&x->body), request->arena, &request->form, err);
}

/* ---- The answer ---- */

static void refuse(struct exchange *x, const struct error *err)
{
    const struct server_options *options = &x->server->options;
    if (options->refuse)
        options->refuse(options->context, &x->request, err, &x->response);
    else
        response_text(&x->response, error_http_status(err->code), arena_format(x->response.arena, "%s.\n", err->text));
    if (x->response.allow.len)
        x->response.status = 405;
}

static void add_header(struct MHD_Response *answer, struct arena *arena, const char *name, struct slice value)
{
    if (!slice_empty(value))
        must(MHD_add_response_header(answer, name, arena_cstr(arena, value)) == MHD_YES);
}

/* The one place where headers are set. Scripts and styles come from our own files alone, nothing may frame us, no
 * address leaks out, and no cache keeps a page. */
static void add_headers(struct MHD_Response *answer, const struct response *r)
{
    static const char *const caches[] = {"no-store", "no-cache", "public, max-age=31536000, immutable"};
    static const struct {
        const char *name, *value;
    } always[] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
         "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    };
    for (size_t i = 0; i < countof(always); i++)
        must(MHD_add_response_header(answer, always[i].name, always[i].value) == MHD_YES);
    add_header(answer, r->arena, "Cache-Control", slice_of(caches[r->cache]));
    add_header(answer, r->arena, "Content-Type", r->content_type);
    add_header(answer, r->arena, "Location", r->location);
    add_header(answer, r->arena, "Content-Encoding", r->encoding);
    add_header(answer, r->arena, "Allow", r->allow);
    add_header(answer, r->arena, "Retry-After", r->retry_after);
    if (r->cache == CACHE_FOREVER)
        add_header(answer, r->arena, "Vary", S("Accept-Encoding"));
    if (r->etag.len)
        add_header(answer, r->arena, "ETag", arena_format(r->arena, "\"%.*s\"", PRINT(r->etag)));
    if (r->download.len)
        add_header(answer, r->arena, "Content-Disposition",
                   arena_format(r->arena, "attachment; filename=\"%.*s\"", PRINT(r->download)));
    for (size_t i = 0; i < r->cookie_count; i++)
        add_header(answer, r->arena, "Set-Cookie", r->cookies[i]);
}

/* The request has its answer: what it held is given back before anything is sent. */
static void end_work(struct exchange *x)
{
    const struct response *r = &x->response;
    const struct server_options *options = &x->server->options;
    int64_t spent = host_monotonic(options->host) - x->request.started;
    log_line(options->log, LOG_INFO, "%s %s %d %lld.%03lld ms %zu bytes account %lld",
             x->request.method == METHOD_POST ? "POST" : "GET", x->request.log_route ? x->request.log_route : "-",
             r->status, (long long)(spent / 1000000), (long long)(spent / 1000 % 1000), r->body.len,
             (long long)x->request.log_account);
    end_request_arena(x);
}

static enum MHD_Result send_answer(struct exchange *x)
{
    const struct response *r = &x->response;
    deadline_set(x->server->deadlines, x->deadline,
                 x->server->options.send_ms + (int64_t)(r->body.len / (64 << 10)) * 1000);
    /* The body belongs to the answer's arena, which outlives the sending. */
    struct MHD_Response *answer =
        MHD_create_response_from_buffer(r->body.len, (void *)(uintptr_t)r->body.at, MHD_RESPMEM_PERSISTENT);
    if (!answer)
        return MHD_NO;
    add_headers(answer, r);
    enum MHD_Result queued = MHD_queue_response(x->mhd, (unsigned)r->status, answer);
    MHD_destroy_response(answer);
    return queued;
}

/* Handles the request once, in an arena of its own. */
static void handle_once(struct exchange *x, bool may_wait)
{
    struct request own = x->request;
    own.arena = arena_make(REQUEST_ARENA_MAX);
    own.may_wait = may_wait;
    x->response.again_ms = 0;
    x->server->options.handle(x->server->options.context, &own, &x->response);
    x->request.log_route = own.log_route;
    x->request.log_account = own.log_account;
    arena_free(own.arena);
}

/* True: it is handled again later, by any worker, maybe by now. */
static bool handle_or_put_off(struct exchange *x)
{
    struct server *server = x->server;
    handle_once(x, server->put_off < (int64_t)server->options.connections / 4);
    if (!x->response.again_ms)
        return false;
    server->put_off++;
    if (workers_add_later(server->workers, &x->job, x->response.again_ms))
        return true;
    server->put_off--; /* the server is being stopped */
    handle_once(x, false);
    return false;
}

/* The connection is suspended: nobody else touches the exchange until it is resumed, and nothing here may after that.
 */
static void handle_in_worker(struct job *job)
{
    struct exchange *x = (struct exchange *)(void *)((char *)job - offsetof(struct exchange, job));
    struct error err = NO_ERROR;
    x->server->put_off -= x->whole; /* it was handled before */
    x->whole = x->whole || finish_body(x, &err);
    if (!x->whole)
        refuse(x, &err);
    else if (handle_or_put_off(x))
        return;
    end_work(x);
    x->handled = true;
    MHD_resume_connection(x->mhd);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                              const char *version, const char *data, size_t *data_size, void **request_context)
{
    struct exchange *x = *request_context;
    (void)context, (void)mhd, (void)url, (void)version;
    if (!x->begun) {
        /* Queueing at this first call makes the library close the connection: only for what is refused unread. */
        x->begun = true;
        if (read_head(x, method, &x->error) && expect_body(x, &x->error))
            return MHD_YES;
        refuse(x, &x->error);
        end_work(x);
        return send_answer(x);
    }
    if (*data_size) {
        size_t size = *data_size;
        *data_size = 0;
        return take_body(x, slice_from(data, size));
    }
    if (x->handled)
        return send_answer(x);
    deadline_set(x->server->deadlines, x->deadline, -1);
    x->job.run = handle_in_worker;
    MHD_suspend_connection(x->mhd);
    if (!workers_add(x->server->workers, &x->job))
        handle_in_worker(&x->job); /* the server is being stopped */
    return MHD_YES;
}

/* ---- Life ---- */

void server_block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool listen_on(struct server *server, struct error *err)
{
    char *text = strndup(server->options.address.at, server->options.address.len);
    must(text != NULL);
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t size = sizeof address.v4;
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(server->options.port);
    bool known = inet_pton(AF_INET, text, &address.v4.sin_addr) == 1;
    if (!known) {
        address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(server->options.port)};
        size = sizeof address.v6;
        known = inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1;
    }
    free(text);
    if (!known)
        return error_set(err, ERROR_USAGE, "%.*s is no address to listen on; give one like 127.0.0.1",
                         PRINT(server->options.address));
    int one = 1;
    server->listening = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->listening < 0)
        return error_from_errno(err, errno, "making a socket");
    setsockopt(server->listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server->listening, &address.any, size) != 0 || listen(server->listening, 512) != 0) {
        if (errno == EADDRINUSE)
            return error_set(err, ERROR_CONFLICT, "port %u is taken by another program; end it or choose another port",
                             server->options.port);
        return error_from_errno(err, errno, "listening on port %u", server->options.port);
    }
    if (getsockname(server->listening, &address.any, &size) != 0)
        return error_from_errno(err, errno, "asking for the port");
    server->port = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    return true;
}

static void set_defaults(struct server_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (slice_empty(options->address))
        options->address = S("127.0.0.1");
    if (!options->threads)
        options->threads = processors > 2 ? (unsigned)processors * 8 : 16;
    options->head_ms = options->head_ms ? options->head_ms : 20000;
    options->body_ms = options->body_ms ? options->body_ms : 20000;
    options->send_ms = options->send_ms ? options->send_ms : 30000;
    options->connections = options->connections ? options->connections : 1000;
    if (options->connections < MOVERS)
        options->connections = MOVERS;
}

static void let_go(struct server *server)
{
    if (server->listening >= 0)
        close(server->listening);
    if (server->wake >= 0)
        close(server->wake);
    workers_free(server->workers);
    deadlines_free(server->deadlines);
    free(server);
}

bool server_start(const struct server_options *options, struct server **ret, struct error *err)
{
    struct server *server = calloc(1, sizeof *server);
    must(server != NULL);
    server->options = *options;
    set_defaults(&server->options);
    server->listening = -1;
    server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->deadlines = deadlines_make(server->options.host);
    if (server->wake < 0) {
        error_from_errno(err, errno, "making an event");
        goto fail;
    }
    if (!listen_on(server, err) || !workers_make(server->options.threads, &server->workers, err))
        goto fail;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer, server,
        MHD_OPTION_LISTEN_SOCKET, server->listening, MHD_OPTION_THREAD_POOL_SIZE, MOVERS, MHD_OPTION_CONNECTION_LIMIT,
        server->options.connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(32 << 10),
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(server->options.head_ms / 1000 + 30), MHD_OPTION_URI_LOG_CALLBACK,
        request_begins, server, MHD_OPTION_NOTIFY_COMPLETED, request_ends, server, MHD_OPTION_NOTIFY_CONNECTION,
        connection_changed, server, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (server->daemon) {
        *ret = server;
        return true;
    }
    error_set(err, ERROR_IO, "the server's threads could not be started; allow more open files (ulimit -n)");
fail:
    let_go(server);
    return false;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

void server_ask_to_stop(struct server *server)
{
    uint64_t one = 1;
    must(write(server->wake, &one, sizeof one) == sizeof one);
}

void server_wait(struct server *server)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    must(signals >= 0);
    struct pollfd wait[2] = {{.fd = signals, .events = POLLIN}, {.fd = server->wake, .events = POLLIN}};
    while (poll(wait, 2, -1) <= 0)
        must(errno == EINTR);
    close(signals);
}

void server_stop(struct server *server, int grace_ms)
{
    if (!server)
        return;
    int64_t until = host_monotonic(server->options.host) + ms(grace_ms);
    MHD_quiesce_daemon(server->daemon);
    workers_hurry(server->workers);
    while (server->in_work > 0 && host_monotonic(server->options.host) < until)
        usleep(20000);
    workers_stop(server->workers);
    MHD_stop_daemon(server->daemon);
    let_go(server);
}
