/* address_files.h: a gazetteer and a file of addresses in, each address with its home out, without any hub: what
 * `staithe address match GAZETTEER.csv FILE.csv` does.
 *
 * Columns of the gazetteer are known by their usual names, whatever their case, with spaces or underscores: UPRN; the
 * parts of BS 7666 (SAO or SAO_TEXT with its numbers, PAO likewise, STREET_DESCRIPTOR, LOCALITY, TOWN_NAME, POSTCODE),
 * those of the Postcode Address File (SUB_BUILDING_NAME, BUILDING_NAME, BUILDING_NUMBER, THOROUGHFARE,
 * DEPENDENT_LOCALITY, POST_TOWN), ORGANISATION, PARISH, DISTRICT, COUNTY; or the address on one line (ADDRESS,
 * SINGLE_LINE_ADDRESS). It must have UPRN, and a street, a building or a line.
 *
 * Both files are held in memory: some 600 bytes a home, and the addresses' own size twice. The answers are the same
 * with any number of threads. */
#ifndef STAITHE_LINK_ADDRESS_FILES_H
#define STAITHE_LINK_ADDRESS_FILES_H

#include "base/host.h"
#include "link/address.h"
#include "link/link.h"

struct address_files_request {
    const struct host *host;
    struct slice gazetteer, file; /* paths; "-" is standard input */
    struct slice column;   /* of the address; several are joined by commas: "line1,line2,town"; empty: the one that is
                              called address, or the only one with it in its name */
    struct slice postcode; /* its column; empty: the one that is called so, else only what stands in the address */
    struct slice out;      /* path to write to: each row with its home; empty: the answers go into the report */
    bool json;             /* the report as JSON, else as lines of text */
    struct link_options options; /* threads, progress */
};

/* Matches and puts the report into `out`, whose arena all memory is taken from. ERROR_INPUT with file, line and what to
 * do for a column that is missing or stands twice, and for a gazetteer without homes. */
bool address_files(const struct address_files_request *request, struct buffer *out, struct error *err) MUST_USE;

#endif
