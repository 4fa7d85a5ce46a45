/* csv.h: a streaming reader of delimited text as it really comes, in bounded memory, and a writer.
 *
 * RFC 4180, and also: a byte order mark, Windows-1252 and UTF-16 (turned to UTF-8 as it reads), CR, LF or CRLF or a
 * mixture, any one-byte delimiter, quotes inside unquoted fields (taken as they stand), text after a closing quote, NUL
 * bytes (taken out and told), rows of the wrong length (given as they are; the caller decides), the line "sep=;" that
 * spreadsheets put first. Blank lines are skipped. A file of another program (spreadsheet, PDF, archive, anything
 * binary) is refused by csv_open in words. An empty file has no rows.
 *
 * A field longer than max_field, and a row longer than max_row (its line end counted) or of more than max_fields
 * fields, is given with `too_long` set and its content cut at a character's border; reading goes on at the next row,
 * for a row past max_row at the line after. A quote that is not closed within max_row, or by the end of the file, costs
 * one row, not the rest of the file: the row is the one line that it stands on, with `unclosed` set, and reading goes
 * on behind that line; as far as the search for the closing quote went, rows are then read as single lines.
 *
 * Memory stays below 2 × max_row + 512 KiB whatever comes. What a row is depends on the bytes alone, never on how the
 * source cuts them. The reader pulls bytes from a source function, so that a file, a socket and a fuzzer look the same.
 * One thread at a time for each reader. */
#ifndef STAITHE_BASE_CSV_H
#define STAITHE_BASE_CSV_H

#include "base/host.h"
#include "base/text.h"

/* Gives up to size bytes; *ret_read 0 means the end. */
typedef bool csv_source(void *context, void *out, size_t size, size_t *ret_read, struct error *err);

struct csv_options {
    char delimiter; /* 0: guessed from the first rows among , ; tab | */
    /* Else guessed from the first 64 KiB; when these are ASCII alone, the first row beyond it decides between UTF-8 and
     * Windows-1252. */
    bool encoding_given;
    enum text_encoding encoding;
    bool trim;         /* white space around unquoted fields, and around the quotes of quoted ones, is dropped */
    size_t max_field;  /* bytes; 0: 1 MiB */
    size_t max_row;    /* bytes; 0: 4 MiB */
    size_t max_fields; /* 0: 4096 */
};

struct csv_row {
    const struct slice *fields; /* valid until the next csv_read */
    size_t count;
    struct slice
        text;      /* that the fields are parts of, with what stands between them; empty when some had to be turned */
    uint64_t line; /* first line of the row, from 1; lines inside quotes are counted */
    uint64_t offset, length; /* place in the file's own bytes, with its line end; a slice of the kept file from there is
                              * read as the same row with the delimiter and encoding of this reader */
    bool too_long, unclosed, had_nul;
    bool bad_character; /* bytes that are no text in the encoding, given as U+FFFD */
};

struct csv_reader;

/* options may be NULL. The reader lives as long as the arena. offset counts from where the source begins. */
bool csv_open(csv_source *source, void *context, const struct csv_options *options, struct arena *arena,
              struct csv_reader **ret, struct error *err) MUST_USE;
/* Over a file that is open for reading. */
bool csv_open_file(struct host_file *file, const struct csv_options *options, struct arena *arena,
                   struct csv_reader **ret, struct error *err) MUST_USE;
/* *ret_row is NULL at the end. After an error the reader may be tried again only if the source may. */
bool csv_read(struct csv_reader *reader, const struct csv_row **ret_row, struct error *err) MUST_USE;
/* What was guessed or given; the encoding may settle later (see encoding_given). */
char csv_delimiter(const struct csv_reader *reader);
enum text_encoding csv_encoding(const struct csv_reader *reader);
/* Bytes of the file consumed so far: for progress. */
uint64_t csv_offset(const struct csv_reader *reader);

/* ---- Writing ---- */

/* Appends one row, quoted where RFC 4180 needs it and where a reader would skip or trim it, ended by CRLF. With
 * `defuse`, a field that a spreadsheet would run as a formula (= + - @ tab CR first, also in full width or behind
 * spaces) gets an apostrophe before it (OWASP ASVS 1.2.10). */
void csv_write_row(struct buffer *out, const struct slice *fields, size_t count, bool defuse);

#endif
