/* link_job.h: one linking of files from start to end, for link_files.c, which does it, and link_job.c, which tells of
 * it. */
#ifndef STAITHE_LINK_LINK_JOB_H
#define STAITHE_LINK_LINK_JOB_H

#include "link/labels.h"
#include "link/link_files.h"
#include "link/report.h"
#include "link/score.h"

struct file_job {
    const struct link_files_request *request;
    struct arena *arena;
    struct link_spec *spec;
    struct link_records *records;
    struct link_model *model;
    struct link_training training;
    bool trained;
    struct arena *block_arena; /* until the pairs are compared, and without edges until they are clustered */
    struct blocks blocks;      /* of training */
    struct comparer comparer;  /* bound, in the same arena */
    uint64_t needed, on_disk;  /* bytes of memory expected before the pairs were compared; of files beside it */
    struct link_edges edges;
    bool light;           /* weights alone decide, and no edge is kept */
    struct scored scored; /* instead of edges, where nothing asks for them */
    struct link_cluster_input cluster_input;
    struct link_clusters clusters;
    uint64_t *truth;                      /* by record: its label, once it was asked for and read */
    uint32_t *numbers;                    /* by record: its cluster's number from 1, in order of first record */
    uint32_t *sources;                    /* by record; NULL: nobody has asked yet */
    struct slice notes[LINK_COLUMNS_MAX]; /* on columns of dates */
    size_t note_count;
    uint32_t repeated_ids; /* records with an id that another of their file has */
    uint64_t irregular;    /* rows of another length than their header */
    struct labels *labels; /* once read */
    struct groups *groups; /* by column asked for */
    size_t group_count;
    int64_t started;
    struct report_stage stages[8];
    size_t stage_count;
    double seconds;
};

/* Figures are NULL where no truth was asked for. */
void link_job_json(const struct file_job *job, const struct link_figures *figures, struct buffer *out);
void link_job_text(const struct file_job *job, const struct link_figures *figures, struct buffer *out);

#endif
