/* What people type into a search, and what agencies type as names and addresses: any bytes give some terms or none. */
#include "base/text.h"
#include "hub/person_form.h"
#include "hub/search_question.h"
#include "hub/search_score.h"
#include "link/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *context, struct slice attribute, struct slice token)
{
    must(attribute.len > 0 && token.len > 0);
    ++*(size_t *)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct slice text = slice_from(data, size), given, family, *words;
    struct search_question question = {.words = text, .birth_date = text, .postcode = text};
    struct terms terms;
    search_question_read(&question, (struct date){2026, 11, 27}, arena, &terms);
    must(terms.count <= TERMS_MAX);
    (void)search_question_words(&terms, arena);
    if (text_valid_utf8(text) == text.len && slice_find(text, '\0') == text.len) {
        size_t tokens = 0;
        struct search_form form;
        full_name_split(text, arena, &given, &family);
        (void)address_words(arena, text, &words);
        struct person_form person = {.given = given,
                                     .family = family,
                                     .known_as = text,
                                     .birth = S("1952-02-03"),
                                     .postcode = text,
                                     .address = text};
        search_form_unpack(search_form_pack(&person, NO_SLICE, arena), &form);
        search_tokens(&form, arena, count, &tokens);
        for (size_t i = 0; i < form.family_count; i++)
            search_word_tokens(form.family[i], arena, count, &tokens);
        struct fitting *fitting = search_fitting(&terms, arena);
        for (size_t i = 0; i < 2 * terms.count; i++) { /* the second time as it was remembered */
            struct fit fit = search_fit(fitting, i % terms.count, &form);
            must(fit.quality >= 0 && fit.quality <= 1);
        }
    }
    arena_free(arena);
    return 0;
}
