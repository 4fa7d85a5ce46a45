/* checker.h: one row of an extract held against its contract: typed, checked, hashed, or each of its faults named.
 *
 * Made for one source and one as-at day; told the headings first (columns may stand in any order), then given row after
 * row. What it gives back points into itself and into the row, and is valid until the next row. One thread; memory as
 * one row needs it.
 *
 * Values have one written form, which is what is stored and compared: text without white space at its ends, dates in
 * ISO form, NHS numbers as ten digits, postcodes with their space, numbers without leading zeros. So a file that writes
 * its dates another way changes nothing.
 *
 * Two hashes of 64 bits stand for a row's content: `typed` over the values in that form, by column name, and `raw` over
 * the fields as they stood, by place. They are only ever compared between rows of one key, so a changed row is mistaken
 * for unchanged once in 2^64. */
#ifndef STAITHE_INGEST_CHECKER_H
#define STAITHE_INGEST_CHECKER_H

#include "base/csv.h"
#include "catalogue/catalogue.h"
#include "store/store.h"

#define KEY_SEPARATOR '\x1f' /* between the columns of a key; no text may hold it */
#define MOST_FAULTS   8      /* of one row that are told */

struct checker;

struct fault {
    const struct column *column; /* NULL: the row as a whole */
    const char *rule;
    struct slice reason; /* a sentence's end: "is not a date in the form dd/mm/yyyy"; never the value */
    struct slice value;
};

struct checked_row {
    bool good;
    bool key_read;     /* every key column passed its checks */
    bool key_doubtful; /* of a row with too few or too many fields: the key may stand in the wrong place */
    bool removal;      /* of a delta: says that its record is gone */
    struct slice key;  /* when key_read */
    uint64_t key_hash[2];
    uint64_t typed, raw;
    const struct value *values; /* as the columns of the contract; when good */
    const struct fault *faults;
    size_t fault_count;
};

struct checker *checker_make(const struct source *source, struct date as_at, struct arena *arena);

/* Matches the headings. ERROR_INPUT, with file, line and the number of the field as column, for a heading that is
 * missing, unknown or there twice, or a row that is no row of headings at all. A contract without a row of headings is
 * matched by place. */
bool checker_headings(struct checker *checker, const struct csv_row *row, struct slice file,
                      struct error *err) MUST_USE;

/* Key and raw hash only, for a row that may turn out unchanged; false when its key cannot be read so simply: then
 * checker_row. */
bool checker_key(struct checker *checker, const struct csv_row *row, struct checked_row *ret);
void checker_row(struct checker *checker, const struct csv_row *row, struct checked_row *ret);
/* The value of a column as a date, from a row that was not checked yet: for the as-at column. */
bool checker_date(struct checker *checker, const struct csv_row *row, const struct column *column, struct date *ret);

/* Another as-at day than it was made with. */
void checker_as_at(struct checker *checker, struct date as_at);

/* Hash of a key, from its text: as in checked_row. */
void checker_key_hash(struct slice key, uint64_t ret[2]);

#endif
