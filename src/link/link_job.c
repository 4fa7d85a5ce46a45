/* link_job.c: what a linking of files says when it is done. */
#include "link/link_job.h"

#include "base/json.h"
#include "base/memory.h"
#include "link/records.h"

#include <inttypes.h>

static void labels_json(const struct labels *labels, struct json *json)
{
    json_key(json, "labels");
    json_object(json);
    json_pair_integer(json, "pairs", (int64_t)labels->count);
    json_pair_integer(json, "matches", (int64_t)labels->matches);
    json_pair_integer(json, "joined_rightly", (int64_t)labels->right);
    json_pair_integer(json, "joined_wrongly", (int64_t)labels->wrong);
    json_pair_integer(json, "missed", (int64_t)labels->missed);
    json_pair_integer(json, "never_compared", (int64_t)labels->never_met);
    json_pair_real(json, "precision", labels->precision);
    json_pair_real(json, "recall", labels->recall);
    json_pair_real(json, "f1", labels->f1);
    json_pair_integer(json, "contradicted", (int64_t)labels->contradicted);
    json_key(json, "contradictions");
    json_array(json);
    for (size_t i = 0; i < labels->against_count; i++)
        json_text(json, labels->against[i]);
    json_end(json);
    json_end(json);
}

static void labels_text(const struct labels *labels, struct buffer *out)
{
    buffer_format(out,
                  "labels: %zu pairs, %zu of them matches; precision %.4f, recall %.4f, F1 %.4f (%" PRIu64
                  " joined rightly, %" PRIu64 " wrongly, %" PRIu64 " missed, of which %" PRIu64
                  " were never compared)\n",
                  labels->count, labels->matches, labels->precision, labels->recall, labels->f1, labels->right,
                  labels->wrong, labels->missed, labels->never_met);
    if (labels->contradicted)
        buffer_format(out, "%zu label%s left out, for they contradict others:\n", labels->contradicted,
                      labels->contradicted == 1 ? " was" : "s were");
    for (size_t i = 0; i < labels->against_count; i++)
        buffer_format(out, "  %.*s\n", PRINT(labels->against[i]));
}

static void groups_json(const struct file_job *job, struct json *json)
{
    json_key(json, "by");
    json_array(json);
    for (size_t c = 0; c < job->group_count; c++)
        for (size_t g = 0; g < job->groups[c].count; g++) {
            const struct group *group = &job->groups[c].groups[g];
            json_object(json);
            json_pair_text(json, "column", job->groups[c].column);
            json_pair_text(json, "group", group->name);
            json_pair_integer(json, "records", (int64_t)group->records);
            json_pair_real(json, "precision", group->precision);
            json_pair_real(json, "recall", group->recall);
            json_pair_real(json, "f1", group->f1);
            json_pair_bool(json, "low_precision", group->low_precision);
            json_pair_bool(json, "low_recall", group->low_recall);
            json_end(json);
        }
    json_end(json);
}

static void groups_text(const struct file_job *job, struct buffer *out)
{
    for (size_t c = 0; c < job->group_count; c++) {
        buffer_format(out, "by %.*s:\n", PRINT(job->groups[c].column));
        for (size_t g = 0; g < job->groups[c].count; g++) {
            const struct group *group = &job->groups[c].groups[g];
            buffer_format(out, "  %-28.*s %9" PRIu64 " records, precision %.4f%s, recall %.4f%s\n",
                          PRINT(slice_part(group->name, 0, 60)), group->records, group->precision,
                          group->low_precision ? " (low)" : "", group->recall, group->low_recall ? " (low)" : "");
        }
    }
}

static void memory_json(const struct file_job *job, struct json *json)
{
    json_key(json, "memory");
    json_object(json);
    json_pair_integer(json, "needed", (int64_t)job->needed);
    json_pair_integer(json, "allowed", (int64_t)job->request->options.memory);
    json_pair_integer(json, "on_disk", (int64_t)job->on_disk);
    json_pair_integer(json, "most", (int64_t)memory_most());
    json_end(json);
}

static void dates_json(const struct file_job *job, struct json *json)
{
    if (job->note_count == 0)
        return;
    json_key(json, "dates");
    json_array(json);
    for (size_t i = 0; i < job->note_count; i++)
        json_text(json, job->notes[i]);
    json_end(json);
}

void link_job_json(const struct file_job *job, const struct link_figures *figures, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    json_pair_integer(&json, "records", link_records_count(job->records));
    json_pair_integer(&json, "pairs_compared", (int64_t)job->edges.pairs);
    json_pair_integer(&json, "edges", (int64_t)job->edges.count);
    json_pair_integer(&json, "clusters", job->clusters.count);
    json_pair_integer(&json, "doubts", (int64_t)job->clusters.doubt_count);
    json_pair_integer(&json, "irregular_rows", (int64_t)job->irregular);
    if (job->repeated_ids)
        json_pair_integer(&json, "repeated_ids", job->repeated_ids);
    json_maybe_text(&json, "not_compared", link_spec_note(job->spec));
    dates_json(job, &json);
    memory_json(job, &json);
    if (job->trained) {
        json_key(&json, "training");
        json_object(&json);
        json_pair_integer(&json, "universe", (int64_t)job->training.universe);
        json_pair_integer(&json, "pairs", (int64_t)job->training.pairs);
        json_pair_integer(&json, "patterns", (int64_t)job->training.patterns);
        json_pair_integer(&json, "iterations", job->training.iterations);
        json_pair_bool(&json, "converged", job->training.converged);
        json_pair_real(&json, "expected_matches", job->training.matches);
        json_pair_integer(&json, "keys_too_common", (int64_t)job->training.common_keys);
        json_pair_integer(&json, "learned_pairs", (int64_t)job->training.learned);
        json_end(&json);
    }
    if (job->spec->one_to_one_open)
        json_pair_bool(&json, "one_to_one", job->model->one_to_one);
    if (figures) {
        json_key(&json, "figures");
        json_object(&json);
        json_pair_integer(&json, "true_pairs", (int64_t)figures->true_pairs);
        json_pair_integer(&json, "predicted_pairs", (int64_t)figures->predicted_pairs);
        json_pair_integer(&json, "common_pairs", (int64_t)figures->common_pairs);
        json_pair_real(&json, "precision", figures->precision);
        json_pair_real(&json, "recall", figures->recall);
        json_pair_real(&json, "f1", figures->f1);
        json_pair_real(&json, "b_cubed_precision", figures->b3_precision);
        json_pair_real(&json, "b_cubed_recall", figures->b3_recall);
        json_pair_real(&json, "b_cubed_f1", figures->b3_f1);
        json_pair_integer(&json, "true_entities", (int64_t)figures->entities);
        json_end(&json);
    }
    if (job->labels)
        labels_json(job->labels, &json);
    if (job->group_count)
        groups_json(job, &json);
    json_pair_real(&json, "seconds", job->seconds);
    json_key(&json, "stages");
    json_object(&json);
    for (size_t i = 0; i < job->stage_count; i++) {
        json_key(&json, arena_cstr(out->arena, job->stages[i].name));
        json_real(&json, job->stages[i].seconds);
    }
    json_end(&json);
    json_end(&json);
    buffer_add_byte(out, '\n');
}

void link_job_text(const struct file_job *job, const struct link_figures *figures, struct buffer *out)
{
    buffer_format(out, "%u records, %" PRIu64 " pairs compared, %zu edges, %u clusters, %zu doubtful links\n",
                  link_records_count(job->records), job->edges.pairs, job->edges.count, job->clusters.count,
                  job->clusters.doubt_count);
    if (job->irregular)
        buffer_format(out, "%" PRIu64 " rows have more or fewer fields than their header\n", job->irregular);
    if (job->trained)
        buffer_format(out,
                      "trained on %" PRIu64
                      " pairs of %zu patterns in %u rounds%s: %.0f matches expected, %zu keys too common, "
                      "%zu value pairs learned\n",
                      job->training.pairs, job->training.patterns, job->training.iterations,
                      job->training.converged ? "" : " (not converged)", job->training.matches,
                      job->training.common_keys, job->training.learned);
    if (job->spec->one_to_one_open)
        buffer_add(out, !job->trained && job->model->one_to_one
                            ? S("the model links one to one: a record is linked to one of each other file at most "
                                "(one_to_one: false lifts this)\n")
                        : job->model->one_to_one
                            ? S("no file seems to hold anybody twice: a record is linked to one of each other file at "
                                "most (one_to_one: false lifts this)\n")
                            : S("a file seems to hold somebody twice, or nothing tells: a record may be linked to "
                                "several of another file "
                                "(one_to_one: true forbids it)\n"));
    if (figures)
        buffer_format(out,
                      "pairwise precision %.4f, recall %.4f, F1 %.4f; B-cubed precision %.4f, recall %.4f, F1 %.4f "
                      "(%" PRIu64 " true pairs, %" PRIu64 " predicted, %" PRIu64 " entities)\n",
                      figures->precision, figures->recall, figures->f1, figures->b3_precision, figures->b3_recall,
                      figures->b3_f1, figures->true_pairs, figures->predicted_pairs, figures->entities);
    if (job->labels)
        labels_text(job->labels, out);
    groups_text(job, out);
    buffer_format(out, "%.2f seconds\n", job->seconds);
}
