/* spec_rules.c: blocking rules as written: terms joined by +, each a column or functions around one or more columns.
 *
 *     rule := term ("+" term)*        term := column | function "(" term ("," term)* ("," number)? ")"
 *
 * Several columns inside one function become one joined column, so that every key is a function of one dictionary-coded
 * column and is computed once for each distinct value. */
#include "link/spec.h"

#include "base/text.h"

const char *const link_function_words[] = {"soundex", "year",  "month",    "day",     "day_month", "prefix",
                                           "suffix",  "first", "last",     "longest", "sorted",    "drawn",
                                           "digits",  "area",  "district", "sector",  NULL};

struct rule_reader {
    const struct yaml *node;
    struct slice text;
    size_t at;
    struct link_spec *spec;
    unsigned depth;
};

static void skip_space(struct rule_reader *reader)
{
    while (reader->at < reader->text.len && (reader->text.at[reader->at] == ' ' || reader->text.at[reader->at] == '\t'))
        reader->at++;
}

static bool take(struct rule_reader *reader, char byte)
{
    skip_space(reader);
    if (reader->at < reader->text.len && reader->text.at[reader->at] == byte) {
        reader->at++;
        return true;
    }
    return false;
}

static struct slice take_word(struct rule_reader *reader)
{
    skip_space(reader);
    size_t start = reader->at;
    while (reader->at < reader->text.len && !strchr(" \t+,()", reader->text.at[reader->at]))
        reader->at++;
    return slice_part(reader->text, start, reader->at);
}

static bool rule_error(const struct rule_reader *reader, struct error *err, const char *what, struct slice word)
{
    struct yaml place = *reader->node;
    place.column += (uint32_t)reader->at;
    return yaml_error(&place, err, "the blocking rule “%.*s”: %s%.*s", PRINT(reader->text), what, PRINT(word));
}

enum { NAME_LONGEST = 56 };

static int make_column(struct link_spec *spec, const uint16_t *parts, size_t count, bool either)
{
    for (size_t i = spec->input_count; i < spec->column_count; i++)
        if (spec->made[i].either == either && spec->made[i].part_count == count &&
            memcmp(spec->made[i].parts, parts, count * sizeof *parts) == 0)
            return (int)i;
    if (spec->column_count == LINK_COLUMNS_MAX || count > countof(spec->made[0].parts))
        return -1;
    size_t index = spec->column_count;
    struct link_made *made = &spec->made[index];
    struct buffer name = buffer_make(spec->arena);
    enum link_kind kind = spec->columns[parts[0]].kind;
    for (size_t i = 0; i < count; i++) {
        made->parts[i] = parts[i];
        buffer_format(&name, "%s%.*s", !i ? "" : either ? "_or_" : "_", PRINT(spec->columns[parts[i]].name));
        if (kind <= LINK_FULL_NAME && spec->columns[parts[i]].kind <= LINK_FULL_NAME)
            kind = i ? LINK_FULL_NAME : kind;
        else if (spec->columns[parts[i]].kind != kind)
            kind = kind == LINK_ADDRESS || spec->columns[parts[i]].kind == LINK_ADDRESS ? LINK_ADDRESS : LINK_TEXT;
    }
    while (name.len > NAME_LONGEST || (name.len > 0 && ((unsigned char)name.at[name.len] & 0xc0) == 0x80))
        name.len--; /* so that what is printed can be read */
    while (link_spec_find(spec, buffer_slice(&name)) >= 0)
        buffer_add_byte(&name, '_');
    made->part_count = (uint8_t)count;
    made->either = either;
    made->name = buffer_slice(&name);
    made->kind = kind;
    spec->columns[index] = (struct link_column){.name = made->name, .kind = kind};
    spec->column_count++;
    spec_default_column(spec, index);
    return (int)index;
}

int spec_join(struct link_spec *spec, const uint16_t *parts, size_t count)
{
    return make_column(spec, parts, count, false);
}

int spec_either(struct link_spec *spec, uint16_t first, uint16_t second)
{
    return make_column(spec, (uint16_t[]){first, second}, 2, true);
}

static bool function_fits(enum link_function function, enum link_kind kind)
{
    switch (function) {
    case LINK_FN_YEAR:
    case LINK_FN_MONTH:
    case LINK_FN_DAY:
    case LINK_FN_DAY_MONTH:
        return kind == LINK_DATE;
    case LINK_FN_AREA:
    case LINK_FN_DISTRICT:
    case LINK_FN_SECTOR:
        return kind == LINK_POSTCODE;
    default:
        return true;
    }
}

static bool read_term(struct rule_reader *reader, struct link_term *term, struct error *err)
{
    if (++reader->depth > LINK_CALLS_MAX + 1)
        return rule_error(reader, err, "functions stand more than four deep", NO_SLICE);
    struct slice word = take_word(reader);
    if (slice_empty(word))
        return rule_error(reader, err, "a column or a function is wanted", NO_SLICE);
    if (!take(reader, '(')) {
        int column = link_spec_find(reader->spec, word);
        if (column < 0) {
            struct slice names[LINK_COLUMNS_MAX];
            for (size_t i = 0; i < reader->spec->column_count; i++)
                names[i] = reader->spec->columns[i].name;
            struct slice near = text_nearest(word, names, reader->spec->column_count);
            if (!slice_empty(near))
                return rule_error(reader, err, "there is no such column; did you mean ", near);
            return rule_error(reader, err, "there is no column ", word);
        }
        *term = (struct link_term){.column = (uint16_t)column};
        reader->depth--;
        return true;
    }
    int function = -1;
    for (int i = 0; link_function_words[i]; i++)
        if (slice_equal(word, slice_of(link_function_words[i])))
            function = i;
    if (function < 0) {
        struct slice names[LINK_FUNCTIONS];
        for (size_t i = 0; i < LINK_FUNCTIONS; i++)
            names[i] = slice_of(link_function_words[i]);
        struct slice near = text_nearest(word, names, LINK_FUNCTIONS);
        if (!slice_empty(near))
            return rule_error(reader, err, "there is no such function; did you mean ", near);
        return rule_error(reader, err, "there is no function ", word);
    }
    if (!read_term(reader, term, err))
        return false;
    uint16_t parts[6] = {term->column};
    size_t part_count = 1;
    int64_t argument = 0;
    while (take(reader, ',')) {
        size_t before = reader->at;
        if (slice_integer(take_word(reader), &argument))
            break;
        reader->at = before;
        struct link_term other;
        if (term->call_count > 0 || part_count == countof(parts) || !read_term(reader, &other, err))
            return err->code ? false
                             : rule_error(reader, err, "only plain columns can be joined, at most six", NO_SLICE);
        if (other.call_count > 0)
            return rule_error(reader, err, "only plain columns can be joined", NO_SLICE);
        parts[part_count++] = other.column;
    }
    if (!take(reader, ')'))
        return rule_error(reader, err, "a closing bracket is wanted after ", word);
    if (part_count > 1) {
        int joined = spec_join(reader->spec, parts, part_count);
        if (joined < 0)
            return rule_error(reader, err, "there are too many columns", NO_SLICE);
        term->column = (uint16_t)joined;
    }
    bool lot = function == LINK_FN_DRAWN, wants = lot || function == LINK_FN_PREFIX || function == LINK_FN_SUFFIX;
    if (wants != (argument > 0) || argument > 64)
        return rule_error(reader, err,
                          lot     ? "the number of a lot from 1 to 64 is wanted in "
                          : wants ? "a number of characters from 1 to 64 is wanted in "
                                  : "no number goes into ",
                          word);
    if (!function_fits((enum link_function)function, reader->spec->columns[term->column].kind))
        return rule_error(reader, err, "the kind of the column does not go with ", word);
    if (term->call_count == LINK_CALLS_MAX)
        return rule_error(reader, err, "functions stand more than four deep", NO_SLICE);
    term->calls[term->call_count++] = (struct link_call){(enum link_function)function, (unsigned)argument};
    reader->depth--;
    return true;
}

bool spec_rule_read(const struct yaml *node, struct link_spec *spec, struct link_rule *ret, struct error *err)
{
    if (node->kind != YAML_SCALAR)
        return yaml_error(node, err, "a blocking rule is a line such as soundex(family_name) + year(birth_date)");
    struct rule_reader reader = {.node = node, .text = node->text, .spec = spec};
    *ret = (struct link_rule){.text = node->text};
    err->code = ERROR_NONE;
    do {
        if (ret->term_count == LINK_TERMS_MAX)
            return rule_error(&reader, err, "there are more than five terms", NO_SLICE);
        reader.depth = 0;
        struct link_term *term = &ret->terms[ret->term_count];
        if (!read_term(&reader, term, err))
            return false;
        ret->term_count++;
    } while (take(&reader, '+'));
    skip_space(&reader);
    if (reader.at != reader.text.len)
        return rule_error(&reader, err, "terms are joined with +; this is too much: ",
                          slice_part(reader.text, reader.at, reader.text.len));
    return true;
}
