/* link_files.h: plain CSV files in, clusters and pairs out, without any hub: what `staithe link SPEC.yaml FILE…` does.
 *
 * Each file is a source, called by its base name without the ending (by its path where two would be called the same).
 * Headers are matched to the specification's columns by name or by one of their `headers`, case and surrounding space
 * aside. Every column of the specification must stand in at least one file, and no file may hold none of them.
 *
 * The truth column, if asked for, is read from the files only after the clusters (and pairs) have been written. */
#ifndef STAITHE_LINK_LINK_FILES_H
#define STAITHE_LINK_LINK_FILES_H

#include "base/host.h"
#include "link/link.h"

/* What came of it, in the arena of `out`; the number of a record's cluster counts from 1, in order of first record. */
struct link_files_result {
    struct link_spec *spec;
    struct link_records *records;
    struct link_model *model;
    struct link_edges edges;
    struct link_cluster_input cluster_input;
    struct link_clusters clusters;
    const uint32_t *numbers;
};

struct link_files_request {
    const struct host *host;
    struct slice specification; /* path */
    /* In their place, or NULL: a specification already read, and a table of it (not prepared) to which the files'
     * records are added; with it no file need be given. */
    struct link_spec *spec;
    struct link_records *records;
    struct link_files_result *ret_result; /* NULL: not wanted */
    const struct slice *files;            /* paths */
    size_t file_count;
    struct slice truth; /* column with the true entity, empty: no evaluation. `truth:` of the specification may say
                           which part of it counts */
    struct slice by;    /* columns with commas between, each maybe =LIST.csv (groups.h): accuracy by their values; needs
                           the truth */
    struct slice clusters; /* path to write to: id, (source with more than one file,) cluster; empty: not written */
    struct slice
        pairs; /* path to write to: the two ids, (sources,) weight, probability, what decided; empty: not written */
    struct slice model;      /* path of a model to use instead of training; empty: train */
    struct slice save_model; /* path to write the model to; empty: not written */
    struct slice report;     /* path to write the page of report.h to; empty: not made */
    struct slice explain[2]; /* ids of two records, or source:id: why they are one entity, or why not, is put into `out`
                                in place of the report; empty: not asked */
    struct slice labels;     /* path of pairs that a person labelled (labels.h); empty: none */
    struct slice ask;        /* path to write the ask_count pairs to that teach most; empty: not written */
    size_t ask_count;
    struct slice svg; /* path to write the picture of that to; empty: not written */
    /* Called once with a line that says how many pairs will be compared at most, and what memory that takes, before any
     * is; may be NULL. */
    void (*say)(void *context, struct slice line);
    void *say_context;
    bool print_specification; /* only the specification with its defaults is put into `out` */
    bool json;                /* the report as JSON, else as lines of text */
    struct link_options options;
};

/* Links and puts the report into `out`, whose arena all memory of the linking is taken from. */
bool link_files(const struct link_files_request *request, struct buffer *out, struct error *err) MUST_USE;

#endif
