/* people.h: made-up people for the tests of this room: the same for the same seed, with slips of the pen. */
#ifndef STAITHE_TESTS_LINK_PEOPLE_H
#define STAITHE_TESTS_LINK_PEOPLE_H

#include "link/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ADD(records, source, id, ...)                                                                                  \
    add_record((records), (source), (id), (const char *[]){__VA_ARGS__},                                               \
               sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

static inline struct link_spec *read_spec(const char *text, struct arena *arena)
{
    struct link_spec *spec = NULL;
    struct error err = NO_ERROR;
    if (!link_spec_read(slice_of(text), S("test.yaml"), arena, &spec, &err)) {
        char words[900];
        error_print(&err, words, sizeof words);
        fail_msg("%s", words);
    }
    return spec;
}

static inline uint32_t source_of(struct link_records *records, const char *name)
{
    uint32_t source = 0;
    struct error err = NO_ERROR;
    assert_true(link_records_source(records, slice_of(name), &source, &err));
    return source;
}

static inline uint32_t add_record(struct link_records *records, const char *source, const char *id, const char **values,
                                  size_t count)
{
    struct slice slices[LINK_COLUMNS_MAX] = {{0}};
    struct error err = NO_ERROR;
    for (size_t i = 0; i < count; i++)
        slices[i] = slice_of(values[i]);
    assert_true(link_records_add(records, source_of(records, source), slice_of(id), slices, &err));
    return link_records_count(records) - 1;
}

static inline uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return *state >> 33;
}

static const char *const given_names[] = {
    "oliver", "amelia", "george", "isla",  "harry",  "ava",    "jack",  "mia",    "noah", "lily",   "thomas",
    "sophie", "arthur", "grace",  "oscar", "freya",  "edward", "alice", "samuel", "ruth", "walter", "edith",
    "ronald", "doreen", "simon",  "tracy", "martin", "helen",  "peter", "hannah", "ivan", "zara"};
static const char *const family_roots[] = {"barn", "field", "wood",  "stone", "marsh", "brook",
                                           "hill", "crow",  "thorn", "wick",  "ash",   "elm",
                                           "fen",  "black", "white", "green", "north", "south"};
static const char *const family_ends[] = {"ham", "ton", "ley", "by",    "well", "ford",
                                          "man", "er",  "ing", "worth", "gate", "house"};

struct person {
    char given[24], family[40], born[16], postcode[12], address[48];
};

static inline void make_person(uint64_t *state, struct person *person)
{
    (void)snprintf(person->given, sizeof person->given, "%s", given_names[next_random(state) % countof(given_names)]);
    (void)snprintf(person->family, sizeof person->family, "%s%s",
                   family_roots[next_random(state) % countof(family_roots)],
                   family_ends[next_random(state) % countof(family_ends)]);
    (void)snprintf(person->born, sizeof person->born, "%04u-%02u-%02u", 1930 + (unsigned)(next_random(state) % 80),
                   1 + (unsigned)(next_random(state) % 12), 1 + (unsigned)(next_random(state) % 28));
    (void)snprintf(person->postcode, sizeof person->postcode, "NR%u %u%c%c", 1 + (unsigned)(next_random(state) % 30),
                   1 + (unsigned)(next_random(state) % 9), 'A' + (char)(next_random(state) % 20),
                   'A' + (char)(next_random(state) % 20));
    (void)snprintf(person->address, sizeof person->address, "%u %s%s Road", 1 + (unsigned)(next_random(state) % 90),
                   family_roots[next_random(state) % countof(family_roots)],
                   family_ends[next_random(state) % countof(family_ends)]);
}

/* A slip: one letter replaced, or a field left out. */
static inline void make_slip(uint64_t *state, struct person *person)
{
    switch (next_random(state) % 6) {
    case 0:
        person->given[next_random(state) % strlen(person->given)] = 'x';
        break;
    case 1:
        person->family[next_random(state) % strlen(person->family)] = 'e';
        break;
    case 2:
        person->born[9] = (char)('0' + next_random(state) % 9);
        break;
    case 3:
        person->postcode[0] = 0;
        break;
    default:
        break;
    }
}

static const char *const people_spec = "columns:\n"
                                       "  given: given_name\n"
                                       "  family: family_name\n"
                                       "  born: date\n"
                                       "  address: address\n"
                                       "  postcode: postcode\n"
                                       "comparisons: [given, family, born, address, postcode]\n";

/* `people` people with two or three records each; truth[record] is the person. Order is by `shuffle`, 0 for as made. */
static inline struct link_records *make_people(const struct link_spec *spec, unsigned people, uint64_t seed,
                                               uint64_t shuffle, struct arena *arena, uint64_t **ret_truth)
{
    struct person *rows = arena_array(arena, struct person, people * 3);
    uint32_t *owner = arena_array(arena, uint32_t, people * 3), *order = arena_array(arena, uint32_t, people * 3);
    uint64_t state = seed;
    uint32_t count = 0;
    for (unsigned p = 0; p < people; p++) {
        struct person person;
        make_person(&state, &person);
        unsigned copies = 2 + (unsigned)(next_random(&state) % 2);
        for (unsigned c = 0; c < copies; c++) {
            rows[count] = person;
            if (c > 0)
                make_slip(&state, &rows[count]);
            owner[count] = p;
            order[count] = count;
            count++;
        }
    }
    for (uint32_t i = count; shuffle && i > 1; i--) {
        uint32_t j = (uint32_t)(next_random(&shuffle) % i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    struct link_records *records = link_records_make(spec, arena);
    *ret_truth = arena_array(arena, uint64_t, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct person *row = &rows[order[i]];
        char id[16];
        (void)snprintf(id, sizeof id, "r%u", order[i]);
        uint32_t record = ADD(records, "made", id, row->given, row->family, row->born, row->address, row->postcode);
        (*ret_truth)[record] = owner[order[i]];
    }
    return records;
}

#endif
