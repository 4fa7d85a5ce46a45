/* report_pairs.c: pairs shown on the page: both records side by side, and the waterfall of their weight. */
#include "link/report_page.h"

static void put_records(struct page *page, uint32_t a, uint32_t b)
{
    const struct link_records *records = page->input->records;
    bool several = link_records_sources(records) > 1;
    const uint32_t sides[2] = {a, b};
    page_put(page, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"The two records\"><table>"
                   "<caption>The two records</caption><thead><tr><th scope=\"col\">Column</th>");
    for (int side = 0; side < 2; side++) {
        page_put(page, "<th scope=\"col\">");
        if (several) {
            page_value(page, link_records_source_name(records, link_records_source_of(records, sides[side])), 40);
            page_put(page, ": ");
        }
        page_value(page, link_records_id(records, sides[side]), 60);
        page_put(page, "</th>");
    }
    page_put(page, "</tr></thead><tbody>\n");
    for (size_t c = 0; c < page->spec->input_count; c++) {
        struct slice x = link_records_value(records, a, c), y = link_records_value(records, b, c);
        buffer_add(page->out, slice_equal_nocase(x, y) ? S("<tr><th scope=\"row\">")
                                                       : S("<tr class=\"differs\"><th scope=\"row\">"));
        page_value(page, page->spec->columns[c].name, 60);
        page_put(page, "</th>");
        page_cell_text(page, x);
        page_cell_text(page, y);
        page_put(page, "</tr>\n");
    }
    page_put(page, "</tbody></table></div>\n");
}

static void put_pair(struct page *page, struct link_pair pair, const char *heading, size_t number)
{
    struct arena *scratch = arena_make(0);
    struct link_explanation explanation;
    link_explain(page->input->records, page->input->model, pair.a, pair.b, scratch, &explanation);
    buffer_format(page->out, "<article><h3>%s %zu: %+.2f bits, probability %.4f</h3>\n", heading, number,
                  explanation.total, explanation.probability);
    if (!slice_empty(explanation.guard)) {
        static const char *const says[] = {"", "joins them", "asks for a person's word", "keeps them from joining",
                                           "keeps them apart"};
        page_put(page, "<p>The rule or guard <b>");
        page_value(page, explanation.guard, 120);
        buffer_format(page->out, "</b> %s.</p>\n", says[explanation.verdict]);
    }
    put_records(page, pair.a, pair.b);
    struct picture_step steps[LINK_FIELDS_MAX + 2] = {{S("before comparing"), explanation.prior}};
    for (size_t i = 0; i < explanation.part_count; i++)
        steps[i + 1] = (struct picture_step){explanation.parts[i].field, explanation.parts[i].weight};
    struct picture picture = page_picture(page, arena_format(page->arena, "Waterfall of %s %zu", heading, number),
                                          S("A bar for each comparison, from the sum before to the sum after."));
    picture_waterfall(page->out, &picture, steps, explanation.part_count + 1, page->input->cluster_input->join,
                      NO_SLICE, NULL, 0);
    page_picture_end(page);
    static const char *const headings[] = {"Comparison", "Level", "Weight, bits", "of which frequency"};
    page_table(page, "Weights by comparison", headings, countof(headings), 2, false);
    page_put(page, "<tr><th scope=\"row\">before comparing</th><td></td>");
    page_cell_number(page, "%+.2f", explanation.prior);
    page_put(page, "<td></td></tr>\n");
    for (size_t i = 0; i < explanation.part_count; i++) {
        page_put(page, "<tr><th scope=\"row\">");
        page_value(page, explanation.parts[i].field, 60);
        page_put(page, "</th>");
        page_cell_text(page, explanation.parts[i].level);
        page_cell_number(page, "%+.2f", explanation.parts[i].weight);
        page_cell_number(page, "%+.2f", explanation.parts[i].frequency);
        page_put(page, "</tr>\n");
    }
    page_table_end(page, false);
    page_put(page, "</article>\n");
    arena_free(scratch);
}

void page_unsure(struct page *page)
{
    const struct report *report = page->report;
    page_put(page, "<section id=\"unsure\"><h2>The least certain links</h2><p>The pairs nearest the threshold, each of "
                   "another pattern of agreement: here a person's word teaches most.</p>\n");
    if (report->unsure_count == 0)
        page_put(page, "<p>No pair weighs enough to be shown.</p>\n");
    for (size_t i = 0; i < report->unsure_count; i++)
        put_pair(page, report->unsure[i], "Pair", i + 1);
    page_put(page, "</section>\n");
}

void page_typical(struct page *page)
{
    const struct report *report = page->report;
    page_put(page,
             "<section id=\"typical\"><h2>Typical links</h2><p>One link of each of the patterns of agreement that "
             "most links have.</p>\n");
    if (report->typical_count == 0)
        page_put(page, "<p>No pair is heavy enough to join.</p>\n");
    for (size_t i = 0; i < report->typical_count; i++) {
        put_pair(page, report->typical[i], "Link", i + 1);
        page_put(page, "<p>As ");
        page_count(page, report->typical_pairs[i]);
        buffer_add(page->out, report->typical_pairs[i] == 1 ? S(" link.</p>\n") : S(" links.</p>\n"));
    }
    page_put(page, "</section>\n");
}
