/* The engine's table of the hub's records, and the model with the specification that says what of them is compared.
 *
 * A record's id in the table is its anchor, so that what the engine says of it is found in the hub's tables at once.
 * Anchors tell the order of landing, which must decide nothing: ties are broken by keys of content and the agency's own
 * key (linked_keys). */
#include "hub/linked.h"

#include "base/hash.h"

#include <inttypes.h>

static const char *const column_words[] = {"given_name", "middle_names", "family_name", "previous_family_name",
                                           "known_as",   "birth_date",   "sex",         "nhs_number",
                                           "telephone",  "email",        "agency_id",   "home",
                                           "address",    "postcode",     NULL};

/* "M", "Male", the NHS's 1: agencies code sex each in its own way. What is neither, or is not known, says nothing for
 * or against a link. */
static struct slice sex_plain(struct slice sex)
{
    static const struct {
        const char *word, *plain;
    } forms[] = {{"m", "M"}, {"male", "M"},   {"man", "M"},   {"boy", "M"},  {"1", "M"},
                 {"f", "F"}, {"female", "F"}, {"woman", "F"}, {"girl", "F"}, {"2", "F"}};
    for (size_t i = 0; i < countof(forms); i++)
        if (slice_equal_nocase(sex, slice_of(forms[i].word)))
            return slice_of(forms[i].plain);
    return NO_SLICE;
}

/* All given names are one column with some agencies and two with others, so the first is taken apart from the rest:
 * "Mrs CAROL PHYLLIS" is Carol, then Phyllis. */
static struct slice first_given(struct slice given, struct slice *ret_rest)
{
    struct slice word = NO_SLICE, rest = slice_trim(given);
    while (slice_cut(&rest, ' ', &word)) {
        rest = slice_trim(rest);
        if (rest.len == 0 || !person_title(word))
            break;
    }
    *ret_rest = rest;
    return word;
}

static struct slice column_value(const struct linked *linked, const struct linked_record *record, size_t word,
                                 struct arena *arena)
{
    const struct person_form *form = &record->form;
    struct slice rest;
    switch (word) {
    case 0:
        return first_given(form->given, &rest);
    case 1:
        (void)first_given(form->given, &rest);
        if (rest.len == 0 || form->middle.len == 0)
            return rest.len ? rest : form->middle;
        return arena_format(arena, "%.*s %.*s", PRINT(rest), PRINT(form->middle));
    case 2:
        return form->family;
    case 3:
        return form->previous_family;
    case 4:
        return form->known_as;
    case 5:
        return form->birth;
    case 6:
        return form->sex.len ? sex_plain(form->sex) : form->title_sex;
    case 7:
        return form->nhs_number;
    case 8:
        return form->telephone;
    case 9:
        return form->email;
    case 10:
        return form->agency_id;
    case 11:
        return record->placed ? linked->homes[record->home].uprn : NO_SLICE;
    case 12:
        return form->address;
    case 13:
        return form->postcode;
    default:
        never("the word is one of column_words");
        return NO_SLICE;
    }
}

static size_t column_word(struct slice name)
{
    size_t word = 0;
    while (column_words[word] && !slice_equal(name, slice_of(column_words[word])))
        word++;
    return word;
}

bool person_spec_text(const struct catalogue *catalogue, const struct host *host, struct arena *arena,
                      struct slice *ret, struct error *err)
{
    struct slice path = arena_format(arena, "%.*s/link/person.yaml", PRINT(catalogue->folder));
    if (!host_read_file(host, path, 1 << 20, arena, ret, err))
        return error_wrap(err, "the hub's link specification");
    return true;
}

bool person_spec_read(struct slice text, struct slice file, struct arena *arena, struct link_spec **ret,
                      struct error *err)
{
    struct link_spec *spec;
    if (!link_spec_read(text, file, arena, &spec, err))
        return false;
    for (size_t i = 0; i < link_spec_columns(spec); i++) {
        struct slice name = link_spec_column(spec, i)->name;
        if (!column_words[column_word(name)])
            return error_set_at(
                err, ERROR_INPUT, file, 0, 0,
                "the hub has no column %.*s to link on; use given_name, middle_names, family_name, "
                "previous_family_name, known_as, birth_date, sex, nhs_number, telephone, email, agency_id, home, "
                "address or postcode",
                PRINT(name));
    }
    *ret = spec;
    return true;
}

struct slice linked_id(const struct linked_record *record, struct arena *arena)
{
    return arena_format(arena, "%" PRId64, record->anchor);
}

int64_t linked_anchor_of_id(struct slice id)
{
    int64_t anchor = 0;
    for (size_t i = 0; i < id.len; i++)
        anchor = 10 * anchor + (id.at[i] - '0');
    return anchor;
}

const uint64_t *linked_keys(const struct linked *linked, const struct link_records *records, struct arena *arena)
{
    const uint64_t *content = link_records_keys(records);
    uint64_t *keys = arena_array(arena, uint64_t, linked->count + 1);
    for (size_t i = 0; i < linked->count; i++)
        keys[i] = (content[i] & ~UINT64_C(0xffffff)) | (hash64(linked->records[i].key, 13) & 0xffffff);
    return keys;
}

const struct slice *linked_values(const struct linked *linked, size_t record, const struct link_spec *spec,
                                  struct arena *arena)
{
    size_t columns = link_spec_columns(spec);
    struct slice *values = arena_array(arena, struct slice, columns + 1);
    for (size_t c = 0; c < columns; c++)
        values[c] = arena_copy(
            arena, column_value(linked, &linked->records[record], column_word(link_spec_column(spec, c)->name), arena));
    return values;
}

bool linked_fill(const struct linked *linked, const struct link_spec *spec, struct arena *arena,
                 struct link_records **ret, struct error *err)
{
    struct link_records *records = link_records_make(spec, arena);
    size_t columns = link_spec_columns(spec), words[LINK_COLUMNS_MAX];
    struct slice values[LINK_COLUMNS_MAX];
    for (size_t i = 0; i < columns; i++)
        words[i] = column_word(link_spec_column(spec, i)->name);
    for (size_t s = 0; s < linked->source_count; s++) {
        uint32_t number;
        if (!link_records_source(records, linked->sources[s].source->name, &number, err))
            return false;
        must(number == s);
    }
    struct arena *scratch = arena_make(0);
    bool done = true;
    for (size_t i = 0; i < linked->count && done; i++) {
        const struct linked_record *record = &linked->records[i];
        for (size_t c = 0; c < columns; c++)
            values[c] = column_value(linked, record, words[c], scratch);
        done = link_records_add(records, record->source, linked_id(record, scratch), values, err);
        arena_reset(scratch);
    }
    arena_free(scratch);
    if (done)
        *ret = records;
    return done;
}

bool person_model_read(struct transaction *t, struct arena *arena, struct person_model *ret, struct error *err)
{
    struct result models;
    arena = arena_child(arena);
    *ret = (struct person_model){0};
    if (!store_query(t, STATEMENT_HUB_MODEL_IN_FORCE, ARGS(value_text(S("person"))), arena, &models, err))
        return false;
    if (models.rows == 0)
        return true;
    const struct value *row = result_row(&models, 0);
    ret->version = cell_integer(&row[0]);
    ret->specification = cell_text(&row[2]);
    if (!person_spec_read(ret->specification, S("the specification kept with it"), arena, &ret->spec, err) ||
        !link_model_read(cell_text(&row[1]), S("the hub's model"), ret->spec, arena, &ret->model, err))
        return error_wrap(err,
                          "model version %" PRId64
                          " cannot be read by this version of Staithe; make a new one with staithe link --train",
                          ret->version);
    return true;
}
