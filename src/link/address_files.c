/* address_files.c: read the gazetteer, make the index, match the rows in chunks on all threads, write in order. */
#include "link/address_files.h"

#include "base/csv.h"
#include "base/json.h"
#include "link/threads.h"

#include <inttypes.h>
#include <stdio.h>

enum { CHUNK_ROWS = 512, COLUMNS = 256, ADDRESS_COLUMNS = 16 };

enum field {
    FIELD_UPRN,
    FIELD_ORGANISATION,
    FIELD_UNIT,
    FIELD_UNIT_NUMBER,
    FIELD_BUILDING,
    FIELD_BUILDING_NUMBER,
    FIELD_STREET,
    FIELD_PLACE,
    FIELD_POSTCODE,
    FIELD_LINE,
    FIELD_NONE,
};

static const struct {
    const char *name; /* capitals, underscores */
    uint8_t field;
} known_columns[] = {
    {"UPRN", FIELD_UPRN},
    {"UNIQUE_PROPERTY_REFERENCE_NUMBER", FIELD_UPRN},
    {"ORGANISATION", FIELD_ORGANISATION},
    {"ORGANISATION_NAME", FIELD_ORGANISATION},
    {"LA_ORGANISATION", FIELD_ORGANISATION},
    {"BUSINESS_NAME", FIELD_ORGANISATION},
    {"SAO", FIELD_UNIT},
    {"SAO_TEXT", FIELD_UNIT},
    {"SUB_BUILDING", FIELD_UNIT},
    {"SUB_BUILDING_NAME", FIELD_UNIT},
    {"FLAT", FIELD_UNIT},
    {"UNIT", FIELD_UNIT},
    {"SAO_START_NUMBER", FIELD_UNIT_NUMBER},
    {"SAO_START_SUFFIX", FIELD_UNIT_NUMBER},
    {"SAO_END_NUMBER", FIELD_UNIT_NUMBER},
    {"SAO_END_SUFFIX", FIELD_UNIT_NUMBER},
    {"PAO", FIELD_BUILDING},
    {"PAO_TEXT", FIELD_BUILDING},
    {"BUILDING", FIELD_BUILDING},
    {"BUILDING_NAME", FIELD_BUILDING},
    {"HOUSE_NAME", FIELD_BUILDING},
    {"PAO_START_NUMBER", FIELD_BUILDING_NUMBER},
    {"PAO_START_SUFFIX", FIELD_BUILDING_NUMBER},
    {"PAO_END_NUMBER", FIELD_BUILDING_NUMBER},
    {"PAO_END_SUFFIX", FIELD_BUILDING_NUMBER},
    {"BUILDING_NUMBER", FIELD_BUILDING_NUMBER},
    {"HOUSE_NUMBER", FIELD_BUILDING_NUMBER},
    {"STREET", FIELD_STREET},
    {"STREET_NAME", FIELD_STREET},
    {"STREET_DESCRIPTOR", FIELD_STREET},
    {"STREET_DESCRIPTION", FIELD_STREET},
    {"THOROUGHFARE", FIELD_STREET},
    {"THOROUGHFARE_NAME", FIELD_STREET},
    {"DEPENDENT_THOROUGHFARE", FIELD_STREET},
    {"LOCALITY", FIELD_PLACE},
    {"LOCALITY_NAME", FIELD_PLACE},
    {"DEPENDENT_LOCALITY", FIELD_PLACE},
    {"DOUBLE_DEPENDENT_LOCALITY", FIELD_PLACE},
    {"TOWN", FIELD_PLACE},
    {"TOWN_NAME", FIELD_PLACE},
    {"POST_TOWN", FIELD_PLACE},
    {"CITY", FIELD_PLACE},
    {"PARISH", FIELD_PLACE},
    {"DISTRICT", FIELD_PLACE},
    {"ADMINISTRATIVE_AREA", FIELD_PLACE},
    {"COUNTY", FIELD_PLACE},
    {"POSTCODE", FIELD_POSTCODE},
    {"POST_CODE", FIELD_POSTCODE},
    {"POSTCODE_LOCATOR", FIELD_POSTCODE},
    {"ADDRESS", FIELD_LINE},
    {"SINGLE_LINE_ADDRESS", FIELD_LINE},
    {"FULL_ADDRESS", FIELD_LINE},
    {"ADDRESS_CONCAT", FIELD_LINE},
};

/* One input row; fields beyond those of the header are dropped, missing ones are empty. */
struct input_row {
    struct slice *fields;
    uint64_t line;
};

struct chunk {
    struct arena *arena;
    struct buffer out;
    uint64_t counts[4];
};

struct address_job {
    const struct address_files_request *request;
    struct arena *arena;
    struct address_entry *entries;
    size_t entry_count, entry_capacity;
    const struct address_index *index;
    struct slice *headers;
    size_t header_count;
    size_t columns[ADDRESS_COLUMNS], column_count;
    int postcode;
    struct input_row *rows;
    size_t row_count, row_capacity;
    struct chunk *chunks;
    uint64_t counts[4];
    double index_seconds, match_seconds;
};

static bool same_name(struct slice header, struct slice name)
{
    if (header.len != name.len)
        return false;
    for (size_t i = 0; i < header.len; i++) {
        char a = header.at[i], b = name.at[i];
        if (a >= 'a' && a <= 'z')
            a = (char)(a - 'a' + 'A');
        if (b >= 'a' && b <= 'z')
            b = (char)(b - 'a' + 'A');
        if (a == ' ' || a == '-')
            a = '_';
        if (b == ' ' || b == '-')
            b = '_';
        if (a != b)
            return false;
    }
    return true;
}

/* Opens the file and copies its header. */
static bool open_file(struct address_job *job, struct slice path, struct arena *arena, struct csv_reader **ret,
                      struct slice **ret_headers, size_t *ret_count, struct error *err)
{
    struct host_file *handle = NULL;
    struct csv_options options = {.trim = true};
    const struct csv_row *row = NULL;
    if (!host_open(job->request->host, path, HOST_READ, arena, &handle, err) ||
        !csv_open_file(handle, &options, arena, ret, err) || !csv_read(*ret, &row, err))
        return error_wrap(err, "reading %.*s", PRINT(path));
    if (!row)
        return error_set_at(err, ERROR_INPUT, path, 1, 0,
                            "the file is empty; it must begin with a row of column names");
    if (row->count > COLUMNS)
        return error_set_at(err, ERROR_INPUT, path, 1, 0, "there are %zu columns; leave %d or fewer", row->count,
                            COLUMNS);
    struct slice *headers = arena_array(job->arena, struct slice, row->count + 1);
    for (size_t i = 0; i < row->count; i++)
        headers[i] = arena_copy(job->arena, slice_trim(row->fields[i]));
    *ret_headers = headers;
    *ret_count = row->count;
    return true;
}

/* ---- The gazetteer ---- */

static bool map_gazetteer(const struct address_job *job, const struct slice *headers, size_t count, uint8_t *fields,
                          struct error *err)
{
    struct slice path = job->request->gazetteer;
    unsigned seen = 0;
    int uprn = -1;
    for (size_t h = 0; h < count; h++) {
        fields[h] = FIELD_NONE;
        for (size_t k = 0; k < countof(known_columns) && fields[h] == FIELD_NONE; k++)
            if (same_name(headers[h], slice_of(known_columns[k].name)))
                fields[h] = known_columns[k].field;
        if (fields[h] == FIELD_UPRN && uprn >= 0)
            return error_set_at(err, ERROR_INPUT, path, 1, h + 1, "a second column of UPRNs, %.*s; keep one of them",
                                PRINT(headers[h]));
        if (fields[h] == FIELD_UPRN)
            uprn = (int)h;
        seen |= 1u << fields[h];
    }
    struct slice near = text_nearest(S("UPRN"), headers, count);
    if (uprn < 0)
        return error_set_at(err, ERROR_INPUT, path, 1, 0,
                            "there is no column UPRN, which names each home%s%.*s; call the column of reference "
                            "numbers UPRN",
                            near.len ? "; the nearest is " : "", PRINT(near));
    if (!(seen & (1u << FIELD_STREET | 1u << FIELD_BUILDING | 1u << FIELD_LINE)))
        return error_set_at(err, ERROR_INPUT, path, 1, 0,
                            "there is no column with a street, a building or a whole address; call them STREET and "
                            "BUILDING, or ADDRESS");
    return true;
}

/* The non-empty fields of one kind: numbers of BS 7666 make "12A-14", the rest is joined by `between`. */
static struct slice join_fields(const struct csv_row *row, const struct slice *headers, size_t header_count,
                                const uint8_t *fields, enum field field, struct slice between, struct arena *arena)
{
    struct slice pieces[COLUMNS];
    size_t count = 0;
    bool numbers = field == FIELD_UNIT_NUMBER || field == FIELD_BUILDING_NUMBER;
    for (size_t i = 0; i < header_count && i < row->count; i++) {
        struct slice piece = slice_trim(row->fields[i]);
        if (fields[i] != field || !piece.len)
            continue;
        bool end = numbers && count && slice_search(headers[i], S("END_NUMBER")) < headers[i].len;
        pieces[count++] = end ? arena_format(arena, "-%.*s", PRINT(piece)) : piece;
    }
    return count == 1 ? pieces[0] : arena_join(arena, pieces, count, numbers ? NO_SLICE : between);
}

static struct slice with_number(struct slice text, struct slice number, struct arena *arena)
{
    struct slice both[] = {text, number};
    return !text.len ? number : !number.len ? text : arena_join(arena, both, 2, S(" "));
}

static bool read_gazetteer(struct address_job *job, struct error *err)
{
    struct arena *file = arena_make(0);
    struct csv_reader *reader = NULL;
    struct slice *headers = NULL;
    size_t count = 0;
    uint8_t fields[COLUMNS];
    const struct csv_row *row = NULL;
    struct slice path = job->request->gazetteer;
    bool done =
        open_file(job, path, file, &reader, &headers, &count, err) && map_gazetteer(job, headers, count, fields, err);
    while (done && (done = csv_read(reader, &row, err) || error_wrap(err, "reading %.*s", PRINT(path))) && row) {
        struct slice parts[FIELD_NONE];
        for (unsigned f = 0; f < FIELD_NONE; f++)
            parts[f] = arena_copy(job->arena, join_fields(row, headers, count, fields, (enum field)f,
                                                          f == FIELD_PLACE ? S(", ") : S(" "), job->arena));
        if (!parts[FIELD_UPRN].len) {
            done = error_set_at(err, ERROR_INPUT, path, row->line, 0,
                                "this home has no UPRN; give it one or take the row out");
            break;
        }
        ARENA_GROW(job->arena, job->entries, job->entry_count, job->entry_capacity);
        job->entries[job->entry_count++] = (struct address_entry){
            .uprn = parts[FIELD_UPRN],
            .organisation = parts[FIELD_ORGANISATION],
            .unit = with_number(parts[FIELD_UNIT], parts[FIELD_UNIT_NUMBER], job->arena),
            .building = with_number(parts[FIELD_BUILDING], parts[FIELD_BUILDING_NUMBER], job->arena),
            .street = parts[FIELD_STREET],
            .place = parts[FIELD_PLACE],
            .postcode = parts[FIELD_POSTCODE],
            .line = parts[FIELD_LINE],
        };
    }
    arena_free(file);
    if (done && job->entry_count == 0)
        return error_set_at(err, ERROR_INPUT, path, 1, 0, "the gazetteer holds no homes, only its column names");
    return done;
}

/* ---- The addresses ---- */

static bool find_column(const struct address_job *job, struct slice name, const char *option, size_t *ret,
                        struct error *err)
{
    struct slice path = job->request->file;
    size_t found = job->header_count;
    for (size_t i = 0; i < job->header_count; i++) {
        if (!same_name(job->headers[i], name))
            continue;
        if (found < job->header_count)
            return error_set_at(err, ERROR_INPUT, path, 1, i + 1, "the column %.*s stands twice; keep one of them",
                                PRINT(name));
        found = i;
    }
    if (found == job->header_count) {
        struct slice near = text_nearest(name, job->headers, job->header_count);
        return error_set_at(err, ERROR_INPUT, path, 1, 0, "there is no column %.*s%s%.*s; name it with --%s",
                            PRINT(name), near.len ? "; the nearest is " : "", PRINT(near), option);
    }
    *ret = found;
    return true;
}

/* The only column with these letters in its name. */
static int only_column(const struct address_job *job, const char *letters)
{
    struct slice wanted = slice_of(letters);
    int found = -1;
    for (size_t i = 0; i < job->header_count; i++) {
        struct slice header = job->headers[i];
        bool holds = false;
        for (size_t k = 0; k + wanted.len <= header.len && !holds; k++)
            holds = slice_equal_nocase(slice_part(header, k, k + wanted.len), wanted);
        if (same_name(header, wanted))
            return (int)i;
        if (holds)
            found = found == -1 ? (int)i : -2;
    }
    return found;
}

static bool map_columns(struct address_job *job, struct error *err)
{
    struct slice rest = job->request->column, name;
    int only = rest.len ? -1 : only_column(job, "address");
    if (only >= 0)
        job->columns[job->column_count++] = (size_t)only;
    else if (only == -2)
        return error_set_at(err, ERROR_INPUT, job->request->file, 1, 0,
                            "several columns have \"address\" in their name; say which with --column");
    else if (!rest.len)
        rest = S("address");
    while (rest.len && slice_cut(&rest, ',', &name)) {
        name = slice_trim(name);
        if (job->column_count == ADDRESS_COLUMNS)
            return error_set(err, ERROR_USAGE, "--column takes at most %d columns", ADDRESS_COLUMNS);
        if (!find_column(job, name, "column", &job->columns[job->column_count], err))
            return false;
        job->column_count++;
    }
    size_t postcode = 0;
    if (job->request->postcode.len) {
        if (!find_column(job, job->request->postcode, "postcode", &postcode, err))
            return false;
        job->postcode = (int)postcode;
    } else {
        job->postcode = only_column(job, "postcode");
    }
    return true;
}

static bool read_addresses(struct address_job *job, struct error *err)
{
    struct arena *file = arena_make(0);
    struct csv_reader *reader = NULL;
    const struct csv_row *row = NULL;
    struct slice path = job->request->file;
    bool done = open_file(job, path, file, &reader, &job->headers, &job->header_count, err) && map_columns(job, err);
    while (done && (done = csv_read(reader, &row, err) || error_wrap(err, "reading %.*s", PRINT(path))) && row) {
        ARENA_GROW(job->arena, job->rows, job->row_count, job->row_capacity);
        struct input_row *input = &job->rows[job->row_count++];
        input->line = row->line;
        input->fields = arena_array(job->arena, struct slice, job->header_count + 1);
        for (size_t i = 0; i < job->header_count && i < row->count; i++)
            input->fields[i] = arena_copy(job->arena, row->fields[i]);
    }
    arena_free(file);
    return done;
}

/* ---- Answers ---- */

static struct slice address_of(const struct address_job *job, const struct input_row *row, struct arena *arena)
{
    if (job->column_count == 1)
        return row->fields[job->columns[0]];
    struct slice pieces[ADDRESS_COLUMNS];
    size_t count = 0;
    for (size_t i = 0; i < job->column_count; i++)
        if (row->fields[job->columns[i]].len)
            pieces[count++] = row->fields[job->columns[i]];
    return arena_join(arena, pieces, count, S(", "));
}

static struct slice uprn_of(const struct address_job *job, uint32_t entry)
{
    return job->entries[entry].uprn;
}

static struct slice candidates_text(const struct address_job *job, const struct address_answer *answer,
                                    struct arena *arena)
{
    struct slice uprns[ADDRESS_CANDIDATES];
    for (size_t i = 0; i < answer->candidate_count; i++)
        uprns[i] = uprn_of(job, answer->candidates[i].entry);
    return arena_join(arena, uprns, answer->candidate_count, S(" "));
}

static void put_csv(const struct address_job *job, const struct input_row *row, const struct address_answer *answer,
                    const struct address_reason *reason, struct arena *arena, struct buffer *out)
{
    struct slice fields[COLUMNS + 7];
    size_t count = 0;
    fields[count++] = arena_format(arena, "%" PRIu64, row->line);
    for (size_t i = 0; i < job->header_count; i++)
        fields[count++] = row->fields[i];
    bool one = answer->entry >= 0;
    fields[count++] = one ? uprn_of(job, (uint32_t)answer->entry) : NO_SLICE;
    fields[count++] = slice_of(address_class_names[answer->class]);
    fields[count++] = arena_format(arena, "%.1f", answer->bits);
    fields[count++] = one ? address_shown(job->index, (uint32_t)answer->entry) : NO_SLICE;
    fields[count++] = reason->sentence;
    fields[count++] = answer->class == ADDRESS_AMBIGUOUS ? candidates_text(job, answer, arena) : NO_SLICE;
    csv_write_row(out, fields, count, false);
}

static void json_list(struct json *json, const char *key, const struct slice *list, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_text(json, list[i]);
    json_end(json);
}

static void put_json(const struct address_job *job, const struct input_row *row, struct slice address,
                     const struct address_answer *answer, const struct address_reason *reason, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    json_pair_integer(&json, "line", (int64_t)row->line);
    json_pair_text(&json, "address", slice_part(address, 0, 1024));
    json_pair_text(&json, "class", slice_of(address_class_names[answer->class]));
    if (answer->entry >= 0) {
        json_pair_text(&json, "uprn", uprn_of(job, (uint32_t)answer->entry));
        json_pair_text(&json, "matched", address_shown(job->index, (uint32_t)answer->entry));
    }
    json_pair_real(&json, "bits", answer->bits);
    json_pair_text(&json, "reason", reason->sentence);
    json_list(&json, "agreed", reason->agreed, reason->agreed_count);
    json_list(&json, "nearly", reason->nearly, reason->nearly_count);
    json_list(&json, "left_over", reason->left_over, reason->left_over_count);
    json_list(&json, "not_said", reason->missing, reason->missing_count);
    json_key(&json, "candidates");
    json_array(&json);
    for (size_t i = 0; i < answer->candidate_count; i++) {
        json_object(&json);
        json_pair_text(&json, "uprn", uprn_of(job, answer->candidates[i].entry));
        json_pair_text(&json, "address", address_shown(job->index, answer->candidates[i].entry));
        json_pair_real(&json, "weight", answer->candidates[i].weight);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}

static void put_text(const struct address_job *job, const struct input_row *row, struct slice address,
                     const struct address_answer *answer, const struct address_reason *reason, struct buffer *out)
{
    buffer_format(out, "line %" PRIu64 ": %.*s\n  %s", row->line, PRINT(slice_part(address, 0, 200)),
                  address_class_names[answer->class]);
    if (answer->entry >= 0)
        buffer_format(out, " %.*s, %.1f bits: %.*s", PRINT(uprn_of(job, (uint32_t)answer->entry)), answer->bits,
                      PRINT(address_shown(job->index, (uint32_t)answer->entry)));
    buffer_format(out, "\n  %.*s\n", PRINT(reason->sentence));
    for (size_t i = 0; i < answer->candidate_count && answer->class == ADDRESS_AMBIGUOUS; i++)
        buffer_format(out, "    perhaps %.*s: %.*s\n", PRINT(uprn_of(job, answer->candidates[i].entry)),
                      PRINT(address_shown(job->index, answer->candidates[i].entry)));
}

static void match_chunk(void *context, size_t number, unsigned thread)
{
    (void)thread;
    struct address_job *job = context;
    struct chunk *chunk = &job->chunks[number];
    struct arena *scratch = arena_make(0);
    chunk->arena = arena_make(0);
    chunk->out = buffer_make(chunk->arena);
    size_t until = (number + 1) * CHUNK_ROWS < job->row_count ? (number + 1) * CHUNK_ROWS : job->row_count;
    for (size_t r = number * CHUNK_ROWS; r < until; r++) {
        const struct input_row *row = &job->rows[r];
        struct address_answer answer;
        struct address_reason reason;
        struct slice address = address_of(job, row, scratch);
        address_match(job->index, address, job->postcode >= 0 ? row->fields[job->postcode] : NO_SLICE, scratch,
                      &answer);
        address_reason(job->index, &answer, scratch, &reason);
        chunk->counts[answer.class]++;
        if (job->request->out.len) {
            put_csv(job, row, &answer, &reason, scratch, &chunk->out);
        } else if (job->request->json) {
            if (r)
                buffer_add(&chunk->out, S(",\n"));
            put_json(job, row, address, &answer, &reason, &chunk->out);
        } else {
            put_text(job, row, address, &answer, &reason, &chunk->out);
        }
        arena_reset(scratch);
    }
    arena_free(scratch);
}

static void gather(struct address_job *job, size_t chunks, struct buffer *out)
{
    for (size_t c = 0; c < chunks; c++) {
        for (size_t k = 0; k < countof(job->counts); k++)
            job->counts[k] += job->chunks[c].counts[k];
        if (job->chunks[c].arena)
            buffer_add(out, buffer_slice(&job->chunks[c].out));
        arena_free(job->chunks[c].arena);
        job->chunks[c].arena = NULL;
    }
}

static void put_header(const struct address_job *job, struct buffer *out)
{
    static const char *const ours[] = {"matched_uprn",    "match_class",  "match_bits",
                                       "matched_address", "match_reason", "match_candidates"};
    struct slice fields[COLUMNS + 7];
    size_t count = 0;
    fields[count++] = S("line");
    for (size_t i = 0; i < job->header_count; i++)
        fields[count++] = job->headers[i];
    for (size_t i = 0; i < countof(ours); i++)
        fields[count++] = slice_of(ours[i]);
    csv_write_row(out, fields, count, false);
}

static void report(const struct address_job *job, struct slice answers, struct buffer *out)
{
    double rate = job->match_seconds > 0 ? (double)job->row_count / job->match_seconds : 0;
    if (!job->request->json) {
        buffer_add(out, answers);
        buffer_format(out,
                      "%zu addresses against %zu homes: %" PRIu64 " exact, %" PRIu64 " near, %" PRIu64
                      " ambiguous, %" PRIu64 " none; index %.2f s, matching %.2f s, %.0f a second\n",
                      job->row_count, job->entry_count, job->counts[ADDRESS_EXACT], job->counts[ADDRESS_NEAR],
                      job->counts[ADDRESS_AMBIGUOUS], job->counts[ADDRESS_NONE], job->index_seconds, job->match_seconds,
                      rate);
        return;
    }
    struct json json = json_to(out);
    json_object(&json);
    json_pair_integer(&json, "homes", (int64_t)job->entry_count);
    json_pair_integer(&json, "addresses", (int64_t)job->row_count);
    for (size_t k = countof(job->counts); k-- > 0;)
        json_pair_integer(&json, address_class_names[k], (int64_t)job->counts[k]);
    json_pair_real(&json, "index_seconds", job->index_seconds);
    json_pair_real(&json, "match_seconds", job->match_seconds);
    json_pair_real(&json, "addresses_a_second", rate);
    if (!job->request->out.len) {
        buffer_add(out, S(",\"answers\":[\n"));
        buffer_add(out, answers);
        buffer_add(out, S("]"));
    }
    json_end(&json);
    buffer_add(out, S("\n"));
}

static double since(const struct host *host, int64_t start)
{
    return (double)(host_monotonic(host) - start) / 1e9;
}

bool address_files(const struct address_files_request *request, struct buffer *out, struct error *err)
{
    struct address_job job = {.request = request, .arena = out->arena, .postcode = -1};
    if (request->out.len && !host_may_write(request->out, err))
        return false;
    if (request->out.len && !host_is_stream(request->out) &&
        (host_same_file(request->out, request->gazetteer) || host_same_file(request->out, request->file)))
        return error_set(err, ERROR_USAGE, "--out would write over %.*s, which is read; give it another name",
                         PRINT(request->out));
    if (!read_gazetteer(&job, err) || !read_addresses(&job, err))
        return false;
    int64_t start = host_monotonic(request->host);
    job.index = address_index_make(job.entries, job.entry_count, job.arena);
    job.index_seconds = since(request->host, start);
    size_t chunks = (job.row_count + CHUNK_ROWS - 1) / CHUNK_ROWS;
    job.chunks = arena_array(job.arena, struct chunk, chunks + 1);
    start = host_monotonic(request->host);
    bool done = threads_run(&request->options, "matching addresses", chunks, match_chunk, &job, err);
    job.match_seconds = since(request->host, start);
    struct buffer answers = buffer_make(job.arena);
    if (request->out.len)
        put_header(&job, &answers);
    gather(&job, chunks, &answers);
    if (!done)
        return false;
    if (request->out.len && !host_write_file(request->host, request->out, buffer_slice(&answers), err))
        return false;
    report(&job, request->out.len ? NO_SLICE : buffer_slice(&answers), out);
    return true;
}
