/* csv.h: a streaming reader of delimited text as it really comes, in bounded memory, and a writer.
 *
 * RFC 4180, and also: a byte order mark, Windows-1252 and UTF-16 (turned to UTF-8 as it reads), CR, LF or CRLF or a
 * mixture, any one-byte delimiter, quotes inside unquoted fields (taken as they stand), text after a closing quote, NUL
 * bytes (taken out and counted), rows of the wrong length (given as they are; the caller decides). A field longer than
 * max_field, a row longer than max_row or of more than max_fields fields is given with `too_long` set and its content
 * cut, and reading goes on at the next row; an unclosed quote at the end of the file gives a row with `unclosed` set.
 * Memory stays below about 2 × max_row + 256 KiB whatever comes. A quoted field that runs past max_row is taken as
 * unclosed: reading resumes after the first line of that row, so that one stray quote costs one row, not the rest of
 * the file.
 *
 * The reader pulls bytes from a source function, so that a file, a socket and a fuzzer look the same. */
#ifndef STAITHE_BASE_CSV_H
#define STAITHE_BASE_CSV_H

#include "base/host.h"
#include "base/text.h"

/* Gives up to size bytes; *ret_read 0 means the end. */
typedef bool csv_source(void *context, void *out, size_t size, size_t *ret_read, struct error *err);

struct csv_options {
    char delimiter;      /* 0: guessed from the first rows among , ; tab | */
    bool encoding_given; /* else guessed from the first 64 KiB */
    enum text_encoding encoding;
    bool trim;         /* white space around unquoted fields is dropped */
    size_t max_field;  /* bytes; 0: 1 MiB */
    size_t max_row;    /* bytes; 0: 4 MiB */
    size_t max_fields; /* 0: 4096 */
};

struct csv_row {
    const struct slice *fields; /* valid until the next csv_read */
    size_t count;
    uint64_t line;           /* first line of the row, from 1 */
    uint64_t offset, length; /* place in the file's own bytes, with its line end */
    bool too_long, unclosed, had_nul,
        bad_character; /* bad_character: bytes that are no text in the encoding, given as U+FFFD */
};

struct csv_reader;

bool csv_open(csv_source *source, void *context, const struct csv_options *options, struct arena *arena,
              struct csv_reader **ret, struct error *err) MUST_USE;
/* Over a file that is open for reading. */
bool csv_open_file(struct host_file *file, const struct csv_options *options, struct arena *arena,
                   struct csv_reader **ret, struct error *err) MUST_USE;
/* *ret_row is NULL at the end. Blank lines are skipped. */
bool csv_read(struct csv_reader *reader, const struct csv_row **ret_row, struct error *err) MUST_USE;
/* What was guessed or given. */
char csv_delimiter(const struct csv_reader *reader);
enum text_encoding csv_encoding(const struct csv_reader *reader);
/* Bytes of the file consumed so far: for progress. */
uint64_t csv_offset(const struct csv_reader *reader);

/* ---- Writing ---- */

/* Appends one row, quoted where RFC 4180 needs it, ended by CRLF. With `defuse`, a field that a spreadsheet would run
 * as a formula (= + - @ tab CR first) gets an apostrophe before it (OWASP ASVS 1.2.10). */
void csv_write_row(struct buffer *out, const struct slice *fields, size_t count, bool defuse);

#endif
