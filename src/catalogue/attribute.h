/* attribute.h: the standard attributes that contracts map their columns to: the hub's common tongue.
 *
 * Names are written in contracts as "person.family_name". The order here is the order in which a single view shows
 * them. link kind is what the attribute is for the linkage engine (link/link.h); "-" is not linked on. */
#ifndef STAITHE_CATALOGUE_ATTRIBUTE_H
#define STAITHE_CATALOGUE_ATTRIBUTE_H

#include "base/slice.h"

/* X(enum, name, title shown, link kind) */
#define ATTRIBUTES(X)                                                                                                  \
    X(PERSON_TITLE, "person.title", "Title", "-")                                                                      \
    X(PERSON_GIVEN_NAME, "person.given_name", "Given name", "given_name")                                              \
    X(PERSON_MIDDLE_NAMES, "person.middle_names", "Middle names", "given_name")                                        \
    X(PERSON_FAMILY_NAME, "person.family_name", "Family name", "family_name")                                          \
    X(PERSON_FULL_NAME, "person.full_name", "Name", "full_name")                                                       \
    X(PERSON_PREVIOUS_FAMILY_NAME, "person.previous_family_name", "Previous family name", "family_name")               \
    X(PERSON_KNOWN_AS, "person.known_as", "Known as", "given_name")                                                    \
    X(PERSON_BIRTH_DATE, "person.birth_date", "Date of birth", "date")                                                 \
    X(PERSON_DEATH_DATE, "person.death_date", "Date of death", "-")                                                    \
    X(PERSON_SEX, "person.sex", "Sex", "category")                                                                     \
    X(PERSON_ETHNICITY, "person.ethnicity", "Ethnicity", "-")                                                          \
    X(PERSON_NHS_NUMBER, "person.nhs_number", "NHS number", "identifier")                                              \
    X(PERSON_SUPERSEDED_NHS_NUMBER, "person.superseded_nhs_number", "Superseded NHS number", "identifier")             \
    X(PERSON_AGENCY_ID, "person.agency_id", "Agency's own number", "identifier")                                       \
    X(PERSON_TELEPHONE, "person.telephone", "Telephone", "telephone")                                                  \
    X(PERSON_EMAIL, "person.email", "E-mail", "email")                                                                 \
    X(PERSON_STAFF_SAFETY, "person.staff_safety", "Staff-safety marker", "-")                                          \
    X(PERSON_COMMUNICATION, "person.communication", "Communication need", "-")                                         \
    X(PERSON_CARER, "person.carer", "Carer or next of kin", "-")                                                       \
    X(PLACE_UPRN, "place.uprn", "UPRN", "place")                                                                       \
    X(PLACE_ADDRESS, "place.address", "Address", "address")                                                            \
    X(PLACE_BUILDING, "place.building", "Building or number", "address")                                               \
    X(PLACE_STREET, "place.street", "Street", "address")                                                               \
    X(PLACE_LOCALITY, "place.locality", "Locality", "address")                                                         \
    X(PLACE_TOWN, "place.town", "Town", "address")                                                                     \
    X(PLACE_POSTCODE, "place.postcode", "Postcode", "postcode")                                                        \
    X(PLACE_DISTRICT, "place.district", "District", "-")                                                               \
    X(PLACE_PARISH, "place.parish", "Parish", "-")                                                                     \
    X(PLACE_KIND, "place.kind", "Kind of property", "-")                                                               \
    X(PLACE_TENURE, "place.tenure", "Tenure", "-")                                                                     \
    X(RESIDENCE_FROM, "residence.from", "Living here since", "-")                                                      \
    X(RESIDENCE_UNTIL, "residence.until", "Living here until", "-")                                                    \
    X(EVENT_DATE, "event.date", "Date", "-")                                                                           \
    X(EVENT_KIND, "event.kind", "What happened", "-")                                                                  \
    X(EVENT_TEXT, "event.text", "Note", "-")                                                                           \
    X(SERVICE_STATUS, "service.status", "Status", "-")                                                                 \
    X(SERVICE_WORKER, "service.worker", "Worker or team", "-")

enum attribute {
#define X(name, text, title, kind) ATTRIBUTE_##name,
    ATTRIBUTES(X)
#undef X
        ATTRIBUTE_COUNT,
    ATTRIBUTE_NONE = ATTRIBUTE_COUNT /* a column that maps to nothing standard */
};

/* "person.family_name"; ATTRIBUTE_NONE gives the empty slice. */
struct slice attribute_name(enum attribute attribute);
struct slice attribute_title(enum attribute attribute);
/* The link kind, or the empty slice. */
struct slice attribute_link_kind(enum attribute attribute);
bool attribute_find(struct slice name, enum attribute *ret) MUST_USE;
/* The attribute's name nearest to a mistyped one, or the empty slice. */
struct slice attribute_nearest(struct slice name);

#endif
