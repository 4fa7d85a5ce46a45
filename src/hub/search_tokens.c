/* What was weighed: deletion keys for each record (as SymSpell has them) find any misspelling at once, but make twenty
 * rows a record; a county has some ten thousand distinct name words, so they are kept once a word instead, and a
 * misspelt word is first turned into the words that it may mean. Soundex pairs then carry the rest: two names that
 * sound right, in either order. */
#include "hub/search_tokens.h"

#include "base/text.h"
#include "link/address.h"

#include <inttypes.h>
#include <stdlib.h>

static void add_words(struct buffer *out, struct slice text, struct arena *arena)
{
    struct slice *words;
    size_t count = text_tokens(arena, text_fold(arena, text), &words);
    for (size_t i = 0; i < count; i++) {
        if (out->len && out->at[out->len - 1] != '\t')
            buffer_add_byte(out, ' ');
        buffer_add(out, words[i]);
    }
}

struct slice search_form_pack(const struct person_form *form, struct slice uprn, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    add_words(&out, form->given, arena);
    add_words(&out, form->middle, arena);
    buffer_add_byte(&out, '\t');
    add_words(&out, form->family, arena);
    buffer_add_byte(&out, '\t');
    add_words(&out, form->known_as, arena);
    add_words(&out, form->previous_family, arena);
    buffer_add_byte(&out, '\t');
    buffer_add(&out, form->birth);
    buffer_add_byte(&out, '\t');
    struct slice read;
    if (text_postcode(arena, slice_trim(form->postcode), &read))
        for (size_t i = 0; i < read.len; i++)
            if (read.at[i] != ' ')
                buffer_add_byte(&out, read.at[i]);
    buffer_add_byte(&out, '\t');
    if (text_nhs_number(arena, form->nhs_number, &read))
        buffer_add(&out, read);
    buffer_add_byte(&out, '\t');
    if (uprn.len || text_uprn(arena, form->uprn, &uprn))
        buffer_add(&out, uprn);
    buffer_add_byte(&out, '\t');
    struct slice *words;
    size_t count = address_words(arena, form->address, &words);
    for (size_t i = 0; i < count && i < SEARCH_ADDRESS_MAX; i++) {
        if (i)
            buffer_add_byte(&out, ' ');
        buffer_add(&out, words[i]);
    }
    return buffer_slice(&out);
}

static size_t split_words(struct slice text, struct slice *words, size_t most)
{
    size_t count = 0;
    struct slice word;
    while (count < most && slice_cut(&text, ' ', &word))
        if (word.len)
            words[count++] = word;
    return count;
}

void search_form_unpack(struct slice packed, struct search_form *ret)
{
    struct slice fields[8] = {0};
    for (size_t i = 0; i < countof(fields); i++) {
        size_t end = slice_find(packed, '\t');
        fields[i] = slice_part(packed, 0, end);
        packed = slice_part(packed, end + 1, packed.len);
    }
    ret->given_count = split_words(fields[0], ret->given, SEARCH_WORDS_MAX);
    ret->family_count = split_words(fields[1], ret->family, SEARCH_WORDS_MAX);
    ret->other_count = split_words(fields[2], ret->other, SEARCH_WORDS_MAX);
    ret->birth = fields[3];
    ret->postcode = fields[4];
    ret->nhs_number = fields[5];
    ret->uprn = fields[6];
    ret->address_count = split_words(fields[7], ret->address, SEARCH_ADDRESS_MAX);
}

struct slice search_form_token(int64_t anchor, struct slice packed, struct arena *arena)
{
    return arena_format(arena, "%010" PRId64 "=%.*s", anchor, PRINT(packed));
}

bool search_form_untoken(struct slice token, int64_t *ret_anchor, struct slice *ret_packed)
{
    if (token.len < 11 || token.at[10] != '=' || !slice_integer(slice_part(token, 0, 10), ret_anchor))
        return false;
    *ret_packed = slice_part(token, 11, token.len);
    return true;
}

struct emitting {
    search_emit *emit;
    void *context;
    struct slice seen[160];
    size_t count;
};

static void emit_once(struct emitting *emitting, struct slice attribute, struct slice token)
{
    for (size_t i = 0; i < emitting->count; i++)
        if (slice_equal(emitting->seen[i], token))
            return;
    if (emitting->count < countof(emitting->seen))
        emitting->seen[emitting->count++] = token;
    emitting->emit(emitting->context, attribute, token);
}

static bool is_number_word(struct slice word)
{
    return word.len && word.at[0] >= '0' && word.at[0] <= '9';
}

struct slice search_pair_token(struct slice a, struct slice b, struct arena *arena)
{
    char sounds[2][5];
    text_soundex(a, sounds[0]);
    text_soundex(b, sounds[1]);
    if (!sounds[0][0] || !sounds[1][0])
        return NO_SLICE;
    int order = strcmp(sounds[0], sounds[1]);
    bool swap = order > 0 || (order == 0 && slice_compare(a, b) > 0);
    return arena_format(arena, "%s %s %.*s %.*s", sounds[swap], sounds[!swap], PRINT(swap ? b : a),
                        PRINT(swap ? a : b));
}

void search_tokens(const struct search_form *form, struct arena *scratch, search_emit *emit, void *context)
{
    struct emitting emitting = {.emit = emit, .context = context};
    struct slice words[3 * SEARCH_WORDS_MAX];
    char sounds[3 * SEARCH_WORDS_MAX][5];
    size_t count = 0;
    const struct slice *lists[] = {form->given, form->family, form->other};
    size_t counts[] = {form->given_count, form->family_count, form->other_count};
    for (size_t l = 0; l < countof(lists); l++)
        for (size_t i = 0; i < counts[l]; i++) {
            words[count] = lists[l][i];
            text_soundex(words[count], sounds[count]);
            emit_once(&emitting, S("name"), words[count]);
            count++;
        }
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            struct slice token = search_pair_token(words[i], words[k], scratch);
            if (token.len)
                emit_once(&emitting, S("pair"), token);
        }
    if (form->birth.len >= 4)
        for (size_t i = 0; i < count; i++)
            if (sounds[i][0])
                emit_once(&emitting, S("year"),
                          arena_format(scratch, "%s %.4s %.*s", sounds[i], form->birth.at, PRINT(words[i])));
    if (form->birth.len == 10)
        emit_once(&emitting, S("born"), form->birth);
    if (form->postcode.len)
        emit_once(&emitting, S("code"), form->postcode);
    if (form->nhs_number.len)
        emit_once(&emitting, S("nhs"), form->nhs_number);
    if (form->uprn.len)
        emit(context, S("uprn"), form->uprn);
    for (size_t i = 0; i < form->address_count; i++) {
        if (!is_number_word(form->address[i]))
            continue;
        size_t made = 0; /* the street stands near its number */
        for (size_t k = i + 1; k < form->address_count && made < 2; k++)
            if (!is_number_word(form->address[k])) {
                emit_once(&emitting, S("street"),
                          arena_format(scratch, "%.*s %.*s", PRINT(form->address[i]), PRINT(form->address[k])));
                made++;
            }
        break;
    }
}

void search_word_tokens(struct slice word, struct arena *scratch, search_emit *emit, void *context)
{
    if (word.len < 3 || word.len > 30)
        return;
    char sound[5];
    text_soundex(word, sound);
    if (sound[0])
        emit(context, S("sound"), arena_format(scratch, "%s %.*s", sound, PRINT(word)));
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.at[i] >= 0x80)
            return; /* a letter of several bytes cannot be left out by the byte */
    struct slice before = NO_SLICE;
    for (size_t i = 0; i < word.len; i++) {
        char *at = arena_array(scratch, char, 2 * word.len + 1);
        memcpy(at, word.at, i);
        memcpy(at + i, word.at + i + 1, word.len - i - 1);
        at[word.len - 1] = ' ';
        memcpy(at + word.len, word.at, word.len);
        struct slice token = slice_from(at, 2 * word.len);
        if (!slice_equal(token, before)) /* doubled letters */
            emit(context, S("near"), token);
        before = token;
    }
}
