/* csv_reader.h: what the files of the CSV reader share; csv.h is for everybody else.
 *
 * csv_buffer.c brings bytes in, csv_parse.c finds rows and fields in them, csv_open.c guesses what the file is, csv.c
 * gives rows out. */
#ifndef STAITHE_BASE_CSV_READER_H
#define STAITHE_BASE_CSV_READER_H

#include "base/csv.h"

#define CSV_MAGIC      0x43535621u
#define FIRST_CAPACITY ((size_t)128 << 10)
#define TAIL           ((size_t)64 << 10) /* room behind the longest row, for reading on */
#define SKIP_ROOM      ((size_t)4 << 10)
#define GUESSED_FROM   ((size_t)64 << 10)
#define PADDING        64 /* readable bytes behind the text, all zero */

/* Kept in the length of a field until the row is finished. */
#define QUOTED    ((size_t)1 << 62)
#define UNQUOTE   ((size_t)1 << 63) /* holds quotes that must go */
#define FIELD_LEN (QUOTED - 1)
#define NO_BLOCK  SIZE_MAX

struct block {
    uint64_t stops, quotes, special;
};

struct csv_reader {
    uint32_t magic;
    csv_source *source;
    void *context;
    struct arena *arena;
    size_t max_field, max_row, max_fields;
    char delimiter;
    bool trim, guess_open; /* guessed UTF-8 from ASCII alone: the first other byte decides */
    enum text_encoding encoding;

    char *at; /* the text: [position, end) is still to be read */
    size_t position, end, capacity;
    uint64_t dropped; /* bytes of text that stood before at[0] */
    bool ended;       /* the source has no more */
    size_t base;      /* where the cached block starts, or NO_BLOCK */
    struct block block;
    uint64_t line_mode_until; /* rows that start before it are single lines */

    char *raw; /* UTF-16 only: bytes not yet turned */
    size_t raw_len;
    bool odd_end;    /* UTF-16 only: the file ends inside a unit */
    uint64_t offset; /* of at[position] in the file */
    uint64_t line;

    struct slice *fields;
    size_t count, fields_capacity;
    char *side;
    size_t side_used, side_capacity;
    struct csv_row row;
};

static inline bool csv_is_utf16(const struct csv_reader *r)
{
    return r->encoding == TEXT_UTF16_LE || r->encoding == TEXT_UTF16_BE;
}

/* True when nothing more will come into the buffer. */
static inline bool csv_all_here(const struct csv_reader *r)
{
    return r->ended && r->raw_len == 0;
}

/* ---- csv_buffer.c ---- */

void csv_free(void *reader);
/* realloc with our error. */
bool csv_grow(char **memory, size_t size, struct error *err) MUST_USE;
/* One call of the source. */
bool csv_pull(struct csv_reader *r, char *out, size_t size, size_t *ret_read, struct error *err) MUST_USE;
/* Reads until the buffer is full or the source ends. */
bool csv_fill(struct csv_reader *r, struct error *err) MUST_USE;
/* Moves what is unread to the front, makes room and fills. */
bool csv_refill(struct csv_reader *r, struct error *err) MUST_USE;
/* Bytes of the file that this text took. */
uint64_t csv_file_bytes(const struct csv_reader *r, size_t from, size_t to);

/* ---- csv_parse.c ---- */

enum csv_outcome { CSV_ROW, CSV_NEEDS_MORE, CSV_PAST_LIMIT };

struct csv_parsed {
    size_t content_end, next;
    bool in_quote, quotes, special, too_many;
};

/* Parses the row at `position`. After CSV_PAST_LIMIT the fields hold what stood within max_row. With line_mode the row
 * ends at its first line end, in quotes or not. */
enum csv_outcome csv_parse(struct csv_reader *r, bool line_mode, struct csv_parsed *ret);
/* The first CR or LF in p[from, to), or `to`. */
size_t csv_line_end(const char *p, size_t from, size_t to);
/* A row of white space alone, without quotes, or the Control-Z that ends files of old systems. */
bool csv_is_blank(const struct csv_reader *r, const struct csv_parsed *found);

#endif
