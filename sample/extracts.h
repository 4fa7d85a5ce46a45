/* extracts.h: the nine extracts of both months, and the truth beside them, written block by block.
 *
 * A job holds one block's people and what has been written about them; jobs of different blocks run on different
 * threads. The texts of a block are complete rows, so the files are the blocks' texts one after the other. */
#ifndef STAITHE_SAMPLE_EXTRACTS_H
#define STAITHE_SAMPLE_EXTRACTS_H

#include "sample/people.h"
#include "sample/sheet.h"
#include "sample/views.h"

enum source_number {
    SOURCE_GAZETTEER,
    SOURCE_GP,
    SOURCE_CARE,
    SOURCE_NOTES,
    SOURCE_HOUSING,
    SOURCE_COUNCIL_TAX,
    SOURCE_FIRE,
    SOURCE_POLICE,
    SOURCE_BUS,
    SOURCES,
};
enum { MONTHS = 2 };

struct source_form {
    const char *name; /* the contract's id */
    const char *file; /* "ASC_CLIENTS_%.csv": % stands for the as-at day */
    int file_dates;   /* how the day is written there: enum sheet_dates */
    bool once;        /* only in the first month */
    struct sheet_form form;
};
extern const struct source_form source_forms[SOURCES];

struct job {
    const struct county *county;
    struct block_people people;
    struct out text[SOURCES][MONTHS];
    struct sheet sheets[SOURCES][MONTHS];
    struct out truth_people, truth_records, truth_cases;
    uint64_t records;
};

/* "2026-10/ASC_CLIENTS_20261001.csv" */
void extract_path(enum source_number source, int32_t as_at, char out[96]);
/* Points the sheets at the texts. */
void job_start(struct job *job, const struct county *county);
/* Makes one block and writes everything about it; what was written before is dropped. */
void job_run(struct job *job, uint32_t block);
void job_free(struct job *job);

/* ---- Between the files extracts*.c ---- */

/* A number of its own for each record, for its streams of chance. */
static inline uint64_t record_number(const struct person *person, enum source_number source, unsigned which)
{
    return ((uint64_t)person->id * SOURCES + source) * 64 + which;
}
struct rng record_rng(const struct job *job, uint64_t number);
/* A key that tells nothing about the order of people, nor about keys of other sources: a bijection of numbers below
 * 99,999,989 (999,999,937 for the notes, whose keys have nine digits). */
uint32_t scattered(const struct job *job, enum source_number source, uint64_t number);
/* Mostly SPOIL_NOTHING. */
enum spoil draw_spoil(struct rng *rng);
static inline int32_t month_day(const struct job *job, unsigned month)
{
    return month == 0 ? job->county->month_ago : job->county->today;
}
/* The person is alive or not, but in the county and born, at the day. */
static inline bool is_here(const struct person *person, int32_t day)
{
    return person->birth <= day && person->arrived <= day;
}
/* Writes the newest row once more, byte for byte. */
void repeat_row(struct sheet *sheet, size_t from);
/* A line of truth/records.csv; months is a bit mask, none of them writes nothing. */
void truth_record(struct job *job, enum source_number source, const char *key, const struct person *person,
                  uint64_t uprn, unsigned months, unsigned faults);
void staff_name(const struct job *job, struct rng *rng, char out[64]);

void write_gp(struct job *job, const struct person *person);
void write_care(struct job *job, const struct person *person);
void write_housing(struct job *job, const struct household *household);
void write_bus(struct job *job, const struct person *person);
void write_gazetteer(struct job *job);
void write_council_tax(struct job *job, const struct household *household);
void write_fire(struct job *job, const struct household *household);
void write_police(struct job *job, const struct person *person);
/* The notes of a client, whose record has this number and key; written by write_care. */
void write_notes(struct job *job, const struct person *person, uint64_t client_number, const char *client_id,
                 bool open);

#endif
