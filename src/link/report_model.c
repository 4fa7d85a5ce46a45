/* report_model.c: the parts of the page that tell what the model does: which pairs meet, what each level of agreement
 * says, what the pairs weigh, and what the threshold makes of it. */
#include "link/report_page.h"

#include "link/compare.h"

#include <math.h>

/* ---- Blocking ---- */

void page_blocking(struct page *page)
{
    const struct report *report = page->report;
    bool judged = page->input->truth != NULL;
    double whole = judged ? (double)report->true_pairs : report->expected;
    whole = whole > 0 ? whole : 1;
    page_put(page, "<section id=\"blocking\"><h2>Blocking rules</h2><p>Two records are compared when they agree in all "
                   "terms of a rule. <b>Alone</b> is what a rule brings that no other does: what would be lost "
                   "without it.</p>\n<p>");
    page_count(page, report->pairs);
    page_put(page, " pairs meet under some rule");
    if (judged) {
        buffer_format(page->out, ", among them %.2f%% of the true pairs (",
                      100 * (double)report->matches / (report->true_pairs ? (double)report->true_pairs : 1));
        page_count(page,
                   report->true_pairs - (report->matches < report->true_pairs ? report->matches : report->true_pairs));
        page_put(page, " true pairs are never compared; clusters may still join them through third records).</p>\n");
    } else {
        buffer_format(page->out,
                      ", among them %.0f matches as the model expects. What no rule lets through is not seen here: "
                      "shares are of what was found.</p>\n",
                      report->expected);
    }
    struct picture picture = page_picture(
        page, S("Recall of blocking rules"),
        S("Two bars for each rule: the share of matches that it finds, and the share that it alone finds."));
    struct picture_bar *bars = arena_array(page->arena, struct picture_bar, page->spec->rule_count + 1);
    for (size_t r = 0; r < page->spec->rule_count; r++) {
        const struct report_rule *rule = &report->rules[r];
        double found = judged ? (double)rule->matches : (double)rule->expected / 4294967296.0,
               alone = judged ? (double)rule->matches_alone : (double)rule->expected_alone / 4294967296.0;
        bars[r] = (struct picture_bar){page->spec->rules[r].text, {found / whole, alone / whole}};
    }
    picture_shares(page->out, &picture, bars, page->spec->rule_count,
                   (const struct slice[2]){S("matches found"), S("found by it alone")});
    page_picture_end(page);
    const char *const headings[] = {
        "Rule",
        "Pairs",
        "New after those before",
        "Alone",
        judged ? "True pairs" : "Matches expected",
        judged ? "Recall" : "Share of matches",
        judged ? "Marginal recall" : "Share it alone finds",
        "Matches in 100 pairs",
        "Keys too common",
    };
    page_table(page, "Blocking rules", headings, countof(headings), 1, false);
    for (size_t r = 0; r < page->spec->rule_count; r++) {
        const struct report_rule *rule = &report->rules[r];
        double found = bars[r].share[0] * whole;
        page_put(page, "<tr><th scope=\"row\"><code>");
        page_value(page, page->spec->rules[r].text, 120);
        page_put(page, "</code></th>");
        page_cell_count(page, rule->pairs);
        page_cell_count(page, rule->first);
        page_cell_count(page, rule->alone);
        page_cell_count(page, (uint64_t)(found + 0.5));
        page_cell_number(page, "%.2f%%", 100 * bars[r].share[0]);
        page_cell_number(page, "%.3f%%", 100 * bars[r].share[1]);
        page_cell_number(page, "%.3g", rule->pairs ? 100 * found / (double)rule->pairs : 0);
        page_cell_count(page, page->input->model->common_count[r]);
        page_put(page, "</tr>\n");
    }
    page_table_end(page, false);
    page_put(page, "</section>\n");
}

/* ---- m and u ---- */

/* Levels whose shares are both smaller than this are left out of picture and table. */
static const double LEVEL_SHOWN = 0.0001;
/* And of many levels the picture has only those that are seen more often than this; the table has the others too. */
static const double LEVEL_DRAWN = 0.01;
enum { LEVELS_DRAWN = 12 };

/* Levels of bags of words bear the same words over several spans of information: the span is added. */
static struct slice level_words(const struct page *page, const struct link_comparison *comparison, unsigned level)
{
    struct slice words = spec_level_words(page->spec, comparison, level, page->arena);
    unsigned bin = (level - 1) / LINK_CONFLICTS;
    if (comparison->method != LINK_METHOD_TOKENS || bin == 0)
        return words;
    return arena_format(page->arena, "%.*s (about %.0f bits)", PRINT(words), compare_bin_middle(bin));
}

static void put_comparison(struct page *page, size_t f)
{
    const struct link_comparison *comparison = &page->spec->comparisons[f];
    const struct levels *levels = &page->input->model->levels[f];
    unsigned count = spec_level_count(page->spec, comparison), left_out = 0;
    struct picture_bar bars[LINK_PATTERN_LEVELS];
    unsigned shown[LINK_PATTERN_LEVELS];
    size_t bar_count = 0;
    for (unsigned l = 1; l <= count; l++) {
        if (levels->m[l] < LEVEL_SHOWN && levels->u[l] < LEVEL_SHOWN && count > 8) {
            left_out++;
            continue;
        }
        shown[bar_count] = l;
        bars[bar_count++] = (struct picture_bar){level_words(page, comparison, l), {levels->m[l], levels->u[l]}};
    }
    page_put(page, "<h3>");
    page_value(page, comparison->name, 60);
    page_put(page, "</h3>\n");
    struct picture picture =
        page_picture(page, arena_format(page->arena, "m and u of %.*s", PRINT(slice_part(comparison->name, 0, 100))),
                     S("Two bars for each level: its share among matches, and among pairs that are no matches."));
    struct picture_bar drawn[LINK_PATTERN_LEVELS];
    size_t drawn_count = 0;
    for (size_t i = 0; i < bar_count; i++)
        if (bar_count <= LEVELS_DRAWN || bars[i].share[0] >= LEVEL_DRAWN || bars[i].share[1] >= LEVEL_DRAWN)
            drawn[drawn_count++] = bars[i];
    picture_shares(page->out, &picture, drawn, drawn_count,
                   (const struct slice[2]){S("m: of matches"), S("u: of other pairs")});
    page_picture_end(page);
    static const char *const headings[] = {"Level", "m", "u", "Weight, bits"};
    if (drawn_count < bar_count)
        buffer_format(page->out, "<p>%zu rarer levels stand in the table only.</p>\n", bar_count - drawn_count);
    page_table(page, "Levels, their m, u and weight", headings, countof(headings), 1, true);
    for (size_t i = 0; i < bar_count; i++) {
        page_put(page, "<tr><th scope=\"row\">");
        page_value(page, bars[i].label, 120);
        page_put(page, "</th>");
        page_cell_number(page, "%.5f", levels->m[shown[i]]);
        page_cell_number(page, "%.3g", levels->u[shown[i]]);
        page_cell_number(page, "%+.2f", levels->weight[shown[i]]);
        page_put(page, "</tr>\n");
    }
    page_table_end(page, true);
    if (left_out)
        buffer_format(page->out, "<p>%u more level%s next to never seen.</p>\n", left_out,
                      left_out == 1 ? " is" : "s are");
}

void page_levels(struct page *page)
{
    page_put(page,
             "<section id=\"levels\"><h2>Levels of agreement: m and u</h2><p><b>m</b> is how often a level is seen "
             "among pairs of one entity, <b>u</b> among pairs of two; the weight of a level is log2 of m / u. "
             "The frequency of a value adds to it or takes from it, pair by pair.");
    buffer_format(page->out, " Before any comparison a pair starts at %.1f bits: one pair in %.0f is a match.",
                  page->input->model->prior, exp2(-page->input->model->prior));
    if (page->input->training)
        buffer_format(page->out, " Training took %u rounds over %zu patterns and %s.",
                      page->input->training->iterations, page->input->training->patterns,
                      page->input->training->converged ? "converged" : "did not converge");
    page_put(page, "</p>\n");
    for (size_t f = 0; f < page->spec->comparison_count; f++)
        put_comparison(page, f);
    page_put(page, "</section>\n");
}

/* ---- Weights ---- */

void page_weights(struct page *page)
{
    const struct report_weights *weights = page->report->weights;
    bool judged = page->input->truth != NULL;
    enum { COLUMNS = REPORT_BINS / REPORT_BIN_PER_BIT };
    struct picture_column columns[COLUMNS];
    uint64_t held[COLUMNS] = {0};
    size_t from = COLUMNS, to = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        columns[c] = (struct picture_column){.from = REPORT_LOW + (double)c};
        for (size_t b = c * REPORT_BIN_PER_BIT; b < (c + 1) * REPORT_BIN_PER_BIT; b++) {
            columns[c].values[0] += judged ? weights->real[b] : weights->all[b];
            columns[c].values[1] += judged ? weights->all[b] - weights->real[b] : 0;
            held[c] += weights->held[b];
        }
        if (columns[c].values[0] + columns[c].values[1] == 0)
            continue;
        from = from < c ? from : c;
        to = c + 1;
    }
    page_put(page,
             "<section id=\"weights\"><h2>Weights of the pairs</h2><p>All pairs that were compared, by weight. The "
             "height is logarithmic: a line up is ten times as many.</p>\n");
    struct picture picture =
        page_picture(page, S("Histogram of match weights"),
                     judged ? S("Pairs by weight, true matches beside the others.") : S("Pairs by weight."));
    struct picture_mark marks[2] = {{page->input->cluster_input->review, S("doubt")},
                                    {page->input->cluster_input->join, S("join")}};
    if (to > from)
        picture_histogram(page->out, &picture, columns + from, to - from, 1,
                          judged ? (const struct slice[2]){S("true matches"), S("other pairs")}
                                 : (const struct slice[2]){S("pairs"), NO_SLICE},
                          marks, 2);
    page_picture_end(page);
    const char *const headings[] = {"From, bits", judged ? "True matches" : "Pairs",
                                    judged ? "Other pairs" : "Held by a guard", "Held by a guard"};
    page_table(page, "Pairs by weight", headings, judged ? 4 : 3, 0, true);
    for (size_t c = from; c < to; c++) {
        page_put(page, "<tr>");
        page_cell_number(page, "%+.0f", columns[c].from);
        page_cell_count(page, columns[c].values[0]);
        if (judged)
            page_cell_count(page, columns[c].values[1]);
        page_cell_count(page, held[c]);
        page_put(page, "</tr>\n");
    }
    page_table_end(page, true);
    page_put(page, "</section>\n");
}

/* ---- Precision and recall, thresholds ---- */

void page_curve(struct page *page)
{
    const struct report *report = page->report;
    bool judged = page->input->truth != NULL;
    struct picture_point points[REPORT_POINTS], at = {0, 0};
    double lowest_x = 1, lowest_y = 1, nearest = 1e9;
    for (size_t i = 0; i < report->point_count; i++) {
        const struct report_point *point = &report->points[i];
        points[i] = (struct picture_point){point->recall, point->precision};
        double distance = fabs(point->threshold - page->input->cluster_input->join);
        if (distance < nearest) {
            nearest = distance;
            at = points[i];
        }
        if (distance <= 12) {
            lowest_x = fmin(lowest_x, point->recall);
            lowest_y = fmin(lowest_y, point->precision);
        }
    }
    struct picture_point low = {fmax(0, floor(lowest_x * 10 - 0.2) / 10), fmax(0, floor(lowest_y * 10 - 0.2) / 10)};
    page_put(page, "<section id=\"curve\"><h2>Precision and recall by threshold</h2>");
    buffer_add(
        page->out,
        report->by_labels
            ? S("<p>Of the labelled pairs by their own weight. Labels are a sample that somebody chose: they tell "
                "which threshold suits them, not how many pairs of all are right.</p>\n")
        : judged ? S("<p>Of pairs by their own weight, before clusters join more through third records or refuse "
                     "some; recall is of all true pairs, compared or not.</p>\n")
                 : S("<p>As the model itself expects, since there is no truth to compare with: a pair's weight is "
                     "taken at its word, and recall is of the matches among the pairs compared. Label some pairs "
                     "to know better.</p>\n"));
    struct picture picture = page_picture(page, S("Precision and recall"),
                                          S("A curve from low thresholds (right) to high ones (left); the threshold "
                                            "in force is marked."));
    picture_curve(page->out, &picture, points, report->point_count, low, at, S("in force"), S("recall"),
                  S("precision"));
    page_picture_end(page);
    static const char *const headings[] = {"Threshold, bits", "Pairs", "Precision", "Recall", "F1"};
    page_table(page, "Precision and recall by threshold", headings, countof(headings), 0, true);
    for (size_t i = 0; i < report->point_count; i += 2) {
        const struct report_point *point = &report->points[i];
        page_put(page, "<tr>");
        page_cell_number(page, "%+.1f", point->threshold);
        page_cell_count(page, point->pairs);
        page_cell_number(page, "%.4f", point->precision);
        page_cell_number(page, "%.4f", point->recall);
        page_cell_number(page, "%.4f", point->f1);
        page_put(page, "</tr>\n");
    }
    page_table_end(page, true);
    page_put(page, "</section>\n");
}

void page_choices(struct page *page)
{
    const struct report *report = page->report;
    bool judged = page->input->truth != NULL;
    double join = page->input->cluster_input->join;
    page_put(page,
             "<section id=\"thresholds\"><h2>The threshold, and what others would give</h2><p>Clusters made again at "
             "other thresholds, everything else as it is.</p>\n");
    static const char *const headings[] = {"Joins from, bits", "Entities",  "Largest", "Pairs joined",
                                           "Doubts",           "Precision", "Recall",  "F1"};
    page_table(page, "Clusters by threshold", headings, judged ? 8 : 5, 0, false);
    for (size_t i = 0; i < report->choice_count; i++) {
        const struct report_choice *choice = &report->choices[i];
        bool in_force = choice->join == join;
        buffer_add(page->out, in_force ? S("<tr class=\"chosen\"><td class=\"n\">") : S("<tr><td class=\"n\">"));
        buffer_format(page->out, "%s%+.1f</td>", in_force ? "in force: " : "", choice->join);
        page_cell_count(page, choice->clusters);
        page_cell_count(page, choice->largest);
        page_cell_count(page, choice->pairs);
        page_cell_count(page, choice->doubts);
        if (judged) {
            page_cell_number(page, "%.4f", choice->figures.precision);
            page_cell_number(page, "%.4f", choice->figures.recall);
            page_cell_number(page, "%.4f", choice->figures.f1);
        }
        page_put(page, "</tr>\n");
    }
    page_table_end(page, false);
    page_put(page, "</section>\n");
}
