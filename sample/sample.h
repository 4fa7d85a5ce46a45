/* sample.h: makes the sample county: the extracts that agencies would send, and the truth apart.
 *
 * Everybody in it is invented. Names, ages, households and places follow published figures (sample/README.md names each
 * source), NHS numbers come from the never-issued range 999 000 0000 to 999 999 9999 with valid check digits.
 *
 * Into the folder go:
 *     extracts.csv               source, file, as_at: every extract in the order in which it should be landed
 *     2026-10/…, 2026-11/…       two months' extracts, each in its agency's own shape (named after the as-at day and
 * the month before) truth/people.csv           person_id, given_name, family_name, birth_date, sex, uprn, died, tags
 *     truth/records.csv          source, key, person_id, uprn, first_seen, last_seen, faults; key as the contract's key
 * column has it truth/hard_cases.csv       tag, person_id, other_person_id: twins, a father and son of one name, … The
 * hub never reads truth/.
 *
 * Same residents, seed and as-at day: same bytes, on any machine and with any number of threads. The generator is our
 * own (PCG), arithmetic is of integers, and each block of some 250 residents depends on its own number and the seed
 * alone.
 *
 * Cost: about 20 µs of processor time a resident, shared by the threads (a million: 20 s, 1.1 GB written); memory below
 * 100 MiB at any size. Thread-safe; makes threads of its own. */
#ifndef STAITHE_SAMPLE_SAMPLE_H
#define STAITHE_SAMPLE_SAMPLE_H

#include "base/date.h"
#include "base/host.h"

enum { SAMPLE_FEWEST = 100, SAMPLE_MOST = 5000000 };

struct sample_options {
    const struct host *host;
    struct slice out;   /* the folder; made if absent. Files of these names in it are written over */
    uint64_t residents; /* SAMPLE_FEWEST to SAMPLE_MOST */
    uint64_t seed;
    struct date as_at; /* of the second month's extracts; NO_DATE: 2026-11-01 */
    unsigned threads;  /* 0: two */
};

/* What was made, for the command to say. */
struct sample_counts {
    uint64_t residents, homes, households;
    uint64_t rows;    /* of all extracts, headings apart */
    uint64_t records; /* different keys over all sources */
    uint64_t bytes;
};

/* Told from time to time how many of how many residents are made; NULL for silence. Called by the calling thread only.
 */
struct sample_progress {
    void (*report)(void *context, uint64_t done, uint64_t all);
    void *context;
};

/* ERROR_USAGE for a number of residents out of range; ERROR_FULL and ERROR_IO when the folder cannot be written, which
 * leaves an unfinished folder without extracts.csv (it is written last). */
bool sample_make(const struct sample_options *options, const struct sample_progress *progress,
                 struct sample_counts *ret_counts, struct error *err) MUST_USE;

#endif
