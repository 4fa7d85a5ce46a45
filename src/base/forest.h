/* forest.h: which numbers hang together. A forest: each number points to a lesser one of its own tree, or is its root;
 * so a root is the least of its tree. Finding and uniting take a few steps each: ways are halved as they are walked.
 * One thread at a time (link/score_components.c has one for several). */
#ifndef STAITHE_BASE_FOREST_H
#define STAITHE_BASE_FOREST_H

#include "base/arena.h"

/* Each number by itself. */
static inline uint32_t *forest_make(size_t count, struct arena *arena)
{
    uint32_t *forest = arena_array(arena, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++)
        forest[i] = (uint32_t)i;
    return forest;
}

static inline uint32_t forest_root(uint32_t *forest, uint32_t number)
{
    while (forest[number] != number)
        number = forest[number] = forest[forest[number]];
    return number;
}

/* Gives the root of both. */
static inline uint32_t forest_unite(uint32_t *forest, uint32_t a, uint32_t b)
{
    uint32_t x = forest_root(forest, a), y = forest_root(forest, b);
    return forest[x < y ? y : x] = x < y ? x : y;
}

#endif
