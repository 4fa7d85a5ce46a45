/* county_loader.h: puts extracts into a store without the ingest room: for tests of the hub that need records, not
 * landing.
 *
 * Every row is taken as it stands (dates turned to ISO, rows whose key was there already left out); each file is one
 * landing that is current at once. A second file for a source is a later landing: changed rows become new versions. */
#ifndef STAITHE_TESTS_HUB_COUNTY_LOADER_H
#define STAITHE_TESTS_HUB_COUNTY_LOADER_H

#include "catalogue/catalogue.h"
#include "store/store.h"

bool load_extract(struct store *store, const struct source *source, struct slice path, struct slice as_at,
                  struct error *err) MUST_USE;
/* The same of rows given here; fields are the contract's columns in order. */
struct loader_row {
    const char *fields[32];
};
bool load_rows(struct store *store, const struct source *source, const struct loader_row *rows, size_t count,
               struct slice as_at, struct error *err) MUST_USE;
/* All files of OUT/extracts.csv in their order; `months` 1: of the first as-at day of each source only. */
bool load_county(struct store *store, const struct catalogue *catalogue, struct slice folder, const char *const *order,
                 struct error *err) MUST_USE;

#endif
