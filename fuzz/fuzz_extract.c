/* Rows of a partner's file held against a contract with a column of each type and check. Whatever the bytes: a row is
 * good with all its values, or at least one fault is told with a reason. What the quick look at the key says is what
 * the whole look says; and a good row written in its own written form is good again, with the same content. */
#include "ingest/checker.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COLUMNS 10

static const char contract[] =
    "apiVersion: v3.0.2\n"
    "kind: DataContract\n"
    "id: things\n"
    "version: 1.0.0\n"
    "schema:\n"
    "  - name: things\n"
    "    properties:\n"
    "      - {name: a, logicalType: string, primaryKey: true}\n"
    "      - {name: b, logicalType: integer, primaryKey: true, logicalTypeOptions: {minimum: -5, maximum: 99}}\n"
    "      - {name: nhs, logicalType: string, quality: [{rule: nhsNumber}]}\n"
    "      - {name: uprn, logicalType: string, quality: [{rule: uprn}]}\n"
    "      - {name: postcode, logicalType: string, quality: [{rule: postcode}]}\n"
    "      - {name: d, logicalType: date, logicalTypeOptions: {format: dd/mm/yyyy, partial: true, minimum: 1900-01-01, "
    "maximum: 2030-12-31}, quality: [{rule: notFuture}]}\n"
    "      - {name: money, logicalType: number, logicalTypeOptions: {minimum: 0}}\n"
    "      - {name: yes, logicalType: boolean, logicalTypeOptions: {trueWords: [J], falseWords: [N]}}\n"
    "      - {name: plain, logicalType: boolean}\n"
    "      - {name: short, logicalType: string, logicalTypeOptions: {maxLength: 4}}\n"
    "staithe: {agency: x, agreement: y, subject: person, delivery: snapshot}\n";

static bool give(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    (void)err;
    struct slice *rest = context;
    size_t piece = rest->len < size ? rest->len : size;
    if (piece)
        memcpy(out, rest->at, piece);
    *rest = slice_part(*rest, piece, rest->len);
    *ret_read = piece;
    return true;
}

/* The values of a good row as they are stored, written as a row. Booleans and numbers are left as they stood. */
static void again(struct checker *checker, const struct csv_row *row, const struct checked_row *seen,
                  struct arena *arena)
{
    struct slice fields[COLUMNS];
    struct checked_row second;
    uint64_t typed = seen->typed;
    for (size_t i = 0; i < COLUMNS; i++)
        fields[i] =
            arena_copy(arena, seen->values[i].kind == VALUE_TEXT ? seen->values[i].text : slice_trim(row->fields[i]));
    struct csv_row written = {.fields = fields, .count = COLUMNS, .line = row->line};
    checker_row(checker, &written, &second);
    must(second.good && second.typed == typed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct source source; /* read once: the contract is not what is tried here */
    static struct arena *contracts;
    struct arena *arena = arena_make(0);
    struct csv_reader *reader;
    struct error err;
    if (!contracts) {
        contracts = arena_make(0);
        must(contract_read(slice_of(contract), S("things.yaml"), contracts, &source, &err));
        must(source.column_count == COLUMNS);
    }
    struct checker *checker = checker_make(&source, (struct date){2026, 11, 27}, arena);
    struct slice headings[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        headings[i] = source.columns[i].header;
    struct csv_row first = {.fields = headings, .count = COLUMNS, .line = 1};
    struct slice rest = slice_from(data, size);
    struct csv_options options = {.delimiter = '|', .encoding_given = true, .max_fields = 64};
    const struct csv_row *row;
    /* The file's own first row, when it is one of headings; else ours. */
    bool opened = csv_open(give, &rest, &options, arena, &reader, &err);
    if (opened && csv_read(reader, &row, &err) && row) {
        struct checker *strict = checker_make(&source, (struct date){2026, 11, 27}, arena);
        if (!checker_headings(strict, row, S("fuzz.csv"), &err))
            must(err.code == ERROR_INPUT && err.line > 0 && text_valid_utf8(slice_of(err.text)) == strlen(err.text));
    }
    must(checker_headings(checker, &first, S("fuzz.csv"), &err));
    while (opened && csv_read(reader, &row, &err) && row) {
        struct checked_row quick, seen;
        uint64_t key_hash[2] = {0, 0};
        bool simple = checker_key(checker, row, &quick);
        if (simple)
            memcpy(key_hash, quick.key_hash, sizeof key_hash);
        checker_row(checker, row, &seen);
        must(seen.good == (seen.fault_count == 0) && seen.fault_count <= MOST_FAULTS);
        must(!simple || (seen.key_read && memcmp(key_hash, seen.key_hash, sizeof key_hash) == 0));
        for (size_t i = 0; i < seen.fault_count; i++)
            must(seen.faults[i].rule && seen.faults[i].reason.len > 0);
        if (seen.good)
            again(checker, row, &seen, arena);
    }
    arena_free(arena);
    return 0;
}
