/* report_html.c: the page, section by section: what was linked, how well it went, what decides, and the whole
 * specification at its end. Each picture is followed by its figures as a table, folded away where it is long. */
#include "link/report_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

void page_text(struct page *page, struct slice text)
{
    markup_escape(page->out, text);
}

void page_value(struct page *page, struct slice value, size_t most)
{
    size_t at = 0, letters = 0;
    for (; at < value.len; at++)
        if (((unsigned char)value.at[at] & 0xc0) != 0x80 && ++letters > most)
            break;
    markup_escape(page->out, slice_part(value, 0, at));
    if (at < value.len)
        page_put(page, "…");
}

void page_count(struct page *page, uint64_t value)
{
    markup_integer(page->out, (int64_t)value, true);
}

void page_cell_count(struct page *page, uint64_t value)
{
    page_put(page, "<td class=\"n\">");
    page_count(page, value);
    page_put(page, "</td>");
}

void page_cell_number(struct page *page, const char *format, double value)
{
    char figure[64];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int length = snprintf(figure, sizeof figure, format, value);
#pragma GCC diagnostic pop
    page_put(page, "<td class=\"n\">");
    buffer_add(page->out, slice_from(figure, (size_t)length));
    page_put(page, "</td>");
}

void page_cell_text(struct page *page, struct slice text)
{
    page_put(page, "<td>");
    page_value(page, text, 120);
    page_put(page, "</td>");
}

void page_table(struct page *page, const char *caption, const char *const *headings, size_t count, size_t words,
                bool folded)
{
    if (folded)
        page_put(page, "<details><summary>The figures as a table</summary>");
    page_put(page, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"");
    page_text(page, slice_of(caption));
    page_put(page, "\"><table><caption>");
    page_text(page, slice_of(caption));
    page_put(page, "</caption><thead><tr>");
    for (size_t i = 0; i < count; i++) {
        buffer_add(page->out, i < words ? S("<th scope=\"col\">") : S("<th scope=\"col\" class=\"n\">"));
        page_text(page, slice_of(headings[i]));
        page_put(page, "</th>");
    }
    page_put(page, "</tr></thead><tbody>\n");
}

void page_table_end(struct page *page, bool folded)
{
    page_put(page, "</tbody></table></div>\n");
    if (folded)
        page_put(page, "</details>\n");
}

struct picture page_picture(struct page *page, struct slice title, struct slice description)
{
    page_put(page, "<figure class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"");
    page_text(page, title);
    page_put(page, "\">");
    return (struct picture){arena_format(page->arena, "picture-%u", ++page->pictures), title, description};
}

void page_picture_end(struct page *page)
{
    page_put(page, "</figure>\n");
}

/* ---- Summary ---- */

static void put_fact(struct page *page, const char *name, struct slice value)
{
    page_put(page, "<div><dt>");
    page_text(page, slice_of(name));
    page_put(page, "</dt><dd>");
    page_text(page, value);
    page_put(page, "</dd></div>");
}

static struct slice count_text(struct page *page, uint64_t value)
{
    struct buffer out = buffer_make(page->arena);
    markup_integer(&out, (int64_t)value, true);
    return buffer_slice(&out);
}

static void put_summary(struct page *page)
{
    const struct report_input *input = page->input;
    const struct link_figures *figures = input->figures;
    page_put(page, "<section id=\"summary\"><h2>Summary</h2><dl class=\"facts\">");
    put_fact(page, "Records", count_text(page, link_records_count(input->records)));
    put_fact(page, "Entities found", count_text(page, input->clusters->count));
    put_fact(page, "Pairs compared", count_text(page, page->report->pairs));
    put_fact(page, "Doubtful links", count_text(page, input->clusters->doubt_count));
    put_fact(page, "Joins from", arena_format(page->arena, "%.1f bits", input->cluster_input->join));
    if (figures) {
        put_fact(page, "Precision", arena_format(page->arena, "%.4f", figures->precision));
        put_fact(page, "Recall", arena_format(page->arena, "%.4f", figures->recall));
        put_fact(page, "F1", arena_format(page->arena, "%.4f", figures->f1));
        put_fact(page, "B-cubed F1", arena_format(page->arena, "%.4f", figures->b3_f1));
    }
    page_put(page, "</dl>\n<p>A weight is the logarithm to base 2 of the odds that two records are of one entity, in "
                   "bits: 0 is even odds, +10 about a thousand to one.");
    if (figures) {
        page_put(page, " Precision and recall are those of the clusters, pair by pair, against the column <b>");
        page_text(page, input->truth_name);
        page_put(page, "</b>, which was opened after the clusters were written: ");
        page_count(page, figures->common_pairs);
        page_put(page, " of ");
        page_count(page, figures->predicted_pairs);
        page_put(page, " pairs joined are true, of ");
        page_count(page, figures->true_pairs);
        page_put(page, " true pairs; ");
        page_count(page, figures->entities);
        page_put(page, " entities are true.");
    }
    page_put(page, "</p></section>\n");
}

/* ---- Completeness ---- */

enum { SOURCES_SHOWN = 8 };

static void put_completeness(struct page *page)
{
    const struct link_records *records = page->input->records;
    const struct link_spec *spec = page->spec;
    size_t sources = link_records_sources(records), columns = spec->input_count;
    size_t shown = sources > SOURCES_SHOWN ? SOURCES_SHOWN : sources;
    uint64_t *usable = arena_array(page->arena, uint64_t, sources * columns + 1),
             *given = arena_array(page->arena, uint64_t, columns + 1),
             *whole = arena_array(page->arena, uint64_t, columns + 1),
             *of_source = arena_array(page->arena, uint64_t, sources + 1);
    for (uint32_t r = 0; r < records->count; r++) {
        size_t source = link_records_source_of(records, r);
        of_source[source]++;
        for (size_t c = 0; c < columns; c++) {
            bool says = record_code(records, r, c) != 0;
            usable[source * columns + c] += says;
            whole[c] += says;
            given[c] += !slice_empty(link_records_value(records, r, c));
        }
    }
    page_put(page, "<section id=\"completeness\"><h2>Completeness of columns</h2><p>How many records have a value that "
                   "says something; a date that cannot be read counts as missing.</p>\n");
    struct picture picture = page_picture(page, S("Completeness of columns"),
                                          S("A bar for each column: the share of "
                                            "records with a usable value."));
    struct picture_bar *bars = arena_array(page->arena, struct picture_bar, columns + 1);
    double all = records->count ? (double)records->count : 1;
    for (size_t c = 0; c < columns; c++)
        bars[c] = (struct picture_bar){spec->columns[c].name, {(double)whole[c] / all, 0}};
    picture_shares(page->out, &picture, bars, columns, (const struct slice[2]){S("usable"), NO_SLICE});
    page_picture_end(page);
    const char *headings[SOURCES_SHOWN + 6] = {"Column", "Kind", "Given", "Usable", "Distinct values"};
    size_t heading_count = 5;
    for (size_t s = 0; sources > 1 && s < shown; s++)
        headings[heading_count++] = arena_cstr(page->arena, link_records_source_name(records, (uint32_t)s));
    page_table(page, sources > 1 ? "Completeness by column and source" : "Completeness by column", headings,
               heading_count, 2, false);
    for (size_t c = 0; c < columns; c++) {
        page_put(page, "<tr><th scope=\"row\">");
        page_value(page, spec->columns[c].name, 60);
        page_put(page, "</th>");
        page_cell_text(page, slice_of(link_kind_words[spec->columns[c].kind]));
        page_cell_number(page, "%.1f%%", 100 * (double)given[c] / all);
        page_cell_number(page, "%.1f%%", 100 * (double)whole[c] / all);
        page_cell_count(page, records->columns[c].plain.count - 1); /* the empty text aside */
        for (size_t s = 0; sources > 1 && s < shown; s++)
            page_cell_number(page, "%.1f%%",
                             100 * (double)usable[s * columns + c] / (of_source[s] ? (double)of_source[s] : 1));
        page_put(page, "</tr>\n");
    }
    page_table_end(page, false);
    if (sources > shown) {
        page_put(page, "<p>The first eight of ");
        page_count(page, sources);
        page_put(page, " sources are shown; Usable is of all.</p>\n");
    }
    page_put(page, "</section>\n");
}

/* ---- Labels ---- */

static void put_labels(struct page *page)
{
    const struct labels *labels = page->input->labels;
    if (!labels)
        return;
    page_put(page, "<section id=\"labels\"><h2>Against labels</h2><dl class=\"facts\">");
    put_fact(page, "Labelled pairs", count_text(page, labels->count));
    put_fact(page, "Labelled matches", count_text(page, labels->matches));
    put_fact(page, "Precision", arena_format(page->arena, "%.4f", labels->precision));
    put_fact(page, "Recall", arena_format(page->arena, "%.4f", labels->recall));
    put_fact(page, "Joined wrongly", count_text(page, labels->wrong));
    put_fact(page, "Missed", count_text(page, labels->missed));
    put_fact(page, "Never compared", count_text(page, labels->never_met));
    put_fact(page, "Contradicting", count_text(page, labels->contradicted));
    page_put(page, "</dl><p>Of the labelled pairs, by the entities that were found.</p>\n");
    if (labels->against_count) {
        page_put(page, "<p>These labels contradict others and were left out:</p><ul>");
        for (size_t i = 0; i < labels->against_count; i++) {
            page_put(page, "<li>");
            page_text(page, labels->against[i]);
            page_put(page, "</li>");
        }
        page_put(page, "</ul>\n");
    }
    page_put(page, "</section>\n");
}

/* ---- Groups ---- */

static void put_group_row(struct page *page, const struct group *group)
{
    page_put(page, "<tr><th scope=\"row\">");
    page_value(page, group->name, 60);
    page_put(page, "</th>");
    page_cell_count(page, group->records);
    page_cell_number(page, "%.4f", group->precision);
    page_cell_number(page, "%.4f", group->recall);
    page_cell_number(page, "%.4f", group->f1);
    page_cell_text(page, group->low_precision && group->low_recall ? S("precision and recall low")
                         : group->low_precision                    ? S("precision low")
                         : group->low_recall                       ? S("recall low")
                                                                   : S("as the rest"));
    page_put(page, "</tr>\n");
}

static void put_groups(struct page *page)
{
    if (page->input->group_count == 0)
        return;
    page_put(page, "<section id=\"groups\"><h2>Accuracy by group</h2><p>The pairs of a group are those of its records "
                   "with any others. Low: below that of all records by more than a hundredth, and by more than chance "
                   "would make it.</p>\n");
    for (size_t c = 0; c < page->input->group_count; c++) {
        const struct groups *groups = &page->input->groups[c];
        struct picture_bar *bars = arena_array(page->arena, struct picture_bar, groups->count + 1);
        for (size_t g = 0; g < groups->count; g++)
            bars[g] =
                (struct picture_bar){groups->groups[g].name, {groups->groups[g].precision, groups->groups[g].recall}};
        page_put(page, "<h3>By ");
        page_value(page, groups->column, 60);
        page_put(page, "</h3>\n");
        struct picture picture =
            page_picture(page, arena_format(page->arena, "Accuracy by %.*s", PRINT(slice_part(groups->column, 0, 100))),
                         S("Two bars for each group: precision and recall."));
        picture_shares(page->out, &picture, bars, groups->count, (const struct slice[2]){S("precision"), S("recall")});
        page_picture_end(page);
        static const char *const headings[] = {"Group", "Records", "Precision", "Recall", "F1", "Beside all records"};
        page_table(page, "Accuracy by group", headings, countof(headings), 1, false);
        for (size_t g = 0; g < groups->count; g++)
            put_group_row(page, &groups->groups[g]);
        struct group whole = groups->whole;
        whole.name = S("all records"); /* never low beside itself */
        put_group_row(page, &whole);
        page_table_end(page, false);
    }
    page_put(page, "</section>\n");
}

/* ---- Clusters ---- */

static void put_sizes(struct page *page)
{
    const struct report *report = page->report;
    double most = 1;
    struct picture_bar bars[REPORT_SIZES];
    for (size_t i = 0; i < report->size_count; i++)
        most = fmax(most, (double)report->sizes[i].records);
    page_put(page, "<section id=\"sizes\"><h2>Sizes of entities</h2>\n");
    for (size_t i = 0; i < report->size_count; i++) {
        const struct report_size *size = &report->sizes[i];
        struct slice label = size->least == size->most
                                 ? arena_format(page->arena, "%u record%s", size->least, size->least == 1 ? "" : "s")
                                 : arena_format(page->arena, "%u to %u records", size->least, size->most);
        bars[i] = (struct picture_bar){
            label, {(double)size->records / fmax((double)link_records_count(page->input->records), 1), 0}};
    }
    struct picture picture =
        page_picture(page, S("Sizes of entities"), S("A bar for each size: the share of records in entities of it."));
    picture_shares(page->out, &picture, bars, report->size_count, (const struct slice[2]){S("records"), NO_SLICE});
    page_picture_end(page);
    static const char *const headings[] = {"Size", "Entities", "Records in them"};
    page_table(page, "Entities by size", headings, countof(headings), 1, false);
    for (size_t i = 0; i < report->size_count; i++) {
        page_put(page, "<tr><th scope=\"row\">");
        page_text(page, bars[i].label);
        page_put(page, "</th>");
        page_cell_count(page, report->sizes[i].clusters);
        page_cell_count(page, report->sizes[i].records);
        page_put(page, "</tr>\n");
    }
    page_table_end(page, false);
    page_put(page, "</section>\n");
}

/* ---- Time and memory, specification ---- */

static void put_cost(struct page *page)
{
    const struct report_input *input = page->input;
    struct rusage use;
    page_put(page, "<section id=\"cost\"><h2>Time and memory</h2>\n");
    static const char *const headings[] = {"Stage", "Seconds"};
    page_table(page, "Seconds by stage", headings, countof(headings), 1, false);
    for (size_t i = 0; i < input->stage_count; i++) {
        page_put(page, "<tr><th scope=\"row\">");
        page_text(page, input->stages[i].name);
        page_put(page, "</th>");
        page_cell_number(page, "%.3f", input->stages[i].seconds);
        page_put(page, "</tr>\n");
    }
    page_table_end(page, false);
    if (getrusage(RUSAGE_SELF, &use) == 0)
        buffer_format(page->out, "<p>The most memory in use at once was %.0f MB, the report's own included.</p>\n",
                      (double)use.ru_maxrss / 1024);
    page_put(page, "</section>\n");
}

static void put_specification(struct page *page)
{
    page_put(
        page,
        "<section id=\"specification\"><h2>The specification in force</h2><p>With all defaults filled in, to copy, "
        "change and fix.</p>\n<pre>");
    page_text(page, link_spec_print(page->spec, page->arena));
    page_put(page, "</pre></section>\n");
}

static const char STYLE[] =
    "*{box-sizing:border-box}"
    "body{margin:0;background:#fff;color:#1d2733;font:17px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}"
    "header,main,footer{max-width:1080px;margin:0 auto;padding:0 20px}"
    "h1{font-size:1.9rem;line-height:1.2;margin:32px 0 8px;overflow-wrap:anywhere}"
    "h2{font-size:1.4rem;margin:48px 0 8px;padding-top:12px;border-top:1px solid #d5dbe1}"
    "h3{font-size:1.1rem;margin:28px 0 8px;overflow-wrap:anywhere}"
    "p{max-width:44em;margin:8px 0 16px}"
    "a{color:#1b4f8a}a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:3px solid "
    "#d98f2b;outline-offset:"
    "2px}"
    ".skip{position:absolute;left:-999px}.skip:focus{position:static}"
    "nav ul{list-style:none;padding:0;margin:16px 0;display:flex;flex-wrap:wrap;gap:4px 20px}"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;margin:16px 0}"
    ".facts div{background:#f3f5f7;padding:10px 14px}.facts dt{font-size:.9rem;color:#4a5663}"
    ".facts dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}"
    ".wide{overflow-x:auto;margin:12px 0;max-width:100%}"
    "figure svg{display:block;width:100%;min-width:480px;max-width:760px;height:auto}"
    "table{border-collapse:collapse;font-size:.95rem}"
    "caption{text-align:left;font-weight:600;padding:6px 0}"
    "th,td{text-align:left;vertical-align:top;padding:5px 14px 5px 0;border-bottom:1px solid #d5dbe1;font-weight:400}"
    "thead th{font-weight:600;vertical-align:bottom;border-bottom:2px solid #6b7785}"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "td{overflow-wrap:break-word;max-width:26em}td:not(.n){min-width:6em}tbody "
    "th{min-width:9em;max-width:30em;overflow-wrap:anywhere}thead "
    ".n{white-space:normal}"
    ".chosen td{font-weight:600;background:#f3f5f7}.differs td{background:#fbf3e6}"
    "summary{cursor:pointer;color:#1b4f8a;padding:4px 0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f5f7;padding:14px;font-size:.85rem}"
    "code{overflow-wrap:anywhere}"
    "article{margin:24px 0 40px}footer{margin:48px auto 32px;color:#4a5663;font-size:.9rem}"
    "@media print{body{font-size:10.5pt}table{font-size:8.5pt}tbody "
    "th{min-width:0}th,td{padding-right:8px}nav,.skip{display:none}.wide{overflow:visible}"
    "figure,tr,.facts{break-inside:avoid}h2,h3{break-after:avoid}figure svg{min-width:0;max-width:150mm}"
    "details::details-content{content-visibility:visible}@page{margin:16mm}}";

struct slice report_html(const struct report *report, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    struct page page = {
        .report = report, .input = report->input, .spec = report->input->records->spec, .arena = arena, .out = &out};
    page_put(&page, "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                    "'unsafe-inline'\"><title>Linking by ");
    page_text(&page, report->input->title);
    page_put(&page, "</title><style>");
    buffer_add(&out, slice_of(STYLE));
    page_put(&page,
             "</style></head>\n<body><header><a class=\"skip\" href=\"#main\">To the figures</a><h1>Linking by ");
    page_text(&page, report->input->title);
    page_put(&page, "</h1><nav aria-label=\"Sections\"><ul>");
    static const char *const sections[][2] = {{"summary", "Summary"},         {"completeness", "Completeness"},
                                              {"blocking", "Blocking rules"}, {"levels", "m and u"},
                                              {"weights", "Weights"},         {"curve", "Precision and recall"},
                                              {"thresholds", "Thresholds"},   {"labels", "Labels"},
                                              {"groups", "By group"},         {"sizes", "Sizes"},
                                              {"unsure", "Least certain"},    {"typical", "Typical links"},
                                              {"cost", "Time and memory"},    {"specification", "Specification"}};
    for (size_t i = 0; i < countof(sections); i++)
        if ((strcmp(sections[i][0], "groups") != 0 || page.input->group_count) &&
            (strcmp(sections[i][0], "labels") != 0 || page.input->labels))
            buffer_format(&out, "<li><a href=\"#%s\">%s</a></li>", sections[i][0], sections[i][1]);
    page_put(&page, "</ul></nav></header>\n<main id=\"main\">\n");
    put_summary(&page);
    put_completeness(&page);
    page_blocking(&page);
    page_levels(&page);
    page_weights(&page);
    page_curve(&page);
    page_choices(&page);
    put_labels(&page);
    put_groups(&page);
    put_sizes(&page);
    page_unsure(&page);
    page_typical(&page);
    put_cost(&page);
    put_specification(&page);
    page_put(&page, "</main>\n<footer>Made by staithe link. This page holds values of the records: keep it as you keep "
                    "them.</footer></body></html>\n");
    return buffer_slice(&out);
}
