/* address_words.c: the words of British addresses that are not names: how they are cut short, and what they say.
 *
 * "street" and "saint" both become "st", as nobody can tell which is meant in "St Mary St"; the index keeps what kind
 * each of its words is, so that the longer tables are read for words of an address only where they are new to it. */
#include "link/address_inside.h"

#include <stdlib.h>

/* clang-format off */
static const char *const short_forms[][2] = {
    {"1st", "first"}, {"2nd", "second"}, {"3rd", "third"}, {"4th", "fourth"}, {"5th", "fifth"}, {"6th", "sixth"},
    {"allee", "alley"}, {"aly", "alley"}, {"apartment", "flat"}, {"apartments", "flats"}, {"app", "approach"}, {"appt", "flat"},
    {"apt", "flat"}, {"arc", "arcade"}, {"av", "avenue"}, {"ave", "avenue"}, {"bdg", "building"}, {"bldg", "building"},
    {"bldgs", "buildings"}, {"blk", "block"}, {"blvd", "boulevard"}, {"bg", "bungalow"}, {"bsmt", "basement"}, {"bung", "bungalow"},
    {"bwthyn", "cottage"}, {"cct", "circuit"}, {"ch", "church"}, {"cir", "circus"}, {"circ", "circus"}, {"cl", "close"}, {"clo", "close"},
    {"cls", "close"}, {"cmn", "common"}, {"cnr", "corner"}, {"cott", "cottage"}, {"cotts", "cottages"},
    {"cr", "crescent"}, {"cres", "crescent"}, {"cresc", "crescent"}, {"crn", "corner"}, {"crt", "court"}, {"ct", "court"}, {"ctr", "centre"}, {"center", "centre"},
    {"dr", "drive"}, {"drv", "drive"}, {"e", "east"}, {"est", "estate"}, {"ests", "estate"}, {"ext", "extension"}, {"fl", "flat"}, {"flt", "flat"}, {"fm", "farm"},
    {"gdn", "gardens"}, {"gdns", "gardens"}, {"garden", "gardens"}, {"gnd", "ground"}, {"gr", "grove"}, {"grd", "ground"}, {"grn", "green"}, {"gro", "grove"},
    {"grv", "grove"}, {"gt", "great"}, {"hgts", "heights"}, {"ho", "house"}, {"hosp", "hospital"}, {"hse", "house"}, {"hts", "heights"},
    {"ind", "industrial"}, {"jct", "junction"}, {"la", "lane"}, {"ldg", "lodge"}, {"lit", "little"}, {"ln", "lane"}, {"lt", "little"},
    {"ltl", "little"}, {"lwr", "lower"}, {"mans", "mansions"}, {"mdw", "meadow"}, {"mdws", "meadows"}, {"mkt", "market"}, {"mt", "mount"},
    {"mws", "mews"}, {"n", "north"}, {"nth", "north"}, {"nr", "near"}, {"opp", "opposite"}, {"orch", "orchard"}, {"pde", "parade"}, {"pdk", "paddock"}, {"pk", "park"}, {"pl", "place"}, {"prec", "precinct"},
    {"prom", "promenade"}, {"ps", "passage"}, {"pt", "point"}, {"qu", "quay"}, {"qy", "quay"}, {"rd", "road"}, {"rds", "road"}, {"rm", "room"},
    {"roa", "road"}, {"s", "south"}, {"saint", "st"}, {"sch", "school"}, {"sq", "square"}, {"ste", "suite"}, {"sth", "south"}, {"stn", "station"}, {"str", "st"}, {"street", "st"},
    {"ter", "terrace"}, {"terr", "terrace"}, {"tce", "terrace"}, {"twr", "tower"}, {"upr", "upper"}, {"vill", "villas"}, {"villa", "villas"}, {"vw", "view"}, {"w", "west"}, {"wd", "wood"},
    {"whf", "wharf"}, {"wk", "walk"}, {"wlk", "walk"}, {"wy", "way"}, {"yd", "yard"},
};
/* In Wales both languages stand side by side; as street kinds the Welsh words come first ("Heol y Bont"). */
static const char *const street_kinds[] = {
    "alley", "approach", "arcade", "avenue", "bank", "boulevard", "bridge", "broadway", "chase", "circle", "circus", "clos", "close", "common", "corner",
    "court", "courtyard", "crescent", "croft", "cwrt", "dene", "dell", "drift", "drive", "drove", "end", "esplanade", "ffordd", "fields", "gardens", "gate", "glade", "glebe", "green", "grove", "heath", "heights",
    "heol", "hill", "lane", "lawn", "lon", "loke", "maes", "mall", "mead", "meadow", "meadows", "mews", "mount", "orchard", "paddock", "parade", "park", "passage", "path", "piece", "place", "plain", "precinct", "promenade",
    "quay", "ride", "ridge", "rise", "road", "row", "square", "st", "staithe", "stryd", "terrace", "track", "turn", "vale", "view", "villas", "walk", "way", "wharf", "wood", "wynd", "yard",
};
static const char *const dwelling_kinds[] = {
    "barn", "bungalow", "chalet", "cottage", "cottages", "farm", "farmhouse", "grange", "hall", "house", "lodge", "manor", "mill", "rectory", "vicarage",
};
static const char *const dropped[] = {"and", "in", "no", "number", "of", "the", "y", "yr"};
static const char *const harmless[] = {
    "address", "adj", "beds", "bedfordshire", "berkshire", "berks", "britain", "bucks", "buckinghamshire", "cambs", "cambridgeshire", "care", "carehome", "cheshire", "cleveland", "clwyd", "cornwall", "county", "cumbria",
    "current", "derbyshire", "derbys", "devon", "dorset", "durham", "dyfed", "england", "essex", "flats", "gb", "glos", "gloucestershire", "gwent", "gwynedd",
    "hampshire", "hants", "herefordshire", "hertfordshire", "herts", "home", "hotel", "humberside", "huntingdonshire", "kent", "kingdom", "lancashire", "lancs", "leicestershire", "leics", "limited", "ltd", "lincolnshire", "lincs",
    "merseyside", "middlesex", "middx", "near", "norfolk", "northamptonshire", "northants", "northumberland", "notts", "nottinghamshire", "nursing", "occupant", "occupier", "opposite", "oxfordshire", "oxon", "powys", "property", "residential",
    "rutland", "salop", "scotland", "shropshire", "somerset", "staffordshire", "staffs", "suffolk", "surrey", "sussex", "uk", "united", "wales", "warwickshire", "westmorland", "wiltshire",
    "wilts", "worcestershire", "worcs", "yorkshire", "yorks",
};
static const struct {
    const char *word;
    uint8_t unit;
    bool bare;
} designators[] = {
    {"flat", UNIT_FLAT, true}, {"maisonette", UNIT_FLAT, true}, {"studio", UNIT_FLAT, true}, {"bedsit", UNIT_FLAT, true}, {"fflat", UNIT_FLAT, true}, {"fflt", UNIT_FLAT, true},
    {"penthouse", UNIT_FLAT, false}, {"room", UNIT_ROOM, false}, {"unit", UNIT_UNIT, false}, {"suite", UNIT_UNIT, false}, 
    {"caravan", UNIT_PITCH, false}, {"pitch", UNIT_PITCH, false}, {"plot", UNIT_PITCH, false}, {"chalet", UNIT_PITCH, false},
    {"berth", UNIT_PITCH, false}, {"mooring", UNIT_PITCH, false}, {"cabin", UNIT_PITCH, false}, 
};
/* clang-format on */

static bool in_list(const char *const *list, size_t count, struct slice word)
{
    for (size_t i = 0; i < count; i++)
        if (list[i][0] == word.at[0] && slice_equal(word, slice_of(list[i])))
            return true;
    return false;
}

struct slice address_full_form(struct slice word)
{
    if (word.len == 0 || word.len > 10)
        return word;
    for (size_t i = 0; i < countof(short_forms); i++)
        if (short_forms[i][0][0] == word.at[0] && slice_equal(word, slice_of(short_forms[i][0])))
            return slice_of(short_forms[i][1]);
    return word;
}

enum address_word_kind address_word_kind(struct slice word)
{
    if (word.len == 0 || in_list(dropped, countof(dropped), word))
        return WORD_DROPPED;
    if (in_list(street_kinds, countof(street_kinds), word))
        return WORD_STREET_KIND;
    if (in_list(dwelling_kinds, countof(dwelling_kinds), word))
        return WORD_DWELLING_KIND;
    return in_list(harmless, countof(harmless), word) ? WORD_HARMLESS : WORD_PLAIN;
}

enum address_unit address_designator(struct slice word, bool *ret_bare)
{
    *ret_bare = false;
    if (word.len == 0)
        return UNIT_PLAIN;
    for (size_t i = 0; i < countof(designators); i++)
        if (designators[i].word[0] == word.at[0] && slice_equal(word, slice_of(designators[i].word))) {
            *ret_bare = designators[i].bare;
            return designators[i].unit;
        }
    return UNIT_PLAIN;
}
