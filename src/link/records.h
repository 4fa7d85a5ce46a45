/* records.h: the table of records inside: dictionary-coded columns and the features of each distinct value.
 *
 * A cell is the number of its raw text; each distinct raw text is turned once into its plain form (plain.c), by which
 * values are compared, counted and blocked on. Tokens have a dictionary of their own in each column. */
#ifndef STAITHE_LINK_RECORDS_H
#define STAITHE_LINK_RECORDS_H

#include "link/dictionary.h"
#include "link/similar.h"
#include "link/spec.h"

enum { LINK_TOKENS_MAX = 12 }; /* of a value; the rest is left out of bags */

struct token {
    uint64_t letters;               /* a bit for each letter or digit that stands in it */
    struct slice text;              /* again, so that one place in memory tells all */
    uint16_t lines[NICKNAME_LINES]; /* of the table of nicknames, in columns of names */
    uint8_t line_count;
    uint8_t near_count; /* given names in no line: of the lines that hold a name one edit away */
    bool digits;        /* holds a digit */
};

struct value {
    struct slice text; /* plain form */
    uint32_t token_at; /* in the column's token_ids */
    uint32_t order;    /* of two values, the lesser is compared first: a hash, so that numbering plays no part */
    uint8_t token_count;
    bool date;                      /* dates: eight digits, so year, month and day are known; unknown parts are 0 */
    uint8_t area, district, sector; /* postcodes: lengths of the prefixes */
    uint8_t month, day;
    uint16_t year;
};

struct column {
    struct arena *arena;  /* of the column alone: columns are coded on several threads */
    struct arena *joined; /* of a made column, or NULL: its texts, where they are numbered beside other work on it */
    struct dictionary raw, plain, tokens;
    uint32_t *plain_of;   /* by raw code; made columns: NULL */
    struct value *values; /* by plain code */
    uint32_t *token_ids;
    size_t token_id_count;
    struct token *token_features; /* by token code */
    /* How many of each are made, and there is room for; code 0 counts. */
    size_t plain_of_count, value_count, feature_count;
    size_t plain_of_capacity, value_capacity, feature_capacity, token_id_capacity;
};

struct source {
    struct slice name;
    uint64_t key; /* a hash of it */
    bool no_duplicates;
};

struct link_records {
    const struct link_spec *spec;
    struct arena *arena;
    struct column columns[LINK_COLUMNS_MAX];
    struct source sources[1024];
    size_t source_count;
    uint32_t count;
    size_t capacity, raw_capacity;
    struct spill *raw_on_disk; /* or NULL; then raw is, and they are here: */
    const uint32_t *raw_there;
    uint32_t *raw;      /* raw_count × input_count, in the order of adding */
    uint32_t raw_count; /* records whose raw texts are kept: those that came before link_prepare */
    struct slice *ids;
    uint16_t *source_of;
    bool prepared;
    uint32_t prepared_count; /* records that are coded */
    struct nicknames *nicknames;
    size_t plain_capacity, key_capacity;
    uint32_t *plain; /* count × column_count, after link_prepare */
    uint64_t *keys;  /* canonical keys */
    uint32_t *order; /* record numbers in canonical order; of those that link_prepare found, without followers */
    uint32_t order_count;
    /* By record: the one that it is the same as and goes with, itself for most; NULL: nobody follows (arrange.h). */
    uint32_t *follows;
    struct link_pair *same; /* the first of them, and those that are the same but are compared like all others */
    size_t same_count;
    /* Where records_arrange gave other numbers: by record, the how-manieth it was added; and back. Else NULL. */
    uint32_t *added, *place;
};

static inline bool record_follows(const struct link_records *records, uint32_t record)
{
    return records->follows && records->follows[record] != record;
}

static inline uint32_t record_added(const struct link_records *records, uint32_t record)
{
    return records->added ? records->added[record] : record;
}

static inline uint32_t record_place(const struct link_records *records, uint32_t added)
{
    return records->place ? records->place[added] : added;
}

static inline uint32_t record_code(const struct link_records *records, uint32_t record, size_t column)
{
    return records->plain[(size_t)record * records->spec->column_count + column];
}

static inline const struct value *record_value(const struct link_records *records, uint32_t record, size_t column)
{
    return &records->columns[column].values[record_code(records, record, column)];
}

/* Two codes in the order in which they are compared. */
static inline void column_order(const struct column *column, uint32_t *a, uint32_t *b)
{
    const struct value *x = &column->values[*a], *y = &column->values[*b];
    if (x->order > y->order || (x->order == y->order && *a != *b && slice_compare(x->text, y->text) > 0)) {
        uint32_t swap = *a;
        *a = *b;
        *b = swap;
    }
}

/* Many records at once, in two steps: values of a column (trimmed) are turned into codes, one thread a column; then the
 * records are added with them, codes[column × stride + i] of record i. */
void records_code(struct link_records *records, size_t column, const struct slice *values, size_t count,
                  uint32_t *ret_codes);
bool records_add_coded(struct link_records *records, uint32_t source, const struct slice *ids, const uint32_t *codes,
                       size_t stride, size_t count, struct error *err) MUST_USE;

/* Bytes of memory that the table takes, and those of them that are `raw`, which can be put on disk. */
uint64_t records_memory(const struct link_records *records);
uint64_t records_raw_memory(const struct link_records *records);
/* Texts are shown in their plain form from now on. */
void records_forget_raw(struct link_records *records);
bool records_spill_raw(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;

/* Puts numbers into canonical order: by their keys, equal ones by number; without keys by number. */
void records_sort_by_key(const uint64_t *keys, uint32_t *items, size_t count);

/* Adds records to a table that is prepared, and prepares them; of their values only the plain form is kept. Codes,
 * features and keys of all others stay where they are in number; arrays may move. `order` does not know of them. */
bool records_append(struct link_records *records, const struct link_row *rows, size_t count, unsigned threads,
                    struct error *err) MUST_USE;
/* For a table that is read from an index's file: room for so many records of an empty table, then each by the plain
 * codes of its own columns, and at last the rest, without an order. */
void records_reserve(struct link_records *records, size_t count);
void records_put(struct link_records *records, uint32_t source, struct slice id, const uint32_t *codes);
bool records_finish(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;

/* Adds one record for a moment: records_take_back leaves the table as it was before, dictionaries too. Whatever is
 * found out about words that came with it (new_words) must be forgotten. */
struct records_mark {
    struct {
        size_t plain, tokens, token_ids;
    } columns[LINK_COLUMNS_MAX];
    bool new_words;
};
bool records_lend(struct link_records *records, const struct link_row *row, struct arena *scratch,
                  struct records_mark *ret, struct error *err) MUST_USE;
void records_take_back(struct link_records *records, const struct records_mark *mark);

/* Pairs that could be, given the kind of linking. */
double records_universe(const struct link_records *records);
/* True when the kind of linking lets any two meet, and lets these two meet. */
bool records_all_meet(const struct link_records *records);
bool records_may_meet(const struct link_records *records, uint32_t a, uint32_t b);

/* plain.c: the form in which values of a kind are compared; empty for what says nothing; `raw` itself where that is it.
 */
struct slice plain_form(enum link_kind kind, enum date_order order, struct slice raw, struct arena *arena);
/* The orders (1 << DATE_DMY …) in which a text is a date; all of them where it is one in any, as ISO is. */
unsigned plain_date_orders(struct slice raw);
/* Prefix lengths of a plain postcode. */
void plain_postcode(struct slice s, struct value *value);

#endif
