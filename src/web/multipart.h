/* multipart.h: a multipart/form-data body (RFC 7578) read as it streams in, in 64 KiB of memory however long it is.
 *
 * The sink is told of each part in turn: start, its bytes in pieces, end. Heads of parts past 4 KiB, more than 100
 * parts and a body that does not end with its closing boundary are refused with ERROR_USAGE. Lives in the arena; one
 * thread. */
#ifndef STAITHE_WEB_MULTIPART_H
#define STAITHE_WEB_MULTIPART_H

#include "base/arena.h"
#include "base/error.h"

struct multipart;

struct multipart_sink {
    void *context;
    /* is_file when the part has a file name, be it empty. The slices are valid during the call. */
    bool (*start)(void *context, struct slice name, bool is_file, struct slice file_name, struct error *err);
    bool (*data)(void *context, struct slice bytes, struct error *err);
    bool (*end)(void *context, struct error *err);
};

/* From the Content-Type header's value; ERROR_USAGE when it is not multipart/form-data with a boundary of 1 to 70
 * characters. */
bool multipart_make(struct slice content_type, struct multipart_sink sink, struct arena *arena, struct multipart **ret,
                    struct error *err) MUST_USE;
bool multipart_feed(struct multipart *multipart, struct slice bytes, struct error *err) MUST_USE;
/* After the last byte. */
bool multipart_finish(struct multipart *multipart, struct error *err) MUST_USE;

#endif
