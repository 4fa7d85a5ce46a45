/* address_words.c: the words of British addresses that are not names: how they are cut short, and what they say.
 *
 * "street" and "saint" both become "st", as nobody can tell which is meant in "St Mary St"; the index keeps what kind
 * each of its words is, so that the longer tables are read for words of an address only where they are new to it. */
#include "link/address_inside.h"

#include "base/text.h"

/* Each list is sorted. */
/* clang-format off */
static const char *const short_forms[][2] = {
    {"1st", "first"}, {"2nd", "second"}, {"3rd", "third"}, {"4th", "fourth"}, {"5th", "fifth"}, {"6th", "sixth"},
    {"allee", "alley"}, {"aly", "alley"}, {"apartment", "flat"}, {"apartments", "flats"}, {"app", "approach"},
    {"appt", "flat"}, {"apt", "flat"}, {"arc", "arcade"}, {"av", "avenue"}, {"ave", "avenue"}, {"bdg", "building"},
    {"bg", "bungalow"}, {"bldg", "building"}, {"bldgs", "buildings"}, {"blk", "block"}, {"blvd", "boulevard"},
    {"bsmt", "basement"}, {"bung", "bungalow"}, {"bwthyn", "cottage"}, {"cct", "circuit"}, {"center", "centre"},
    {"ch", "church"}, {"cir", "circus"}, {"circ", "circus"}, {"cl", "close"}, {"clo", "close"}, {"cls", "close"},
    {"cmn", "common"}, {"cnr", "corner"}, {"cott", "cottage"}, {"cotts", "cottages"}, {"cr", "crescent"},
    {"cres", "crescent"}, {"cresc", "crescent"}, {"crn", "corner"}, {"crt", "court"}, {"ct", "court"},
    {"ctr", "centre"}, {"dr", "drive"}, {"drv", "drive"}, {"e", "east"}, {"est", "estate"}, {"ests", "estate"},
    {"ext", "extension"}, {"fl", "flat"}, {"flt", "flat"}, {"fm", "farm"}, {"garden", "gardens"}, {"gdn", "gardens"},
    {"gdns", "gardens"}, {"gnd", "ground"}, {"gr", "grove"}, {"grd", "ground"}, {"grn", "green"}, {"gro", "grove"},
    {"grv", "grove"}, {"gt", "great"}, {"hgts", "heights"}, {"ho", "house"}, {"hosp", "hospital"}, {"hse", "house"},
    {"hts", "heights"}, {"ind", "industrial"}, {"jct", "junction"}, {"la", "lane"}, {"ldg", "lodge"},
    {"lit", "little"}, {"ln", "lane"}, {"lt", "little"}, {"ltl", "little"}, {"lwr", "lower"}, {"mans", "mansions"},
    {"mdw", "meadow"}, {"mdws", "meadows"}, {"mkt", "market"}, {"mt", "mount"}, {"mws", "mews"}, {"n", "north"},
    {"nr", "near"}, {"nth", "north"}, {"opp", "opposite"}, {"orch", "orchard"}, {"pde", "parade"}, {"pdk", "paddock"},
    {"pk", "park"}, {"pl", "place"}, {"prec", "precinct"}, {"prom", "promenade"}, {"ps", "passage"}, {"pt", "point"},
    {"qu", "quay"}, {"qy", "quay"}, {"rd", "road"}, {"rds", "road"}, {"rm", "room"}, {"roa", "road"}, {"s", "south"},
    {"saint", "st"}, {"sch", "school"}, {"sq", "square"}, {"ste", "suite"}, {"sth", "south"}, {"stn", "station"},
    {"str", "st"}, {"street", "st"}, {"tce", "terrace"}, {"ter", "terrace"}, {"terr", "terrace"}, {"twr", "tower"},
    {"upr", "upper"}, {"vill", "villas"}, {"villa", "villas"}, {"vw", "view"}, {"w", "west"}, {"wd", "wood"},
    {"whf", "wharf"}, {"wk", "walk"}, {"wlk", "walk"}, {"wy", "way"}, {"yd", "yard"},
};
/* In Wales both languages stand side by side; as street kinds the Welsh words come first ("Heol y Bont"). */
static const char *const street_kinds[] = {
    "alley", "approach", "arcade", "avenue", "bank", "boulevard", "bridge", "broadway", "chase", "circle", "circus",
    "clos", "close", "common", "corner", "court", "courtyard", "crescent", "croft", "cwrt", "dell", "dene", "drift",
    "drive", "drove", "end", "esplanade", "ffordd", "fields", "gardens", "gate", "glade", "glebe", "green", "grove",
    "heath", "heights", "heol", "hill", "lane", "lawn", "loke", "lon", "maes", "mall", "mead", "meadow", "meadows",
    "mews", "mount", "orchard", "paddock", "parade", "park", "passage", "path", "piece", "place", "plain", "precinct",
    "promenade", "quay", "ride", "ridge", "rise", "road", "row", "square", "st", "staithe", "stryd", "terrace",
    "track", "turn", "vale", "view", "villas", "walk", "way", "wharf", "wood", "wynd", "yard",
};
static const char *const dwelling_kinds[] = {
    "barn", "bungalow", "chalet", "cottage", "cottages", "farm", "farmhouse", "grange", "hall", "house", "lodge",
    "manor", "mill", "rectory", "vicarage",
};
static const char *const dropped[] = {
    "and", "at", "in", "no", "number", "of", "the", "y", "yr",
};
static const char *const harmless[] = {
    "address", "bedfordshire", "beds", "berks", "berkshire", "britain", "buckinghamshire", "bucks", "cambridgeshire",
    "cambs", "care", "carehome", "cheshire", "cleveland", "clwyd", "cornwall", "county", "cumbria", "current",
    "derbys", "derbyshire", "devon", "dorset", "durham", "dyfed", "england", "essex", "flats", "gb", "glos",
    "gloucestershire", "gwent", "gwynedd", "hampshire", "hants", "herefordshire", "hertfordshire", "herts", "home",
    "hotel", "humberside", "huntingdonshire", "kent", "kingdom", "lancashire", "lancs", "leicestershire", "leics",
    "limited", "lincolnshire", "lincs", "ltd", "merseyside", "middlesex", "middx", "near", "norfolk",
    "northamptonshire", "northants", "northumberland", "nottinghamshire", "notts", "nursing", "occupant", "occupier",
    "oxfordshire", "oxon", "powys", "property", "residential", "rutland", "salop", "scotland", "shropshire",
    "somerset", "staffordshire", "staffs", "suffolk", "surrey", "sussex", "uk", "united", "wales", "warwickshire",
    "westmorland", "wilts", "wiltshire", "worcestershire", "worcs", "yorks", "yorkshire",
};
/* Beside a home, not in it: land adjacent to 14 Mill Road. */
static const char *const beside[] = {
    "adj", "adjacent", "behind", "garage", "garages", "land", "opposite", "rear",
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

static int order_of(const char *text, struct slice word)
{
    if (word.len && text[0] != word.at[0]) /* most steps of a search end here */
        return (unsigned char)text[0] < (unsigned char)word.at[0] ? -1 : 1;
    int order = strncmp(text, word.at, word.len);
    return order ? order : text[word.len] != 0;
}

static bool in_list(const char *const *list, size_t count, struct slice word)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = order_of(list[middle], word);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

struct slice address_full_form(struct slice word)
{
    size_t low = 0, high = word.len && word.len <= 10 ? countof(short_forms) : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = order_of(short_forms[middle][0], word);
        if (order == 0)
            return slice_of(short_forms[middle][1]);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
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
    if (in_list(beside, countof(beside), word))
        return WORD_BESIDE;
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

/* ---- The words of an address, for searching ---- */

static bool starts_with_digit(struct slice s)
{
    return s.len && s.at[0] >= '0' && s.at[0] <= '9';
}

size_t address_words(struct arena *arena, struct slice address, struct slice **ret_words)
{
    struct slice *tokens;
    size_t count = text_tokens(arena, text_fold(arena, address), &tokens), out = 0;
    struct slice *words = arena_array(arena, struct slice, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct slice word = address_full_form(tokens[i]), next = i + 1 < count ? tokens[i + 1] : NO_SLICE;
        enum address_word_kind kind = address_word_kind(word);
        bool bare, again = false;
        if (kind == WORD_DROPPED || kind == WORD_HARMLESS)
            continue;
        if (address_designator(word, &bare) && next.len && (starts_with_digit(next) || next.len == 1)) {
            word = arena_format(arena, "f%.*s", PRINT(next));
            i++;
        } else if (starts_with_digit(word) && next.len == 1 && next.at[0] >= 'a' && next.at[0] <= 'h') {
            word = arena_format(arena, "%.*s%.*s", PRINT(word), PRINT(next)); /* "14 a" */
            i++;
        }
        for (size_t k = 0; k < out && !again; k++)
            again = slice_equal(words[k], word);
        if (!again)
            words[out++] = word;
    }
    *ret_words = words;
    return out;
}
