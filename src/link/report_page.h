/* report_page.h: the parts of a report's page, for its source files alone. */
#ifndef STAITHE_LINK_REPORT_PAGE_H
#define STAITHE_LINK_REPORT_PAGE_H

#include "link/picture.h"
#include "link/report.h"

struct page {
    const struct report *report;
    const struct report_input *input;
    const struct link_spec *spec;
    struct arena *arena;
    struct buffer *out;
    unsigned pictures; /* so far: numbers their ids */
};

/* Words of the program's own, that may hold markup; and text of the files, escaped and cut to `most` characters. */
#define page_put(page, literal) buffer_add((page)->out, S(literal))
void page_text(struct page *page, struct slice text);
void page_value(struct page *page, struct slice value, size_t most);
void page_count(struct page *page, uint64_t value);
/* The cells of a table's row. */
void page_cell_count(struct page *page, uint64_t value);
void page_cell_number(struct page *page, const char *format, double value);
void page_cell_text(struct page *page, struct slice text);
/* The start of a table with its heading cells, of which the first `words` hold text and the others numbers; folded:
 * inside a <details>. page_table_end closes both. */
void page_table(struct page *page, const char *caption, const char *const *headings, size_t count, size_t words,
                bool folded);
void page_table_end(struct page *page, bool folded);
/* Around a picture: it scrolls by itself where the page is narrower. */
struct picture page_picture(struct page *page, struct slice title, struct slice description);
void page_picture_end(struct page *page);

/* report_model.c */
void page_blocking(struct page *page);
void page_levels(struct page *page);
void page_weights(struct page *page);
void page_curve(struct page *page);
void page_choices(struct page *page);
/* report_pairs.c */
void page_unsure(struct page *page);
void page_typical(struct page *page);

#endif
