/* places.h: Norfolk's districts and parishes, and the invented streets and homes in them.
 *
 * The county is cut into blocks of some 250 residents. Each block lies in one parish (towns have many blocks, a village
 * one, or at small sizes none) and has its own streets, homes and postcodes, which follow from the seed and the block's
 * number alone: any thread can make any block's homes again, for instance as the old address of somebody who moved. */
#ifndef STAITHE_SAMPLE_PLACES_H
#define STAITHE_SAMPLE_PLACES_H

#include "base/arena.h"

#include "sample/random.h"

enum home_kind { HOME_DWELLING, HOME_FLAT, HOME_CARE, HOME_HOSTEL, HOME_STUDENT };

enum {
    BLOCK_HOMES = 144, /* ordinary homes, used or empty; the first BLOCK_SURE of them stand in the gazetteer always */
    BLOCK_SURE = 100,
    BLOCK_CARE = BLOCK_HOMES, /* the places of a care home and a hostel, where the block has one */
    BLOCK_HOSTEL,
    BLOCK_PLACES,
};

struct home {
    uint64_t uprn;
    uint32_t usrn;
    enum home_kind kind;
    bool there;        /* care home and hostel: whether the block has it */
    uint16_t parish;   /* index of the places */
    char flat[16];     /* "Flat 2", or empty */
    char building[40]; /* "14", "12A", "Rose Cottage", "Wensum Court" */
    char street[40];
    char locality[28]; /* the village, where the post town is another */
    const char *town;  /* post town, in capitals as Royal Mail has it: see places_town */
    const char *parish_name, *district;
    char postcode[9]; /* "NR1 3AA" */
};

struct world;

/* `residents` decides how many blocks there are. */
struct world *world_make(struct arena *arena, uint64_t seed, uint64_t residents);
uint32_t world_blocks(const struct world *world);
uint64_t world_seed(const struct world *world);
/* The homes of one block. */
void world_homes(const struct world *world, uint32_t block, struct home ret_homes[BLOCK_PLACES]);
/* One of the county's other blocks, near ones likelier. */
uint32_t world_neighbour(const struct world *world, struct rng *rng, uint32_t block);
/* District of a block, 0 to 6 in alphabetical order, and whether it is a town or the city. */
unsigned world_district(const struct world *world, uint32_t block);
bool world_is_town(const struct world *world, uint32_t block);
bool world_is_norwich(const struct world *world, uint32_t block);
const char *world_district_name(unsigned district);
/* The name of a practice that serves the block. */
void world_practice(const struct world *world, uint32_t block, struct rng *rng, char out[64]);

#endif
