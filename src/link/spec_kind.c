/* spec_kind.c: what people call a column, and its kind here: a newcomer writes what the column is called elsewhere, and
 * is told the word that is meant. */
#include "link/spec.h"

static const char *const known_as[][2] = {{"first_name", "given_name"},
                                          {"forename", "given_name"},
                                          {"middle_name", "given_name"},
                                          {"last_name", "family_name"},
                                          {"surname", "family_name"},
                                          {"name", "full_name"},
                                          {"dob", "date"},
                                          {"birth_date", "date"},
                                          {"date_of_birth", "date"},
                                          {"year", "date"},
                                          {"zip", "postcode"},
                                          {"zipcode", "postcode"},
                                          {"postal_code", "postcode"},
                                          {"street", "address"},
                                          {"city", "place"},
                                          {"town", "place"},
                                          {"county", "place"},
                                          {"id", "identifier"},
                                          {"ssn", "identifier"},
                                          {"nhs_number", "identifier"},
                                          {"website", "identifier"},
                                          {"url", "identifier"},
                                          {"phone", "telephone"},
                                          {"mobile", "telephone"},
                                          {"mail", "email"},
                                          {"e-mail", "email"},
                                          {"sex", "category"},
                                          {"gender", "category"},
                                          {"state", "category"},
                                          {"country", "category"},
                                          {"integer", "number"},
                                          {"float", "number"},
                                          {"numeric", "number"},
                                          {"amount", "number"},
                                          {"price", "number"},
                                          {"title", "text"},
                                          {"string", "text"},
                                          {"description", "text"},
                                          {"company", "text"},
                                          {"organisation", "text"}};

const char *spec_kind_meant(struct slice word)
{
    for (size_t i = 0; i < countof(known_as); i++)
        if (slice_equal(word, slice_of(known_as[i][0])))
            return known_as[i][1];
    return NULL;
}
