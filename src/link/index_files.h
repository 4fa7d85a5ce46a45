/* index_files.h: what `staithe index` does: an index on disk made of plain CSV files, changed, asked and checked. */
#ifndef STAITHE_LINK_INDEX_FILES_H
#define STAITHE_LINK_INDEX_FILES_H

#include "base/host.h"
#include "link/link.h"

enum index_deed {
    INDEX_BUILD,  /* words: SPEC.yaml FILE… */
    INDEX_ADD,    /* FILE…; each is the source of its base name, and a row takes the place of the one of its id */
    INDEX_REMOVE, /* SOURCE ID…; with `erase` no file of the index holds them any longer */
    INDEX_FIND,   /* COLUMN=VALUE… */
    INDEX_CHECK,  /* whether its entities are those of linking anew */
    INDEX_COMPACT,
};

struct index_files_request {
    const struct host *host;
    enum index_deed deed;
    struct slice folder;
    const struct slice *words;
    size_t word_count;
    struct slice model; /* path, for building; empty: a model is trained from the files */
    double least;       /* for finding: bits */
    size_t most;
    bool erase, json;
    struct link_options options;
};

/* Puts what came of it into `out`. *ret_sound is false when INDEX_CHECK found a difference. */
bool index_files(const struct index_files_request *request, struct buffer *out, bool *ret_sound,
                 struct error *err) MUST_USE;

#endif
