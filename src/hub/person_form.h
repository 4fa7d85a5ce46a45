/* person_form.h: what a source's row says of a person, in one shape for all sources: for linking and for searching.
 *
 * A row is read through the contract's mapping to standard attributes. A full name is taken apart ("MR J P SMITH",
 * "Smith, John", "J & M SMITH": the first person of several), an address in parts is put on one line. Nothing is
 * guessed beyond that. Pure; all texts live in the arena or point into the row. */
#ifndef STAITHE_HUB_PERSON_FORM_H
#define STAITHE_HUB_PERSON_FORM_H

#include "catalogue/catalogue.h"
#include "store/store.h"

struct person_form {
    struct slice given, middle, family, previous_family, known_as;
    struct slice birth;     /* ISO, may be partial */
    struct slice title_sex; /* "M" or "F", of the title in a full name of one person: Mr, Miss */
    struct slice sex, nhs_number, superseded, telephone, email;
    struct slice agency_id; /* with the agency's name before it: numbers of two agencies never meet */
    struct slice uprn, postcode;
    struct slice address;      /* on one line, with the town */
    struct slice address_line; /* place.address as it came */
    struct slice residence_from, residence_until;
    struct slice place, kind, district, locality, town; /* of homes */
};

/* The columns of a source that are mapped to what a person_form holds, in the contract's order. */
size_t person_form_columns(const struct source *source, struct arena *arena, const struct column ***ret);
/* cells[i] is the value of columns[i]. */
void person_form_read(const struct column *const *columns, size_t count, const struct value *cells, struct arena *arena,
                      struct person_form *ret);
/* A cell in plain text: integers in digits, NULL as the empty slice. */
struct slice cell_plain(const struct value *cell, struct arena *arena);

/* "Mr J P SMITH" gives "J P" and "SMITH". Both empty for a text that names no person ("The Occupier", "Anglia Homes
 * Ltd"). */
void full_name_split(struct slice full_name, struct arena *arena, struct slice *ret_given, struct slice *ret_family);
/* "Female" of "F" or "female", "Male" likewise; empty for anything else. */
struct slice person_sex_word(struct slice value);
/* Whether a word is a title, as "Mrs" or "Dr.": no part of a name. */
bool person_title(struct slice word);

#endif
