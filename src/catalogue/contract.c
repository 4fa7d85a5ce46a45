/* contract.c: reads one data contract.
 *
 * The form is the Open Data Contract Standard, version 3 (bitol-io.github.io/open-data-contract-standard), with what a
 * county needs beyond it in one block `staithe:`. Keys of the standard that say nothing to us (team, price, tags …) are
 * accepted and left alone, so that a contract from another tool can be used as it is; a key that neither the standard
 * nor we know is refused, since it is most often a misspelt one, and a check that is silently not made is worse than a
 * refusal. */
#include "catalogue/reading.h"

#define CONTRACT_LONGEST ((size_t)1 << 20)

static const char *const contract_keys[] = {
    "apiVersion", "kind", "id", "name", "version", "status", "description", "schema", "slaProperties", "staithe",
    /* of the standard, left alone: */
    "tenant", "tags", "domain", "dataProduct", "authoritativeDefinitions", "support", "price", "team", "roles",
    "servers", "slaDefaultElement", "contractCreatedTs", "customProperties", NULL};
static const char *const schema_keys[] = {"id",
                                          "name",
                                          "physicalName",
                                          "physicalType",
                                          "logicalType",
                                          "description",
                                          "businessName",
                                          "properties",
                                          "tags",
                                          "dataGranularityDescription",
                                          "authoritativeDefinitions",
                                          "quality",
                                          "customProperties",
                                          NULL};
static const char *const property_keys[] = {
    "id", "name", "physicalName", "description", "businessName", "logicalType", "logicalTypeOptions", "required",
    "unique", "primaryKey", "quality", "classification",
    /* of the standard, left alone: */
    "primaryKeyPosition", "physicalType", "partitioned", "partitionKeyPosition", "encryptedName", "criticalDataElement",
    "examples", "tags", "authoritativeDefinitions", "transformSourceObjects", "transformLogic", "transformDescription",
    "relationships", "customProperties", NULL};
static const char *const type_words[] = {"string", "integer", "number", "date", "boolean", NULL};
static const char *const option_keys[] = {"maxLength", "minimum",   "maximum",    "format", "pivotYear",
                                          "partial",   "trueWords", "falseWords", NULL};
static const char *const quality_keys[] = {"rule", "validValues", "type",     "description",    "name",
                                           "id",   "dimension",   "severity", "businessImpact", NULL};
static const char *const rule_words[] = {"nhsNumber", "uprn", "postcode", "notFuture", "unique", "validValues", NULL};
static const char *const sla_keys[] = {"id",      "property", "value",       "unit", "valueExt",
                                       "element", "driver",   "description", NULL};
static const char *const staithe_keys[] = {"agency",
                                           "agreement",
                                           "subject",
                                           "gazetteer",
                                           "delivery",
                                           "removed",
                                           "no_duplicates",
                                           "hold_when_closing_more_than",
                                           "record_called",
                                           "as_at_column",
                                           "file",
                                           "attributes",
                                           NULL};
static const char *const file_keys[] = {"encoding", "delimiter", "header", "keep_spaces", NULL};
static const char *const encoding_words[] = {"utf-8", "windows-1252", "utf-16le", "utf-16be", NULL};
static const char *const subject_words[] = {"person", "home", NULL};
static const char *const delivery_words[] = {"snapshot", "delta", NULL};
static const char *const class_words[] = {"public", "internal", "confidential", "restricted", NULL};

bool name_check(struct slice name, const struct yaml *place, const char *what, struct error *err)
{
    bool good = name.len > 0 && name.len <= 40 && name.at[0] >= 'a' && name.at[0] <= 'z';
    for (size_t i = 0; good && i < name.len; i++)
        good =
            (name.at[i] >= 'a' && name.at[i] <= 'z') || (name.at[i] >= '0' && name.at[i] <= '9') || name.at[i] == '_';
    return good || yaml_error(place, err,
                              "the name of %s is a small letter and then small letters, digits and underscores, 40 at "
                              "most; \"%.*s\" is not: change it",
                              what, PRINT(name));
}

bool unknown_word(const struct yaml *place, struct slice word, const char *what, const struct slice *known,
                  size_t count, struct error *err)
{
    struct slice near = text_nearest(word, known, count);
    if (near.len)
        return yaml_error(place, err, "\"%.*s\" is no %s; did you mean \"%.*s\"?", PRINT(word), what, PRINT(near));
    return yaml_error(place, err, "\"%.*s\" is no %s; write one that there is, or add it", PRINT(word), what);
}

const struct yaml *place_of(const struct yaml *node, const char *key, size_t n)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return node;
    return value->kind == YAML_SEQUENCE && n < value->count ? &value->items[n] : value;
}

/* "dd/mm/yyyy", "yyyymmdd", "dd-MMM-yy": the order of the parts, and whether years have two digits. Separators are
 * free, since date_read takes any. */
static bool date_format_read(const struct yaml *options, struct date_form *form, struct error *err)
{
    struct slice format = NO_SLICE;
    int64_t pivot = 0;
    if (!yaml_maybe_text(options, "format", &format, err) ||
        !yaml_maybe_integer(options, "pivotYear", 1900, 2200, &pivot, err) ||
        !yaml_maybe_bool(options, "partial", &form->partial, err))
        return false;
    form->pivot_year = (int)pivot;
    if (!format.len)
        return true;
    const struct yaml *place = yaml_get(options, "format");
    size_t d = 0, m = 0, y = 0, strange = 0;
    char order[3] = {0}, last = 0;
    size_t parts = 0;
    for (size_t i = 0; i < format.len; i++) {
        char c = (char)(format.at[i] | 0x20);
        if (c == 'd' || c == 'm' || c == 'y') {
            if (c != last && parts < 3)
                order[parts] = c;
            if (c != last)
                parts++;
            d += c == 'd', m += c == 'm', y += c == 'y';
            last = c;
        } else {
            strange += strchr("/-. ,", format.at[i]) == NULL;
            last = 0;
        }
    }
    bool ymd = memcmp(order, "ymd", 3) == 0, dmy = memcmp(order, "dmy", 3) == 0, mdy = memcmp(order, "mdy", 3) == 0;
    if (strange || parts != 3 || d > 2 || m > 4 || (y != 4 && y != 2) || !(ymd || dmy || mdy))
        return yaml_error(
            place, err, "the date format \"%.*s\" is not known; write for example yyyy-mm-dd, dd/mm/yyyy or dd-mmm-yy",
            PRINT(format));
    if (y == 2 && !pivot)
        return yaml_error(
            place, err,
            "the date format \"%.*s\" has years of two digits; add pivotYear, the last year that they may "
            "mean, for example pivotYear: 2026",
            PRINT(format));
    form->order = ymd ? DATE_YMD : dmy ? DATE_DMY : DATE_MDY;
    return true;
}

static bool only_for(const struct yaml *options, const char *key, const struct column *column, bool fits,
                     const char *what, struct error *err)
{
    const struct yaml *place = yaml_get(options, key);
    return !place || fits ||
           yaml_error(place, err, "%s is for %s, and the column %.*s is none; take it away or change logicalType", key,
                      what, PRINT(column->name));
}

static bool options_read(const struct yaml *property, struct arena *arena, struct column *column, struct error *err)
{
    const struct yaml *options = yaml_get(property, "logicalTypeOptions");
    column->date_form = (struct date_form){.order = DATE_YMD};
    if (!options)
        return true;
    if (options->kind != YAML_MAPPING)
        return yaml_error(options, err, "logicalTypeOptions is a list of options, such as {maxLength: 60}");
    bool is_date = column->type == TYPE_DATE;
    bool is_number = column->type == TYPE_INTEGER || column->type == TYPE_DECIMAL;
    if (!yaml_only_keys(options, option_keys, "logicalTypeOptions", err) ||
        !only_for(options, "maxLength", column, column->type == TYPE_TEXT, "a string", err) ||
        !only_for(options, "format", column, is_date, "a date", err) ||
        !only_for(options, "pivotYear", column, is_date, "a date", err) ||
        !only_for(options, "partial", column, is_date, "a date", err) ||
        !only_for(options, "minimum", column, is_date || is_number, "a number or a date", err) ||
        !only_for(options, "maximum", column, is_date || is_number, "a number or a date", err) ||
        !only_for(options, "trueWords", column, column->type == TYPE_BOOLEAN, "a boolean", err) ||
        !only_for(options, "falseWords", column, column->type == TYPE_BOOLEAN, "a boolean", err))
        return false;
    int64_t longest = 0;
    if (!yaml_maybe_integer(options, "maxLength", 1, 1000000, &longest, err))
        return false;
    column->longest = (size_t)longest;
    if (is_date) {
        if (!date_format_read(options, &column->date_form, err) ||
            !yaml_maybe_date(options, "minimum", &column->earliest, err) ||
            !yaml_maybe_date(options, "maximum", &column->latest, err))
            return false;
        if (date_known(column->earliest) && date_known(column->latest) &&
            date_compare(column->earliest, column->latest) > 0)
            return yaml_error(yaml_get(options, "maximum"), err, "the maximum lies before the minimum; swap them");
    } else if (is_number) {
        column->has_low = yaml_get(options, "minimum") != NULL;
        column->has_high = yaml_get(options, "maximum") != NULL;
        if (!yaml_maybe_integer(options, "minimum", INT64_MIN, INT64_MAX, &column->low, err) ||
            !yaml_maybe_integer(options, "maximum", INT64_MIN, INT64_MAX, &column->high, err))
            return false;
        if (column->has_low && column->has_high && column->low > column->high)
            return yaml_error(yaml_get(options, "maximum"), err, "the maximum is below the minimum; swap them");
    }
    return yaml_maybe_texts(options, "trueWords", arena, &column->true_words, &column->true_count, err) &&
           yaml_maybe_texts(options, "falseWords", arena, &column->false_words, &column->false_count, err);
}

static bool rule_read(const struct yaml *rule, struct arena *arena, struct column *column, struct error *err)
{
    int word = -1;
    if (rule->kind != YAML_MAPPING)
        return yaml_error(rule, err, "each check under quality is written `- rule: …`");
    if (!yaml_only_keys(rule, quality_keys, "a check", err) || !yaml_maybe_word(rule, "rule", rule_words, &word, err))
        return false;
    if (word < 0)
        return yaml_error(rule, err,
                          "the check says no rule; write `rule:` with one of nhsNumber, uprn, postcode, notFuture, "
                          "unique, validValues");
    const struct yaml *place = yaml_get(rule, "rule");
    if (word == 5) {
        if (!yaml_maybe_texts(rule, "validValues", arena, &column->allowed, &column->allowed_count, err))
            return false;
        return column->allowed_count || yaml_error(place, err, "validValues needs its list, as in validValues: [M, F]");
    }
    if (yaml_get(rule, "validValues"))
        return yaml_error(yaml_get(rule, "validValues"), err, "a list of values belongs to the rule validValues");
    if (word == 3 && column->type != TYPE_DATE)
        return yaml_error(place, err, "notFuture is a check of dates; make the column a date or take the check away");
    if (word <= 2 && column->type != TYPE_TEXT)
        return yaml_error(place, err, "%s is a check of strings; make the column a string or take the check away",
                          rule_words[word]);
    column->checks |= 1u << word;
    return true;
}

static bool property_read(const struct yaml *property, struct arena *arena, struct column *column, struct error *err)
{
    int type = -1, class = 0;
    bool unique = false;
    struct slice description = NO_SLICE, ignored = NO_SLICE;
    if (property->kind != YAML_MAPPING)
        return yaml_error(property, err, "each column is written `- name: …` with its other lines below");
    if (!yaml_only_keys(property, property_keys, "a column", err) || !yaml_text(property, "name", &column->name, err) ||
        !name_check(column->name, yaml_get(property, "name"), "a column", err))
        return false;
    if (slice_equal(column->name, S("record")))
        return yaml_error(
            yaml_get(property, "name"), err,
            "a column may not be called record, which is the hub's own word; call it something else and say "
            "physicalName: record");
    column->header = column->name;
    column->attribute = ATTRIBUTE_NONE;
    if (!yaml_maybe_text(property, "physicalName", &column->header, err) ||
        !yaml_maybe_text(property, "description", &description, err) ||
        !yaml_maybe_text(property, "businessName", &column->title, err) ||
        !yaml_maybe_text(property, "physicalType", &ignored, err) ||
        !yaml_maybe_word(property, "logicalType", type_words, &type, err) ||
        !yaml_maybe_bool(property, "required", &column->required, err) ||
        !yaml_maybe_bool(property, "primaryKey", &column->key, err) ||
        !yaml_maybe_bool(property, "unique", &unique, err) ||
        !yaml_maybe_word(property, "classification", class_words, &class, err))
        return false;
    if (type < 0)
        return yaml_error(property, err,
                          "the column %.*s says no logicalType; write one of string, integer, number, date, boolean",
                          PRINT(column->name));
    column->type = (enum column_type)type;
    column->sensitive = class == 3;
    column->required |= column->key;
    if (unique)
        column->checks |= CHECK_UNIQUE;
    if (!column->title.len)
        column->title = description;
    if (!column->title.len) {
        char *title = arena_cstr(arena, column->name);
        for (char *c = title; *c; c++)
            if (*c == '_')
                *c = ' ';
        title[0] = (char)(title[0] - 'a' + 'A');
        column->title = slice_of(title);
    }
    if (!options_read(property, arena, column, err))
        return false;
    const struct yaml *quality = yaml_get(property, "quality");
    if (quality && quality->kind != YAML_SEQUENCE)
        return yaml_error(quality, err, "quality is a list; write each check as `- rule: …`");
    for (size_t i = 0; quality && i < quality->count; i++)
        if (!rule_read(&quality->items[i], arena, column, err))
            return false;
    return true;
}

static bool schema_read(const struct yaml *tree, struct arena *arena, struct source *source, struct error *err)
{
    const struct yaml *schema, *properties;
    if (!yaml_sequence(tree, "schema", &schema, err))
        return false;
    if (schema->count != 1)
        return yaml_error(schema, err, "a contract describes one file, so its schema has one entry; this one has %zu",
                          schema->count);
    if (schema->items[0].kind != YAML_MAPPING)
        return yaml_error(&schema->items[0], err, "the entry of the schema begins `- name: …`");
    if (!yaml_only_keys(&schema->items[0], schema_keys, "a schema", err) ||
        !yaml_sequence(&schema->items[0], "properties", &properties, err))
        return false;
    if (!properties->count)
        return yaml_error(properties, err, "the contract names no column; list them under properties");
    if (properties->count > 500)
        return yaml_error(properties, err, "the contract names %zu columns; 500 is the most", properties->count);
    source->columns = arena_array(arena, struct column, properties->count);
    bool keyed = false;
    for (size_t i = 0; i < properties->count; i++) {
        const struct yaml *place = &properties->items[i];
        struct column *column = &source->columns[i];
        if (!property_read(place, arena, column, err))
            return false;
        keyed |= column->key;
        for (size_t j = 0; j < i; j++) {
            if (slice_equal(source->columns[j].name, column->name))
                return yaml_error(yaml_get(place, "name"), err,
                                  "two columns are called %.*s; give one of them another name", PRINT(column->name));
            if (slice_equal_nocase(source->columns[j].header, column->header))
                return yaml_error(place_of(place, yaml_get(place, "physicalName") ? "physicalName" : "name", 0), err,
                                  "the heading %.*s belongs to the column %.*s already; a heading feeds one column",
                                  PRINT(column->header), PRINT(source->columns[j].name));
        }
        source->column_count++;
    }
    if (!keyed)
        return yaml_error(properties, err,
                          "no column is the key; write `primaryKey: true` at the column, or columns, by which a "
                          "record is known from one file to the next");
    return true;
}

static bool days_read(const struct yaml *sla, int64_t *ret, struct error *err)
{
    static const struct {
        const char *word;
        int64_t days;
    } units[] = {{"d", 1},      {"day", 1},     {"days", 1}, {"w", 7},    {"week", 7},   {"weeks", 7},  {"m", 31},
                 {"month", 31}, {"months", 31}, {"y", 366},  {"yr", 366}, {"year", 366}, {"years", 366}};
    struct slice unit = S("d");
    int64_t value = -1;
    if (!yaml_maybe_integer(sla, "value", 0, 100000, &value, err) || !yaml_maybe_text(sla, "unit", &unit, err))
        return false;
    if (value < 0)
        return yaml_error(sla, err,
                          "the property says no value; write it as in {property: frequency, value: 35, unit: d}");
    for (size_t i = 0; i < countof(units); i++)
        if (slice_equal(unit, slice_of(units[i].word))) {
            *ret = value * units[i].days;
            return true;
        }
    return yaml_error(yaml_get(sla, "unit"), err,
                      "the unit \"%.*s\" is not known; write d, w, m or y for days, weeks, months or years",
                      PRINT(unit));
}

static bool sla_read(const struct yaml *tree, struct source *source, struct error *err)
{
    const struct yaml *list = yaml_get(tree, "slaProperties");
    if (!list)
        return true;
    if (list->kind != YAML_SEQUENCE)
        return yaml_error(list, err,
                          "slaProperties is a list; write each as `- {property: frequency, value: 35, unit: d}`");
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *sla = &list->items[i];
        struct slice property;
        if (sla->kind != YAML_MAPPING)
            return yaml_error(sla, err, "write it as `- {property: frequency, value: 35, unit: d}`");
        if (!yaml_only_keys(sla, sla_keys, "an slaProperty", err) || !yaml_text(sla, "property", &property, err))
            return false;
        if (slice_equal(property, S("frequency"))) {
            if (!days_read(sla, &source->fresh_days, err))
                return false;
        } else if (slice_equal(property, S("retention"))) {
            if (!days_read(sla, &source->keep_days, err))
                return false;
        } else {
            static const struct slice known[] = {S_INIT("frequency"),
                                                 S_INIT("retention"),
                                                 S_INIT("latency"),
                                                 S_INIT("generalAvailability"),
                                                 S_INIT("endOfSupport"),
                                                 S_INIT("endOfLife"),
                                                 S_INIT("timeOfAvailability"),
                                                 S_INIT("availability"),
                                                 S_INIT("throughput"),
                                                 S_INIT("errorRate")};
            bool standard = false;
            for (size_t k = 0; k < countof(known); k++)
                standard |= slice_equal(property, known[k]);
            if (!standard)
                return unknown_word(yaml_get(sla, "property"), property, "property of the standard", known,
                                    countof(known), err);
        }
    }
    return true;
}

static bool share_read(const struct yaml *block, double *ret, struct error *err)
{
    struct slice text = NO_SLICE;
    if (!yaml_maybe_text(block, "hold_when_closing_more_than", &text, err) || !text.len)
        return err->code == ERROR_NONE;
    bool percent = slice_ends(text, S("%"));
    double value = -1;
    if (!slice_real(slice_trim(slice_part(text, 0, text.len - percent)), &value) || value < 0 ||
        (percent ? value > 100 : value > 1))
        return yaml_error(yaml_get(block, "hold_when_closing_more_than"), err,
                          "\"%.*s\" is no share; write a percentage such as 10%%", PRINT(text));
    *ret = percent ? value / 100 : value;
    return true;
}

/* A column that another key of the staithe block names. */
static bool named_column(const struct source *source, const struct yaml *place, struct slice name, struct column **ret,
                         struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < source->column_count; i++)
        if (slice_equal(source->columns[i].name, name)) {
            *ret = &source->columns[i];
            return true;
        }
    struct slice *names = arena_array(arena, struct slice, source->column_count);
    for (size_t i = 0; i < source->column_count; i++)
        names[i] = source->columns[i].name;
    (void)unknown_word(place, name, "column of this contract", names, source->column_count, err);
    return false;
}

static bool map_one(struct source *source, enum attribute attribute, const struct yaml *value, struct arena *arena,
                    struct error *err)
{
    static const char *const keys[] = {"column", "verified", NULL};
    struct slice name = value->text;
    bool verified = false;
    const struct yaml *place = value;
    if (value->kind == YAML_MAPPING) {
        if (!yaml_only_keys(value, keys, "a mapping", err) || !yaml_text(value, "column", &name, err) ||
            !yaml_maybe_bool(value, "verified", &verified, err))
            return false;
        place = yaml_get(value, "column");
    } else if (value->kind != YAML_SCALAR) {
        return yaml_error(value, err, "write the name of a column, or {column: …, verified: true}");
    }
    struct column *column = NULL;
    if (!named_column(source, place, name, &column, arena, err))
        return false;
    if (column->attribute != ATTRIBUTE_NONE)
        return yaml_error(place, err, "the column %.*s is mapped to %.*s already; a column has one meaning",
                          PRINT(name), PRINT(attribute_name(column->attribute)));
    if (verified && !slice_equal(attribute_link_kind(attribute), S("identifier")) && attribute != ATTRIBUTE_PLACE_UPRN)
        return yaml_error(yaml_get(value, "verified"), err,
                          "only an identifier can be verified, and %.*s is none; take `verified` away",
                          PRINT(attribute_name(attribute)));
    bool date = slice_equal(attribute_link_kind(attribute), S("date")) || attribute == ATTRIBUTE_PERSON_DEATH_DATE ||
                attribute == ATTRIBUTE_RESIDENCE_FROM || attribute == ATTRIBUTE_RESIDENCE_UNTIL ||
                attribute == ATTRIBUTE_EVENT_DATE;
    if (date && column->type != TYPE_DATE)
        return yaml_error(place, err, "%.*s is a date, and the column %.*s is not; give it logicalType: date",
                          PRINT(attribute_name(attribute)), PRINT(name));
    column->attribute = attribute;
    column->verified = verified;
    return true;
}

static bool attributes_read(const struct yaml *block, struct arena *arena, struct source *source, struct error *err)
{
    const struct yaml *map = yaml_get(block, "attributes");
    if (!map)
        return true;
    if (map->kind != YAML_MAPPING)
        return yaml_error(map, err, "attributes is a list such as `person.family_name: surname`");
    for (size_t i = 0; i < map->count; i++) {
        enum attribute attribute;
        if (!attribute_find(map->keys[i], &attribute)) {
            struct slice near = attribute_nearest(map->keys[i]);
            if (near.len)
                return yaml_error(&map->key_places[i], err, "\"%.*s\" is no standard attribute; did you mean \"%.*s\"?",
                                  PRINT(map->keys[i]), PRINT(near));
            return yaml_error(&map->key_places[i], err,
                              "\"%.*s\" is no standard attribute; docs/contracts.md lists them, and a column that fits "
                              "none needs no mapping",
                              PRINT(map->keys[i]));
        }
        const struct yaml *value = &map->items[i];
        if (value->kind == YAML_SEQUENCE) {
            for (size_t k = 0; k < value->count; k++)
                if (!map_one(source, attribute, &value->items[k], arena, err))
                    return false;
        } else if (!map_one(source, attribute, value, arena, err)) {
            return false;
        }
    }
    return true;
}

static bool file_form_read(const struct yaml *block, struct source *source, struct error *err)
{
    const struct yaml *file = yaml_get(block, "file");
    if (!file)
        return true;
    int encoding = -1;
    bool header = true;
    struct slice delimiter = NO_SLICE;
    if (file->kind != YAML_MAPPING)
        return yaml_error(file, err, "file is a list such as {encoding: windows-1252, delimiter: \"|\"}");
    if (!yaml_only_keys(file, file_keys, "file", err) ||
        !yaml_maybe_word(file, "encoding", encoding_words, &encoding, err) ||
        !yaml_maybe_text(file, "delimiter", &delimiter, err) || !yaml_maybe_bool(file, "header", &header, err) ||
        !yaml_maybe_bool(file, "keep_spaces", &source->keep_spaces, err))
        return false;
    source->headless = !header;
    source->encoding_given = encoding >= 0;
    if (encoding >= 0)
        source->encoding = (enum text_encoding)encoding;
    if (slice_equal(delimiter, S("tab")))
        delimiter = S("\t");
    if (delimiter.len > 1 || (delimiter.len == 1 && (strchr("\"\r\n", delimiter.at[0]) || delimiter.at[0] < 0)))
        return yaml_error(yaml_get(file, "delimiter"), err,
                          "the delimiter is one character, such as \",\" or \"|\", or the word tab");
    source->delimiter = delimiter.len ? delimiter.at[0] : 0;
    return true;
}

static bool removed_read(const struct yaml *block, struct arena *arena, struct source *source, struct error *err)
{
    static const char *const keys[] = {"column", "value", NULL};
    const struct yaml *removed = yaml_get(block, "removed");
    if (!removed)
        return true;
    if (source->delivery != DELIVERY_DELTA)
        return yaml_error(removed, err, "removed is for deltas; a snapshot removes a record by leaving it out");
    if (removed->kind != YAML_MAPPING)
        return yaml_error(removed, err, "write it as {column: status, value: deleted}");
    struct column *column = NULL;
    if (!yaml_only_keys(removed, keys, "removed", err) || !yaml_text(removed, "column", &source->removed_column, err) ||
        !yaml_text(removed, "value", &source->removed_value, err) ||
        !named_column(source, yaml_get(removed, "column"), source->removed_column, &column, arena, err))
        return false;
    return column->type == TYPE_TEXT ||
           yaml_error(yaml_get(removed, "column"), err, "the column that says that a record is removed is a string");
}

/* The agency's name; or, where no other file speaks of it, its name and title in full, which is enough to make it
 * known. */
static bool agency_read(const struct yaml *block, struct source *source, struct error *err)
{
    static const char *const keys[] = {"name", "title", NULL};
    const struct yaml *agency = yaml_get(block, "agency");
    if (!agency || agency->kind != YAML_MAPPING)
        return yaml_text(block, "agency", &source->agency, err);
    return yaml_only_keys(agency, keys, "an agency", err) && yaml_text(agency, "name", &source->agency, err) &&
           name_check(source->agency, yaml_get(agency, "name"), "an agency", err) &&
           yaml_text(agency, "title", &source->agency_title, err);
}

static bool staithe_read(const struct yaml *tree, struct arena *arena, struct source *source, struct error *err)
{
    const struct yaml *block;
    int subject = -1, delivery = -1;
    if (!yaml_mapping(tree, "staithe", &block, err) || !yaml_only_keys(block, staithe_keys, "the staithe block", err) ||
        !agency_read(block, source, err) || !yaml_text(block, "agreement", &source->agreement, err) ||
        !yaml_maybe_word(block, "subject", subject_words, &subject, err) ||
        !yaml_maybe_word(block, "delivery", delivery_words, &delivery, err) ||
        !yaml_maybe_bool(block, "gazetteer", &source->gazetteer, err) ||
        !yaml_maybe_bool(block, "no_duplicates", &source->no_duplicates, err))
        return false;
    if (subject < 0)
        return yaml_error(
            block, err,
            "the staithe block does not say whom the records are about; write subject: person or subject: home");
    if (delivery < 0)
        return yaml_error(
            block, err,
            "the staithe block does not say what a file holds; write delivery: snapshot (all records each "
            "time) or delivery: delta (changes only)");
    source->subject = (enum subject)subject;
    source->delivery = (enum delivery)delivery;
    source->hold_share = 0.1;
    source->row_title = source->title;
    if (source->gazetteer && source->subject != SUBJECT_HOME)
        return yaml_error(yaml_get(block, "gazetteer"), err, "the gazetteer is a list of homes; write subject: home");
    if (!share_read(block, &source->hold_share, err) ||
        !yaml_maybe_text(block, "record_called", &source->row_title, err) ||
        !yaml_maybe_text(block, "as_at_column", &source->as_at_column, err) || !file_form_read(block, source, err) ||
        !removed_read(block, arena, source, err) || !attributes_read(block, arena, source, err))
        return false;
    struct column *column = NULL;
    if (source->as_at_column.len) {
        const struct yaml *place = yaml_get(block, "as_at_column");
        if (!named_column(source, place, source->as_at_column, &column, arena, err))
            return false;
        if (column->type != TYPE_DATE)
            return yaml_error(place, err, "the as-at column %.*s is no date; give it logicalType: date",
                              PRINT(column->name));
    }
    if (source->gazetteer && !source_attribute(source, ATTRIBUTE_PLACE_UPRN))
        return yaml_error(block, err, "a gazetteer maps a column to place.uprn; add it under attributes");
    return true;
}

bool contract_read_tree(struct slice text, struct slice file, struct arena *arena, struct yaml *ret_tree,
                        struct source *ret, struct error *err)
{
    struct yaml tree;
    struct source source = {
        .file = arena_copy(arena, file), .text = arena_copy(arena, text), .digest = hash_sha256(text)};
    struct slice version, kind;
    *err = NO_ERROR;
    if (text.len > CONTRACT_LONGEST)
        return error_set_at(err, ERROR_TOO_BIG, file, 0, 0, "a contract is 1 MiB at most; this file is no contract");
    if (!yaml_read(source.text, source.file, arena, &tree, err))
        return false;
    if (tree.kind != YAML_MAPPING)
        return error_set_at(
            err, ERROR_INPUT, file, 1, 1,
            "the file is no data contract; begin from a copy of another, or from `staithe source draft`");
    if (!yaml_only_keys(&tree, contract_keys, "a contract", err) || !yaml_text(&tree, "apiVersion", &version, err) ||
        !yaml_text(&tree, "kind", &kind, err) || !yaml_text(&tree, "id", &source.name, err) ||
        !yaml_text(&tree, "version", &source.version, err) ||
        !name_check(source.name, yaml_get(&tree, "id"), "a source", err))
        return false;
    if (!slice_starts(version, S("v3.")))
        return yaml_error(yaml_get(&tree, "apiVersion"), err,
                          "contracts follow version 3 of the standard; write apiVersion: v3.0.2");
    if (!slice_equal(kind, S("DataContract")))
        return yaml_error(yaml_get(&tree, "kind"), err, "the kind of a contract is DataContract, not \"%.*s\"",
                          PRINT(kind));
    source.title = source.name;
    const struct yaml *description = yaml_get(&tree, "description");
    if (!yaml_maybe_text(&tree, "name", &source.title, err))
        return false;
    if (description && description->kind == YAML_MAPPING) {
        static const char *const keys[] = {"purpose",          "usage", "limitations", "authoritativeDefinitions",
                                           "customProperties", NULL};
        if (!yaml_only_keys(description, keys, "a description", err) ||
            !yaml_maybe_text(description, "purpose", &source.about, err))
            return false;
    } else if (!yaml_maybe_text(&tree, "description", &source.about, err)) {
        return false;
    }
    if (!schema_read(&tree, arena, &source, err) || !sla_read(&tree, &source, err) ||
        !staithe_read(&tree, arena, &source, err))
        return false;
    *ret = source;
    *ret_tree = tree;
    return true;
}

bool contract_read(struct slice text, struct slice file, struct arena *arena, struct source *ret, struct error *err)
{
    struct yaml tree;
    return contract_read_tree(text, file, arena, &tree, ret, err);
}
