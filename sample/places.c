/* places.c: the county's geography.
 *
 * Districts' shares are the usual residents of Census 2021 (ONS, table TS001), rounded to a hundred; parishes' shares
 * within their district are the same table by parish, rounded and in part from memory. Names of districts, parishes and
 * post towns are real, and so are postcode districts and sectors (approximate for small villages); the last two letters
 * of postcodes, streets, buildings and UPRNs are invented. Blocks are dealt to places by systematic sampling along the
 * table, so that a place of 1% of the county gets 1% of the blocks, give or take one, at any size. */
#include "sample/places.h"

#include "sample/names.h"

#include <stdio.h>
#include <string.h>

enum { CITY, TOWN, VILLAGE };
enum { BRECKLAND, BROADLAND, YARMOUTH, LYNN, NORTH, NORWICH, SOUTH, DISTRICTS };

static const struct {
    const char *name;
    uint32_t residents; /* Census 2021, TS001, rounded */
} districts[DISTRICTS] = {
    {"Breckland", 141500},     {"Broadland", 131700},
    {"Great Yarmouth", 99800}, {"King's Lynn and West Norfolk", 154300},
    {"North Norfolk", 102900}, {"Norwich", 143900},
    {"South Norfolk", 141900},
};

struct place {
    uint8_t district, kind;
    uint16_t hundreds; /* residents, in hundreds, as a share within the district */
    const char *name;
    const char *sectors; /* postcode sectors, "NR19 1,NR19 2" */
};

/* clang-format off */
static const struct place places[] = {
    {BRECKLAND, TOWN, 250, "Thetford", "IP24 1,IP24 2,IP24 3"}, {BRECKLAND, TOWN, 205, "Dereham", "NR19 1,NR19 2"},
    {BRECKLAND, TOWN, 116, "Attleborough", "NR17 1,NR17 2"}, {BRECKLAND, TOWN, 84, "Swaffham", "PE37 7,PE37 8"},
    {BRECKLAND, TOWN, 81, "Watton", "IP25 6"}, {BRECKLAND, VILLAGE, 22, "Shipdham", "IP25 7"}, {BRECKLAND, VILLAGE, 20, "Necton", "PE37 8"},
    {BRECKLAND, VILLAGE, 16, "Saham Toney", "IP25 7"}, {BRECKLAND, VILLAGE, 12, "Great Ellingham", "NR17 1"},
    {BRECKLAND, VILLAGE, 13, "Old Buckenham", "NR17 1"}, {BRECKLAND, VILLAGE, 15, "Banham", "NR16 2"},
    {BRECKLAND, VILLAGE, 10, "Kenninghall", "NR16 2"}, {BRECKLAND, VILLAGE, 24, "Harling", "NR16 2"}, {BRECKLAND, VILLAGE, 14, "Mundford", "IP26 5"},
    {BRECKLAND, VILLAGE, 19, "Weeting", "IP27 0"}, {BRECKLAND, VILLAGE, 11, "Narborough", "PE32 1"}, {BRECKLAND, VILLAGE, 28, "Mattishall", "NR20 3"},
    {BRECKLAND, VILLAGE, 15, "North Elmham", "NR20 5"}, {BRECKLAND, VILLAGE, 22, "Swanton Morley", "NR20 4"},
    {BRECKLAND, VILLAGE, 7, "Litcham", "PE32 2"}, {BRECKLAND, VILLAGE, 14, "Ashill", "IP25 7"}, {BRECKLAND, VILLAGE, 14, "Beetley", "NR20 4"},
    {BRECKLAND, VILLAGE, 8, "Yaxham", "NR19 1"}, {BRECKLAND, VILLAGE, 8, "Bradenham", "IP25 7"}, {BRECKLAND, VILLAGE, 22, "Carbrooke", "IP25 6"},
    {BRECKLAND, VILLAGE, 8, "Hockering", "NR20 3"}, {BRECKLAND, VILLAGE, 11, "Gressenhall", "NR20 4"}, {BRECKLAND, VILLAGE, 9, "Bawdeswell", "NR20 4"},
    {BRECKLAND, VILLAGE, 8, "Caston", "NR17 1"}, {BRECKLAND, VILLAGE, 7, "Great Dunham", "PE32 2"},
    {BROADLAND, TOWN, 145, "Thorpe St Andrew", "NR7 0"}, {BROADLAND, TOWN, 160, "Sprowston", "NR7 8"}, {BROADLAND, TOWN, 112, "Hellesdon", "NR6 5"},
    {BROADLAND, TOWN, 62, "Old Catton", "NR6 7"}, {BROADLAND, TOWN, 103, "Taverham", "NR8 6"}, {BROADLAND, VILLAGE, 55, "Drayton", "NR8 6"},
    {BROADLAND, TOWN, 76, "Aylsham", "NR11 6"}, {BROADLAND, VILLAGE, 30, "Acle", "NR13 3"}, {BROADLAND, VILLAGE, 40, "Blofield", "NR13 4"},
    {BROADLAND, VILLAGE, 42, "Brundall", "NR13 5"}, {BROADLAND, VILLAGE, 30, "Reepham", "NR10 4"}, {BROADLAND, VILLAGE, 45, "Horsford", "NR10 3"},
    {BROADLAND, VILLAGE, 17, "Wroxham", "NR12 8"}, {BROADLAND, VILLAGE, 38, "Spixworth", "NR10 3"}, {BROADLAND, VILLAGE, 23, "Rackheath", "NR13 6"},
    {BROADLAND, VILLAGE, 27, "Lingwood and Burlingham", "NR13 4"}, {BROADLAND, VILLAGE, 17, "Coltishall", "NR12 7"},
    {BROADLAND, VILLAGE, 18, "Cawston", "NR10 4"}, {BROADLAND, VILLAGE, 11, "Foulsham", "NR20 5"}, {BROADLAND, VILLAGE, 10, "Freethorpe", "NR13 3"},
    {BROADLAND, VILLAGE, 12, "Reedham", "NR13 3"}, {BROADLAND, VILLAGE, 35, "Great and Little Plumstead", "NR13 5"},
    {BROADLAND, VILLAGE, 15, "Salhouse", "NR13 6"}, {BROADLAND, VILLAGE, 18, "Horsham St Faith", "NR10 3"}, {BROADLAND, VILLAGE, 17, "Buxton", "NR10 5"},
    {BROADLAND, VILLAGE, 13, "Hevingham", "NR10 5"}, {BROADLAND, VILLAGE, 7, "Marsham", "NR10 5"}, {BROADLAND, VILLAGE, 9, "South Walsham", "NR13 6"},
    {YARMOUTH, TOWN, 290, "Great Yarmouth", "NR30 1,NR30 2,NR30 3,NR30 4"}, {YARMOUTH, TOWN, 250, "Gorleston-on-Sea", "NR31 6,NR31 7,NR31 8"},
    {YARMOUTH, TOWN, 108, "Bradwell", "NR31 8,NR31 9"}, {YARMOUTH, TOWN, 92, "Caister-on-Sea", "NR30 5"}, {YARMOUTH, VILLAGE, 40, "Belton with Browston", "NR31 9"},
    {YARMOUTH, VILLAGE, 31, "Hemsby", "NR29 4"}, {YARMOUTH, VILLAGE, 36, "Martham", "NR29 4"}, {YARMOUTH, VILLAGE, 42, "Ormesby St Margaret", "NR29 3"},
    {YARMOUTH, VILLAGE, 29, "Hopton-on-Sea", "NR31 9"}, {YARMOUTH, VILLAGE, 13, "Winterton-on-Sea", "NR29 4"}, {YARMOUTH, VILLAGE, 8, "Filby", "NR29 3"},
    {YARMOUTH, VILLAGE, 10, "Fleggburgh", "NR29 3"}, {YARMOUTH, VILLAGE, 12, "Burgh Castle", "NR31 9"}, {YARMOUTH, VILLAGE, 10, "Rollesby", "NR29 5"},
    {LYNN, TOWN, 480, "King's Lynn", "PE30 1,PE30 2,PE30 3,PE30 4,PE30 5"}, {LYNN, TOWN, 42, "Hunstanton", "PE36 5,PE36 6"},
    {LYNN, TOWN, 110, "Downham Market", "PE38 9"}, {LYNN, VILLAGE, 50, "Heacham", "PE31 7"}, {LYNN, VILLAGE, 48, "Dersingham", "PE31 6"},
    {LYNN, VILLAGE, 27, "Snettisham", "PE31 7"}, {LYNN, VILLAGE, 45, "South Wootton", "PE30 3"}, {LYNN, VILLAGE, 24, "North Wootton", "PE30 3"},
    {LYNN, VILLAGE, 28, "West Winch", "PE33 0"}, {LYNN, VILLAGE, 42, "Terrington St Clement", "PE34 4"}, {LYNN, VILLAGE, 28, "Upwell", "PE14 9"},
    {LYNN, VILLAGE, 23, "Outwell", "PE14 8"}, {LYNN, VILLAGE, 28, "Emneth", "PE14 8"}, {LYNN, VILLAGE, 29, "Feltwell", "IP26 4"},
    {LYNN, VILLAGE, 16, "Methwold", "IP26 4"}, {LYNN, VILLAGE, 27, "Watlington", "PE33 0"}, {LYNN, VILLAGE, 16, "Gayton", "PE32 1"},
    {LYNN, VILLAGE, 20, "Grimston", "PE32 1"}, {LYNN, VILLAGE, 15, "Middleton", "PE32 1"}, {LYNN, VILLAGE, 8, "Burnham Market", "PE31 8"},
    {LYNN, VILLAGE, 12, "Docking", "PE31 8"}, {LYNN, VILLAGE, 18, "Walpole St Peter", "PE14 7"}, {LYNN, VILLAGE, 22, "Clenchwarton", "PE34 4"},
    {LYNN, VILLAGE, 11, "Stoke Ferry", "PE33 9"}, {LYNN, VILLAGE, 13, "Southery", "PE38 0"}, {LYNN, VILLAGE, 13, "Hilgay", "PE38 0"},
    {LYNN, VILLAGE, 32, "Marham", "PE33 9"}, {LYNN, VILLAGE, 9, "Great Massingham", "PE32 2"}, {LYNN, VILLAGE, 8, "Brancaster", "PE31 8"},
    {LYNN, VILLAGE, 11, "Northwold", "IP26 5"},
    {NORTH, TOWN, 130, "North Walsham", "NR28 0,NR28 9"}, {NORTH, TOWN, 78, "Cromer", "NR27 0,NR27 9"}, {NORTH, TOWN, 73, "Sheringham", "NR26 8"},
    {NORTH, TOWN, 80, "Fakenham", "NR21 8,NR21 9"}, {NORTH, TOWN, 40, "Holt", "NR25 6"}, {NORTH, TOWN, 33, "Stalham", "NR12 9"},
    {NORTH, TOWN, 21, "Wells-next-the-Sea", "NR23 1"}, {NORTH, VILLAGE, 21, "Hoveton", "NR12 8"}, {NORTH, VILLAGE, 27, "Mundesley", "NR11 8"},
    {NORTH, VILLAGE, 26, "Briston", "NR24 2"}, {NORTH, VILLAGE, 13, "Ludham", "NR29 5"}, {NORTH, VILLAGE, 7, "Blakeney", "NR25 7"},
    {NORTH, VILLAGE, 21, "Catfield", "NR29 5"}, {NORTH, VILLAGE, 9, "Happisburgh", "NR12 0"}, {NORTH, VILLAGE, 9, "Overstrand", "NR27 0"},
    {NORTH, VILLAGE, 10, "Worstead", "NR28 9"}, {NORTH, VILLAGE, 11, "Northrepps", "NR27 0"}, {NORTH, VILLAGE, 10, "Roughton", "NR11 8"},
    {NORTH, VILLAGE, 7, "Corpusty and Saxthorpe", "NR11 6"}, {NORTH, VILLAGE, 7, "Little Snoring", "NR21 0"}, {NORTH, VILLAGE, 7, "Great Ryburgh", "NR21 0"},
    {NORTH, VILLAGE, 7, "Sculthorpe", "NR21 9"}, {NORTH, VILLAGE, 8, "Great Walsingham", "NR22 6"}, {NORTH, VILLAGE, 5, "Cley next the Sea", "NR25 7"},
    {NORTH, VILLAGE, 6, "Weybourne", "NR25 7"}, {NORTH, VILLAGE, 16, "West Runton", "NR27 9"}, {NORTH, VILLAGE, 12, "Bacton", "NR12 0"},
    {NORTH, VILLAGE, 16, "Scottow", "NR10 5"}, {NORTH, VILLAGE, 6, "Aldborough", "NR11 7"},
    {NORWICH, CITY, 90, "City Centre", "NR1 3,NR2 1"}, {NORWICH, CITY, 140, "Lakenham", "NR1 2,NR4 6"}, {NORWICH, CITY, 140, "Thorpe Hamlet", "NR1 1,NR1 4"},
    {NORWICH, CITY, 150, "Heigham", "NR2 3,NR2 4"}, {NORWICH, CITY, 110, "Town Close", "NR2 2,NR2 3"}, {NORWICH, CITY, 125, "Mile Cross", "NR3 2"},
    {NORWICH, CITY, 130, "Catton Grove", "NR3 3"}, {NORWICH, CITY, 120, "Sewell", "NR3 4"}, {NORWICH, CITY, 110, "Mancroft", "NR3 1"},
    {NORWICH, CITY, 105, "Eaton", "NR4 6"}, {NORWICH, CITY, 120, "Earlham", "NR4 7,NR5 8"}, {NORWICH, CITY, 140, "Bowthorpe", "NR5 9"},
    {NORWICH, CITY, 110, "Heartsease", "NR7 9"},
    {SOUTH, TOWN, 175, "Wymondham", "NR18 0,NR18 9"}, {SOUTH, TOWN, 100, "Diss", "IP22 4"}, {SOUTH, TOWN, 162, "Costessey", "NR8 5,NR5 0"},
    {SOUTH, TOWN, 78, "Hethersett", "NR9 3"}, {SOUTH, TOWN, 55, "Cringleford", "NR4 7"}, {SOUTH, TOWN, 45, "Long Stratton", "NR15 2"},
    {SOUTH, TOWN, 56, "Poringland", "NR14 7"}, {SOUTH, TOWN, 28, "Loddon", "NR14 6"}, {SOUTH, TOWN, 50, "Harleston", "IP20 9"},
    {SOUTH, VILLAGE, 16, "Trowse with Newton", "NR14 8"}, {SOUTH, VILLAGE, 45, "Mulbarton", "NR14 8"}, {SOUTH, VILLAGE, 12, "Framingham Earl", "NR14 7"},
    {SOUTH, VILLAGE, 10, "Chedgrave", "NR14 6"}, {SOUTH, VILLAGE, 27, "Roydon", "IP22 5"}, {SOUTH, VILLAGE, 15, "Dickleburgh", "IP21 4"},
    {SOUTH, VILLAGE, 16, "Scole", "IP21 4"}, {SOUTH, VILLAGE, 20, "Easton", "NR9 5"}, {SOUTH, VILLAGE, 25, "Hingham", "NR9 4"},
    {SOUTH, VILLAGE, 11, "Bunwell", "NR16 1"}, {SOUTH, VILLAGE, 12, "Tasburgh", "NR15 1"}, {SOUTH, VILLAGE, 15, "Newton Flotman", "NR15 1"},
    {SOUTH, VILLAGE, 6, "Barford", "NR9 4"}, {SOUTH, VILLAGE, 18, "Ditchingham", "NR35 2"}, {SOUTH, VILLAGE, 7, "Gillingham", "NR34 0"},
    {SOUTH, VILLAGE, 9, "Earsham", "NR35 2"}, {SOUTH, VILLAGE, 8, "Bressingham", "IP22 2"}, {SOUTH, VILLAGE, 11, "Pulham Market", "IP21 4"},
    {SOUTH, VILLAGE, 14, "Hempnall", "NR15 2"}, {SOUTH, VILLAGE, 16, "Brooke", "NR15 1"}, {SOUTH, VILLAGE, 9, "Spooner Row", "NR18 9"},
    {SOUTH, VILLAGE, 8, "Saxlingham Nethergate", "NR15 1"},
};

/* Post towns of the postcode districts; NR1 to NR16 and what is not named is Norwich. */
static const struct {
    const char *outward, *town;
} post_towns[] = {
    {"NR17", "Attleborough"}, {"NR18", "Wymondham"}, {"NR19", "Dereham"}, {"NR20", "Dereham"}, {"NR21", "Fakenham"}, {"NR22", "Walsingham"},
    {"NR23", "Wells-next-the-Sea"}, {"NR24", "Melton Constable"}, {"NR25", "Holt"}, {"NR26", "Sheringham"}, {"NR27", "Cromer"},
    {"NR28", "North Walsham"}, {"NR29", "Great Yarmouth"}, {"NR30", "Great Yarmouth"}, {"NR31", "Great Yarmouth"}, {"NR34", "Beccles"},
    {"NR35", "Bungay"}, {"IP20", "Harleston"}, {"IP21", "Diss"}, {"IP22", "Diss"}, {"IP24", "Thetford"}, {"IP25", "Thetford"}, {"IP26", "Thetford"},
    {"IP27", "Brandon"}, {"PE14", "Wisbech"}, {"PE30", "King's Lynn"}, {"PE31", "King's Lynn"}, {"PE32", "King's Lynn"}, {"PE33", "King's Lynn"},
    {"PE34", "King's Lynn"}, {"PE36", "Hunstanton"}, {"PE37", "Swaffham"}, {"PE38", "Downham Market"},
};

static const char *const village_streets[] = {
    "The Street", "Church Lane", "Mill Lane", "Station Road", "Norwich Road", "School Lane", "Common Lane", "Low Road", "Chapel Lane", "Back Lane",
    "The Green", "Hall Lane", "Church Road", "Dereham Road", "Rectory Road", "Mill Road", "Fen Lane", "Heath Road", "Manor Road", "Pound Lane",
    "Long Lane", "Staithe Road", "Marsh Road", "Drove Lane", "Ferry Road", "Holt Road", "High Street", "Bell Lane", "Greengate", "Vicarage Lane",
};
static const char *const street_firsts[] = {
    "Albert", "Albion", "Alder", "Alexandra", "Allotment", "Almond", "Anchor", "Appletree", "Arden", "Ashtree", "Avocet", "Bacton", "Barley", "Barn", "Bayfield", "Beacon",
    "Beech", "Beechwood", "Bell", "Berners", "Bishop", "Bittern", "Blackthorn", "Blenheim", "Bluebell", "Bowling Green", "Bramble", "Brewery", "Briar", "Bridge", "Broad", "Broadland",
    "Brook", "Bullfinch", "Burgh", "Buttercup", "Camping", "Castle", "Cathedral", "Cavell", "Cedar", "Chalk", "Chapel Field", "Cherry Tree", "Chestnut", "Churchill", "Cleaver", "Clover",
    "Coach House", "Coldham", "Common", "Constitution", "Corner", "Cornfield", "County", "Crabtree", "Crome", "Crown", "Cuckoo", "Curlew", "Dairy", "Deer", "Dell", "Dove",
    "Drayton", "Duke", "Earlham", "Eastgate", "Elm", "Elmham", "Erpingham", "Fairfield", "Fairway", "Falcon", "Farrow", "Field", "Finch", "Fir Tree", "Fishergate", "Folly",
    "Forge", "Foundry", "Foxglove", "Furze", "Gannet", "Garden", "George", "Gertrude", "Globe", "Goldfinch", "Gorse", "Grange", "Greenfield", "Grove", "Gurney", "Hall",
    "Harbour", "Harvest", "Hawthorn", "Hazel", "Heather", "Heath", "Hemp", "Heron", "Hickling", "Highfield", "Hill", "Holly", "Honeysuckle", "Hornbeam", "Ice House", "Ingham",
    "Ivy", "Jubilee", "Julian", "Kestrel", "Kett", "King", "Kingfisher", "Kingsway", "Laburnum", "Lapwing", "Larch", "Lark", "Laurel", "Lavender", "Lifeboat", "Lilac",
    "Lime Tree", "Linden", "Linnet", "Lodge", "Magdalen", "Magnolia", "Mallard", "Malthouse", "Manor", "Maple", "Market", "Marram", "Marsh", "Martin", "Meadow", "Mere",
    "Middleton", "Mill", "Millfield", "Monastery", "Mulberry", "Nelson", "Nightingale", "Norfolk", "Northfield", "Northgate", "Nursery", "Oak", "Old Barn", "Old Hall", "Orchard", "Osprey",
    "Otter", "Oxburgh", "Paget", "Park", "Parkland", "Partridge", "Paston", "Peacock", "Pigeon", "Pine", "Plantation", "Plover", "Poplar", "Poppy", "Priory", "Quay",
    "Quebec", "Queen", "Railway", "Ranworth", "Recreation", "Rectory", "Redwing", "Reed", "Regent", "Ringland", "River", "Robin", "Rope Walk", "Rosary", "Rose", "Rowan",
    "Saffron", "Saint Andrew", "Saint Benedict", "Saint Faith", "Saint Mary", "Saint Nicholas", "Salter", "Samphire", "Sandpiper", "Sandy", "School", "Seagull", "Sheringham", "Silver", "Skylark", "Southgate",
    "Sparrow", "Spinney", "Spring", "Springfield", "Stable", "Starling", "Station", "Sunningdale", "Swallow", "Swan", "Sycamore", "Teasel", "Tern", "Thatchers", "Thistle", "Thorn",
    "Thrush", "Trafalgar", "Trinity", "Turnpike", "Upton", "Valley", "Vauxhall", "Victoria", "Vine", "Walnut", "Warren", "Waterloo", "Waveney", "Wellington", "Wensum", "Westgate",
    "Wheatfield", "Wherry", "White House", "Willow", "Windmill", "Windsor", "Woodland", "Woodpecker", "Wren", "Yare", "Yew Tree", "York",
};
static const char *const street_kinds[] = {"Road", "Close", "Avenue", "Drive", "Way", "Lane", "Gardens", "Crescent", "Court", "Walk", "Place", "Street", "Rise", "Grove"};
static const char *const cottage_firsts[] = {"Rose", "Ivy", "Church", "Mill", "Corner", "Thatched", "Honeysuckle", "Willow", "Forge", "Jasmine", "Holly", "Orchard", "Pump", "Hill", "Marsh", "Wisteria",
    "Flint", "Pantile", "Bramble", "Woodbine", "Staithe", "Heron", "Meadow", "Pear Tree", "Apple Tree", "Keeper's", "Shepherd's", "Fisherman's", "Wherryman's", "Chapel"};
static const char *const cottage_lasts[] = {"Cottage", "House", "Barn", "Farm", "Lodge", "Bungalow"};
static const char *const court_names[] = {"Wensum", "Yare", "Bure", "Waveney", "Ant", "Thurne", "Nar", "Ouse", "Glaven", "Stiffkey", "Cavell", "Nelson", "Kett", "Paston", "Crome", "Cotman", "Fry", "Gurney", "Coke", "Boudicca"};
static const char *const court_kinds[] = {"Court", "House", "Lodge", "Place"};
static const char *const care_firsts[] = {"Cedar", "Beech", "Meadow", "Harbour", "Priory", "Two Acres", "Sycamore", "Saint Anne's", "Lark", "Heather", "Woodside", "Ashfield", "Linden", "Avocet", "Bittern", "Springdale"};
static const char *const care_lasts[] = {"House", "Lodge", "Grange", "Court", "View", "Hall"};
static const char *const hostel_names[] = {"Bridge House", "The Bishopgate Project", "Lantern House", "Harbour Foyer", "Northgate Hostel", "Saint Martin's Hostel", "Ferry House", "The Mariners"};
static const char *const practice_firsts[] = {"Wensum", "Staithe", "Old Mill", "Market", "Broadland", "Fleggs", "Coastal", "Heathgate", "Saint Stephen's", "Castle", "Lantern", "Riverside", "Churchfields", "Windmill", "Kett's", "Beacon", "Parkside", "Orchard", "Bridge", "Reed"};
/* clang-format on */

enum { PLACES = countof(places), SECTOR_LIMIT = 200 };

struct block {
    uint16_t place;
    uint16_t ordinal;   /* of the blocks of this place */
    uint32_t in_sector; /* of the blocks that begin in this sector, before this one */
    uint8_t sector;     /* which of the place's sectors */
};

struct world {
    uint64_t seed;
    uint32_t block_count;
    struct block *blocks;
};

static unsigned sector_count(const char *sectors)
{
    unsigned count = 1;
    for (; *sectors; sectors++)
        count += *sectors == ',';
    return count;
}

static struct slice sector_at(const char *sectors, unsigned index)
{
    struct slice rest = slice_of(sectors), part = NO_SLICE;
    for (unsigned i = 0; i <= index; i++)
        must(slice_cut(&rest, ',', &part));
    return part;
}

struct world *world_make(struct arena *arena, uint64_t seed, uint64_t residents)
{
    struct world *world = arena_new(arena, struct world);
    world->seed = seed;
    world->block_count = (uint32_t)((residents + 249) / 250);
    world->blocks = arena_array(arena, struct block, world->block_count);
    /* Millionths of the county up to and with each place. */
    uint64_t county = 0, upto[PLACES], sum = 0, listed[DISTRICTS] = {0};
    for (unsigned d = 0; d < DISTRICTS; d++)
        county += districts[d].residents;
    for (unsigned p = 0; p < PLACES; p++)
        listed[places[p].district] += places[p].hundreds;
    for (unsigned p = 0; p < PLACES; p++) {
        sum += (uint64_t)places[p].hundreds * districts[places[p].district].residents * 1000000000u /
               listed[places[p].district] / county;
        upto[p] = sum;
    }
    struct slice known[SECTOR_LIMIT];
    uint32_t used[SECTOR_LIMIT] = {0}, ordinals[PLACES] = {0};
    unsigned known_count = 0, place = 0;
    for (uint32_t b = 0; b < world->block_count; b++) {
        uint64_t at = (2u * (uint64_t)b + 1) * sum / (2u * (uint64_t)world->block_count);
        while (place + 1 < PLACES && upto[place] <= at)
            place++;
        struct block *block = &world->blocks[b];
        block->place = (uint16_t)place;
        block->ordinal = (uint16_t)ordinals[place]++;
        block->sector = (uint8_t)(block->ordinal % sector_count(places[place].sectors));
        struct slice sector = sector_at(places[place].sectors, block->sector);
        unsigned k = 0;
        while (k < known_count && !slice_equal(known[k], sector))
            k++;
        if (k == known_count) {
            must(known_count < SECTOR_LIMIT);
            known[known_count++] = sector;
        }
        block->in_sector = used[k]++;
    }
    return world;
}

uint32_t world_blocks(const struct world *world)
{
    return world->block_count;
}

uint64_t world_seed(const struct world *world)
{
    return world->seed;
}

uint32_t world_neighbour(const struct world *world, struct rng *rng, uint32_t block)
{
    if (rng_chance(rng, 600)) {
        uint32_t near = block + rng_below(rng, 9);
        near = near >= 4 ? near - 4 : 0;
        return near < world->block_count ? near : world->block_count - 1;
    }
    return rng_below(rng, world->block_count);
}

unsigned world_district(const struct world *world, uint32_t block)
{
    return places[world->blocks[block].place].district;
}

bool world_is_town(const struct world *world, uint32_t block)
{
    return places[world->blocks[block].place].kind != VILLAGE;
}

bool world_is_norwich(const struct world *world, uint32_t block)
{
    return places[world->blocks[block].place].kind == CITY;
}

const char *world_district_name(unsigned district)
{
    return districts[district].name;
}

void world_practice(const struct world *world, uint32_t block, struct rng *rng, char out[64])
{
    const struct place *place = &places[world->blocks[block].place];
    /* One practice for each 40 blocks or so of a place: 10,000 patients. */
    uint32_t number =
        world->blocks[block].place * 7u + world->blocks[block].ordinal / 40u + (rng_chance(rng, 80) ? 3u : 0u);
    words_put(out, 64, "%s %s, %s", practice_firsts[number % countof(practice_firsts)],
              number % 3 == 0   ? "Medical Centre"
              : number % 3 == 1 ? "Surgery"
                                : "Health Centre",
              place->name);
}

static const char *post_town(struct slice sector)
{
    for (size_t i = 0; i < countof(post_towns); i++)
        if (slice_starts(sector, slice_of(post_towns[i].outward)) && sector.at[strlen(post_towns[i].outward)] == ' ')
            return post_towns[i].town;
    return "Norwich";
}

enum { STREETS = 6, UNITS = 8, HOMES_A_STREET = BLOCK_HOMES / STREETS };

/* The 400 pairs of the letters that postcodes end in, dealt in a scattered order; past 400 x 10 sectors they repeat. */
static void postcode_make(struct slice sector, uint32_t number, char out[9])
{
    static const char letters[] = "ABDEFGHJLNPQRSTUWXYZ";
    uint32_t pair = (number * 137u + 71u) % 400u;
    words_put(out, 9, "%.*s%c%c", (int)(sector.len < 6 ? sector.len : 6), sector.at, letters[pair / 20],
              letters[pair % 20]);
}

static void street_name(const struct world *world, const struct block *block, unsigned street, char out[40])
{
    const struct place *place = &places[block->place];
    if (place->kind == VILLAGE && block->ordinal < 4) {
        uint32_t number = (uint32_t)(rng_mix(world->seed, block->place) % countof(village_streets)) +
                          block->ordinal * STREETS + street;
        words_put(out, 40, "%s", village_streets[number % countof(village_streets)]);
        return;
    }
    /* Distinct within a place until its 3,500 names are used up. */
    enum { NAMES = countof(street_firsts) * countof(street_kinds) };
    uint32_t number =
        ((uint32_t)block->ordinal * STREETS + street) * 1009u + block->place * 131u + (uint32_t)(world->seed % 97);
    number %= NAMES;
    words_put(out, 40, "%s %s", street_firsts[number % countof(street_firsts)],
              street_kinds[number / countof(street_firsts)]);
}

void world_homes(const struct world *world, uint32_t block_number, struct home ret_homes[BLOCK_PLACES])
{
    const struct block *block = &world->blocks[block_number];
    const struct place *place = &places[block->place];
    struct rng rng = rng_make(world->seed ^ 0x686f6d65, block_number);
    struct slice sector = sector_at(place->sectors, block->sector);
    const char *town = post_town(sector), *district = districts[place->district].name;
    const char *parish = place->kind == CITY ? "Norwich" : place->name;
    bool same = strcmp(town, place->name) == 0 || (place->kind == CITY && !rng_chance(&rng, 150));
    memset(ret_homes, 0, BLOCK_PLACES * sizeof *ret_homes);
    for (unsigned i = 0; i < BLOCK_PLACES; i++) {
        struct home *home = &ret_homes[i];
        /* Scattered within 12 digits that begin with 9999, so that no real UPRN can be meant. */
        uint64_t number = ((uint64_t)block_number * 160 + i) * 31 + world->seed % 31;
        home->uprn = 999900000000u + number % 100000000u;
        home->town = town;
        home->parish_name = parish;
        home->parish = block->place;
        home->district = district;
        home->there = i < BLOCK_HOMES;
        if (!same)
            words_put(home->locality, sizeof home->locality, "%s", place->name);
    }
    char street[STREETS][40];
    for (unsigned s = 0; s < STREETS; s++)
        street_name(world, block, s, street[s]);
    for (unsigned s = 0; s < STREETS; s++) {
        uint32_t usrn = 30000000u + (block_number * 8 + s) % 10000000u;
        bool flats = place->kind != VILLAGE && rng_chance(&rng, place->kind == CITY ? 350 : 150);
        bool both_sides = rng_chance(&rng, 600);
        unsigned first = 1 + rng_below(&rng, 3) * rng_below(&rng, 30), flat_count = flats ? 6 + rng_below(&rng, 9) : 0;
        char court[40];
        if (rng_chance(&rng, 700))
            words_put(court, sizeof court, "%s %s", rng_pick(&rng, court_names), rng_pick(&rng, court_kinds));
        else
            words_put(court, sizeof court, "%u", first + 80);
        unsigned number = first;
        bool lettered = false;
        for (unsigned k = 0; k < HOMES_A_STREET; k++) {
            struct home *home = &ret_homes[s * HOMES_A_STREET + k];
            home->usrn = usrn;
            words_put(home->street, sizeof home->street, "%s", street[s]);
            /* A postcode for some 15 homes. */
            uint32_t unit = block->in_sector * UNITS + (s * HOMES_A_STREET + k) / 15;
            postcode_make(sector, unit, home->postcode);
            if (k < flat_count) {
                home->kind = HOME_FLAT;
                words_put(home->flat, sizeof home->flat, "Flat %u", k + 1);
                words_put(home->building, sizeof home->building, "%s", court);
                continue;
            }
            if (place->kind == VILLAGE && rng_chance(&rng, 300)) {
                words_put(home->building, sizeof home->building, "%s %s", rng_pick(&rng, cottage_firsts),
                          rng_pick(&rng, cottage_lasts));
                bool taken = false;
                for (unsigned j = 0; j < k && !taken; j++)
                    taken = strcmp(ret_homes[s * HOMES_A_STREET + j].building, home->building) == 0;
                if (!taken)
                    continue;
            }
            lettered = !lettered && k > flat_count && rng_chance(&rng, 25);
            if (!lettered)
                number += both_sides ? 1 : 2;
            words_put(home->building, sizeof home->building, "%u%s", number, lettered ? "A" : "");
        }
    }
    /* Student houses stand in Norwich, near the university and in the terraces. */
    if (place->kind == CITY && block_number % 3 == 1)
        for (unsigned k = 0; k < 7; k++) {
            struct home *home = &ret_homes[20 + 2 * k];
            if (home->kind == HOME_DWELLING)
                home->kind = HOME_STUDENT;
        }
    for (unsigned i = BLOCK_CARE; i < BLOCK_PLACES; i++) {
        struct home *home = &ret_homes[i], *beside = &ret_homes[(i - BLOCK_CARE) * 40 + 7];
        home->usrn = beside->usrn;
        memcpy(home->street, beside->street, sizeof home->street);
        memcpy(home->postcode, beside->postcode, sizeof home->postcode);
        if (i == BLOCK_CARE) {
            home->kind = HOME_CARE;
            home->there = block_number % 18 == 3 || (world->block_count <= 3 && block_number == 0);
            words_put(home->building, sizeof home->building, "%s %s", rng_pick(&rng, care_firsts),
                      rng_pick(&rng, care_lasts));
        } else {
            home->kind = HOME_HOSTEL;
            home->there = block_number % 36 == 5;
            words_put(home->building, sizeof home->building, "%s", rng_pick(&rng, hostel_names));
        }
    }
}
