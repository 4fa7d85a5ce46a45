/* draft.h: an unknown file profiled into a data contract for a person to edit: `staithe source draft FILE`.
 *
 * Reads the whole file once in bounded memory and writes YAML that contract_read accepts but for what only a person can
 * know: agency and agreement are left as words in capitals. Each guess stands beside a comment with its evidence
 * ("filled in 98.2% of rows, 1,204 different values"). It guesses encoding, delimiter, types, date order (from days
 * above 12), allowed values of columns with few, checks (NHS number, UPRN, postcode), keys (filled in each row, no
 * value twice) and standard attributes (from the headings and the values). No value of a row appears in the draft but
 * those of short code lists (at most 20 different values, each in many rows). */
#ifndef STAITHE_INGEST_DRAFT_H
#define STAITHE_INGEST_DRAFT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/host.h"

struct draft_options {
    const struct host *host;
    struct slice path;
    struct slice name; /* of the source; empty: made from the file's name */
};

bool source_draft(const struct draft_options *options, struct arena *arena, struct slice *ret_yaml,
                  struct error *err) MUST_USE;

#endif
