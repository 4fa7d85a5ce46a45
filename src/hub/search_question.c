/* Words are taken from left to right, the longest reading first: three words as a date ("3 feb 1952") or an NHS number
 * ("999 123 4567"), two as a postcode ("NR1 3AA"), one as whatever it looks like. What looks like nothing special is a
 * word of a name or address. */
#include "hub/search_question.h"

#include "base/text.h"
#include "link/address.h"
#include "link/similar.h"

enum { WORDS_MAX = 24 };

/* Words that say little of anybody; those of the second list only beside a house number, for they are surnames too. */
static const char *const dull[] = {"road",     "st", "avenue", "drive", "gardens", "flat", "terrace",
                                   "crescent", "mr", "mrs",    "miss",  "ms",      "dr",   "norfolk"};
static const char *const dull_in_address[] = {"lane",  "close", "way",  "court", "place",
                                              "house", "grove", "hill", "walk",  "street"};

static bool listed(struct slice word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(word, slice_of(list[i])))
            return true;
    return false;
}

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.len > 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void add(struct terms *terms, enum term_kind kind, struct slice asked, struct slice text, double weight)
{
    if (terms->count < TERMS_MAX && text.len)
        terms->list[terms->count++] = (struct term){.kind = kind, .asked = asked, .text = text, .weight = weight};
}

static bool add_date(struct terms *terms, struct slice asked, struct date today, struct arena *arena)
{
    struct date date;
    struct date_form form = {.order = DATE_DMY, .pivot_year = today.year};
    if (asked.len < 6 || !date_read(asked, &form, &date) || date.year < 1850 || date_compare(date, today) > 0)
        return false;
    add(terms, TERM_DATE, asked, date_iso(arena, date), 9);
    if (terms->count)
        terms->list[terms->count - 1].date = date;
    return true;
}

/* NR1, NR13, PE30, W1A: the first half of a postcode. */
static bool is_outward(struct slice word)
{
    size_t i = 0;
    while (i < word.len && is_letter(word.at[i]))
        i++;
    if (i < 1 || i > 2 || i >= word.len || !is_digit(word.at[i]))
        return false;
    size_t rest = word.len - i;
    return rest == 1 || (rest == 2 && (is_digit(word.at[i + 1]) || is_letter(word.at[i + 1])));
}

static struct slice bare(struct arena *arena, struct slice postcode)
{
    char *at = arena_array(arena, char, postcode.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < postcode.len; i++)
        if (postcode.at[i] != ' ')
            at[len++] = postcode.at[i] >= 'a' && postcode.at[i] <= 'z' ? (char)(postcode.at[i] - 32) : postcode.at[i];
    return slice_from(at, len);
}

static bool add_postcode(struct terms *terms, struct slice asked, bool whole_only, struct arena *arena)
{
    struct slice read;
    if (text_postcode(arena, slice_trim(asked), &read)) {
        add(terms, TERM_POSTCODE, asked, bare(arena, read), 9);
        return true;
    }
    if (whole_only || !is_outward(slice_trim(asked)))
        return false;
    add(terms, TERM_PART_POSTCODE, asked, bare(arena, slice_trim(asked)), 4);
    return true;
}

static void add_words(struct terms *terms, struct slice asked, struct arena *arena)
{
    struct slice *words;
    size_t count = text_tokens(arena, text_fold(arena, asked), &words);
    for (size_t i = 0; i < count && terms->count < TERMS_MAX; i++) {
        add(terms, TERM_WORD, asked, words[i], words[i].len == 1 ? 2 : listed(words[i], dull, countof(dull)) ? 1 : 6);
        struct slice *forms;
        terms->list[terms->count - 1].form_count = nickname_forms(words[i], arena, &forms);
        terms->list[terms->count - 1].forms = forms;
    }
}

static struct slice span(struct slice first, struct slice last)
{
    return slice_from(first.at, (size_t)(last.at + last.len - first.at));
}

/* How many words the reading that begins at words[0] takes; 0: none of the special ones. */
static size_t special(struct terms *terms, const struct slice *words, size_t left, struct date today,
                      struct arena *arena)
{
    struct slice read;
    if (left >= 3) {
        struct slice three = span(words[0], words[2]);
        if (text_nhs_number(arena, three, &read)) {
            add(terms, TERM_NHS, three, read, 24);
            return 3;
        }
        if (add_date(terms, three, today, arena))
            return 3;
    }
    if (left >= 2 && words[1].len == 3 && add_postcode(terms, span(words[0], words[1]), true, arena))
        return 2;
    struct slice word = words[0];
    if (text_nhs_number(arena, word, &read)) {
        add(terms, TERM_NHS, word, read, 24);
        return 1;
    }
    if (all_digits(word)) {
        int64_t number = 0;
        bool read_number = slice_integer(word, &number);
        if (word.len == 4 && read_number && number >= 1880 && number <= today.year) {
            add(terms, TERM_YEAR, word, word, 5);
            return 1;
        }
        if (word.len >= 6 && word.len != 8 && text_uprn(arena, word, &read)) {
            add(terms, TERM_UPRN, word, read, 20);
            return 1;
        }
    }
    if (is_digit(word.at[0]) && add_date(terms, word, today, arena))
        return 1;
    if (add_postcode(terms, word, false, arena))
        return 1;
    if (is_digit(word.at[0]) && word.len <= 5) {
        struct slice *parts;
        if (address_words(arena, word, &parts) == 1) {
            add(terms, TERM_NUMBER, word, parts[0], 4);
            return 1;
        }
    }
    if (left >= 2 && slice_equal_nocase(word, S("flat"))) {
        struct slice *parts, two = span(words[0], words[1]);
        if (address_words(arena, two, &parts) == 1) {
            add(terms, TERM_NUMBER, two, parts[0], 4);
            return 2;
        }
    }
    return 0;
}

void search_question_read(const struct search_question *question, struct date today, struct arena *arena,
                          struct terms *ret)
{
    struct terms terms = {0};
    struct slice text = slice_part(question->words, 0, 200);
    text = slice_part(text, 0, text_valid_utf8(text));
    char *plain = arena_cstr(arena, text);
    for (size_t i = 0; i < text.len; i++)
        if (plain[i] == ',' || plain[i] == ';' || plain[i] == '\t' || plain[i] == '\n' || plain[i] == '\r' ||
            plain[i] == '\0')
            plain[i] = ' ';
    struct slice rest = slice_from(plain, text.len), word, words[WORDS_MAX];
    size_t count = 0;
    while (count < WORDS_MAX && slice_cut(&rest, ' ', &word))
        if (word.len)
            words[count++] = word;
    for (size_t i = 0; i < count;) {
        size_t taken = special(&terms, words + i, count - i, today, arena);
        if (taken == 0) {
            add_words(&terms, words[i], arena);
            taken = 1;
        }
        i += taken;
    }
    bool numbered = false;
    for (size_t i = 0; i < terms.count; i++)
        numbered = numbered || terms.list[i].kind == TERM_NUMBER;
    for (size_t i = 0; numbered && i < terms.count; i++)
        if (terms.list[i].kind == TERM_WORD && listed(terms.list[i].text, dull_in_address, countof(dull_in_address)))
            terms.list[i].weight = 1;
    struct slice birth = slice_trim(slice_part(question->birth_date, 0, 40));
    int64_t year;
    if (birth.len && !add_date(&terms, birth, today, arena)) {
        if (birth.len == 4 && slice_integer(birth, &year) && year >= 1880 && year <= today.year)
            add(&terms, TERM_YEAR, birth, birth, 5);
        else
            terms.unread_birth = slice_part(birth, 0, text_valid_utf8(birth));
    }
    struct slice postcode = slice_trim(slice_part(question->postcode, 0, 20));
    if (postcode.len && !add_postcode(&terms, postcode, false, arena))
        terms.unread_postcode = slice_part(postcode, 0, text_valid_utf8(postcode));
    *ret = terms;
}

void search_question_hide_birth(struct terms *terms)
{
    size_t kept = 0;
    for (size_t i = 0; i < terms->count; i++)
        if (terms->list[i].kind != TERM_DATE && terms->list[i].kind != TERM_YEAR)
            terms->list[kept++] = terms->list[i];
    terms->birth_hidden = kept < terms->count;
    terms->count = kept;
}

struct slice search_question_fact(const struct term *term, struct arena *arena)
{
    const char *of = term->kind == TERM_DATE       ? "birth"
                     : term->kind == TERM_POSTCODE ? "postcode"
                     : term->kind == TERM_NHS      ? "nhs"
                                                   : NULL;
    return of ? arena_format(arena, "%s %.*s", of, PRINT(term->text)) : NO_SLICE;
}

bool search_question_known(const struct terms *terms, struct error *err)
{
    if (terms->unread_birth.len)
        return error_set(err, ERROR_INPUT,
                         "the date of birth \"%.*s\" cannot be read; write it like 3 2 1952, or the year alone",
                         PRINT(terms->unread_birth));
    if (terms->unread_postcode.len)
        return error_set(err, ERROR_INPUT,
                         "the postcode \"%.*s\" cannot be read; write it like NR1 3AA, or its first half alone",
                         PRINT(terms->unread_postcode));
    if (terms->count == 0 && terms->birth_hidden)
        return error_set(err, ERROR_INPUT,
                         "search by a name, a postcode, an NHS number or a UPRN; the date of birth is asked when you "
                         "check who is calling");
    if (terms->count == 0)
        return error_set(err, ERROR_INPUT,
                         "type a name, a year or date of birth, a postcode, an NHS number or a UPRN to search by");
    return true;
}

struct slice search_question_words(const struct terms *terms, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < terms->count; i++) {
        const struct term *term = &terms->list[i];
        if (out.len)
            buffer_add(&out, S(" · "));
        switch (term->kind) {
        case TERM_WORD:
            buffer_format(&out, "name or address %.*s", PRINT(term->text));
            break;
        case TERM_NUMBER:
            buffer_format(&out, "number %.*s", PRINT(term->text));
            break;
        case TERM_DATE:
            buffer_format(&out, "born %.*s", PRINT(date_words(arena, term->date)));
            break;
        case TERM_YEAR:
            buffer_format(&out, "born %.*s", PRINT(term->text));
            break;
        case TERM_POSTCODE:
        case TERM_PART_POSTCODE:
            buffer_format(&out, "postcode %.*s", PRINT(term->text));
            break;
        case TERM_NHS:
            buffer_format(&out, "NHS number %.*s", PRINT(term->text));
            break;
        case TERM_UPRN:
            buffer_format(&out, "UPRN %.*s", PRINT(term->text));
            break;
        }
    }
    if (terms->birth_hidden)
        buffer_add(&out, S(" · the date of birth is left out until the caller is identified"));
    return buffer_slice(&out);
}
