/* pages_plan_register.c: the registers of a plan: their rows, the form to add or change one, its way to approval. */
#include "web/pages.h"
#include "web/plan_view.h"

#include "plan/register.h"

/* ---- Words ---- */

static const struct {
    const char *word, *label, *colour;
} words[] = {
    {"green", "Green", "green"},          {"amber", "Amber", "orange"},       {"red", "Red", "red"},
    {"blue", "Blue: delivered", "blue"},  {"draft", "Draft", "grey"},         {"proposed", "Proposed", "light-blue"},
    {"approved", "Approved", "green"},    {"delivered", "Delivered", "blue"}, {"failed", "Failed", "red"},
    {"withdrawn", "Withdrawn", "grey"},   {"needed", "Needed", "grey"},       {"drafted", "Drafted", "grey"},
    {"running", "Running", "light-blue"}, {"done", "Done", "green"},          {"not-needed", "Not needed", "grey"},
};

static const struct {
    const char *key, *label;
    const char *words[8];
} choices[] = {
    {"rag", "RAG status", {"", "green", "amber", "red", "blue"}},
    {"state", "State", {"draft", "proposed", "approved", "delivered", "failed", "withdrawn"}},
    {"business-case", "Business case", {"", "needed", "drafted", "running", "done", "not-needed"}},
    {"eqia", "Equality impact assessment (EqIA)", {"", "needed", "drafted", "running", "done", "not-needed"}},
    {"consultation", "Public consultation", {"", "needed", "drafted", "running", "done", "not-needed"}},
};

static const struct {
    const char *key, *label;
} texts[] = {{"owner", "Owner"},       {"by", "Decided by"},     {"on", "Decided on"},
             {"replaces", "Replaces"}, {"delivers", "Delivers"}, {"difficulty", "Difficulty, 1 to 5"}};

static struct slice label_of(struct slice word)
{
    for (size_t i = 0; i < countof(words); i++)
        if (slice_equal(word, slice_of(words[i].word)))
            return slice_of(words[i].label);
    return word;
}

static struct slice colour_of(struct slice word)
{
    for (size_t i = 0; i < countof(words); i++)
        if (slice_equal(word, slice_of(words[i].word)))
            return slice_of(words[i].colour);
    return NO_SLICE;
}

/* Which fields a register has beside title and figures. */
static bool has_choice(enum plan_register kind, const char *key)
{
    if (strcmp(key, "business-case") == 0)
        return kind == PLAN_BIDS;
    if (kind == PLAN_SAVINGS)
        return true;
    if (kind == PLAN_BIDS || kind == PLAN_SCHEMES)
        return strcmp(key, "rag") == 0 || strcmp(key, "state") == 0;
    return false;
}

static bool has_text(enum plan_register kind, const char *key)
{
    if (strcmp(key, "by") == 0 || strcmp(key, "on") == 0)
        return kind == PLAN_VIREMENTS;
    if (strcmp(key, "replaces") == 0 || strcmp(key, "difficulty") == 0)
        return kind == PLAN_SAVINGS;
    return strcmp(key, "owner") == 0 && kind != PLAN_VIREMENTS;
}

bool plan_register_asked(struct call *call, struct plan_view *view, enum plan_register *ret, struct error *err)
{
    if (!plan_asked(call, view, err))
        return false;
    *ret = row_register(request_value(call->request, S("register")));
    return *ret != PLAN_REGISTERS ||
           error_set(err, ERROR_NOT_FOUND,
                     "there is no such register; there are bids, savings, virements, capital and "
                     "reserves");
}

static struct slice members_words(const struct plan_model *model, const struct row_line *line, struct arena *arena)
{
    struct slice titles[PLAN_SETS_MAX];
    for (size_t i = 0; i < line->member_count; i++) {
        titles[i] = line->members[i];
        for (uint32_t set = 0; set < model->set_count; set++) {
            uint32_t member = model->sets[set].base == set ? plan_member_find(model, set, line->members[i]) : PLAN_NONE;
            if (member != PLAN_NONE)
                titles[i] = model->sets[set].members[member].title;
        }
    }
    return words_joined(arena, titles, line->member_count, S(", "));
}

/* ---- A register ---- */

static struct slice gates_words(const struct register_row *row, struct arena *arena)
{
    struct slice eqia = row_get(&row->row, "eqia"), consultation = row_get(&row->row, "consultation");
    struct slice said[2] = {NO_SLICE, NO_SLICE};
    if (eqia.len)
        said[0] = arena_format(arena, "EqIA %.*s", PRINT(eqia));
    if (consultation.len)
        said[1] = arena_format(arena, "consultation %.*s", PRINT(consultation));
    return words_joined(arena, said, 2, S(", "));
}

/* The years in which a row has a figure: the others are not shown. */
static const bool *years_used(const struct plan_view *view, const struct register_row *rows, size_t count,
                              struct arena *arena)
{
    bool *used = arena_array(arena, bool, (size_t)view->model->year_count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < rows[i].entry->value_count; k++)
            used[rows[i].entry->values[k].year] = true;
    return used;
}

static void put_row(struct call *call, const struct plan_view *view, const struct register_row *row, const bool *used,
                    struct number *totals, struct page_plan_register_row *out)
{
    size_t years = (size_t)view->model->year_count, shown = 0;
    struct page_plan_register_cell *cells = arena_array(call->arena, struct page_plan_register_cell, years);
    for (size_t year = 0; year < years; year++) {
        bool any = false;
        if (!used[year])
            continue;
        for (size_t i = 0; i < row->entry->value_count; i++)
            any = any || row->entry->values[i].year == (int32_t)year;
        struct number sum = plan_entry_in_year(row->entry, (int32_t)year, call->arena);
        if (any)
            cells[shown].text = plan_shown(&row->entry->unit, sum, call->arena);
        shown++;
        if (plan_entry_counts(row->entry))
            totals[year] = number_add(call->arena, totals[year], sum);
    }
    struct slice rag = row_get(&row->row, "rag"), state = row_get(&row->row, "state");
    *out = (struct page_plan_register_row){
        .id = row->row.id,
        .title = row->row.title,
        .to = plan_to(view, call->arena, "/registers/%/%", slice_of(plan_register_words[row->row.kind]), row->row.id),
        .for_whom = row->row.line_count == 1 ? members_words(view->model, &row->row.lines[0], call->arena)
                    : row->row.line_count    ? S("several")
                                             : NO_SLICE,
        .owner = row_get(&row->row, "owner"),
        .rag = label_of(rag),
        .rag_colour = colour_of(rag),
        .state = label_of(state),
        .state_colour = colour_of(state),
        .gates = gates_words(row, call->arena),
        .cells = cells,
        .cells_count = shown,
    };
}

/* Bids stand in the order of their rank, with what they cost so far. */
static void put_ranking(struct call *call, const struct plan_view *view, enum plan_register kind,
                        struct register_row *rows, size_t count, struct page_plan_register *page)
{
    const struct plan_rank *rank = NULL;
    struct plan_headline headline;
    struct plan_ranked *order;
    for (size_t i = 0; i < view->model->rank_count && !rank; i++)
        rank = view->model->ranks[i].kind == kind ? &view->model->ranks[i] : NULL;
    if (!rank || !count)
        return;
    plan_headline(view, call->arena, &headline);
    struct plan_binding binding = {.year = view->model->year_count > 1 ? 1 : 0};
    uint32_t row;
    if (headline.table)
        plan_cell_parts(view->model, headline.cells[headline.first], &row, &binding);
    size_t ranked = plan_rank_order(view->evaluation, rank, binding.year, call->arena, &order), past = 0;
    struct page_plan_register_row *out = (struct page_plan_register_row *)page->rows;
    struct page_plan_register_row *sorted = arena_array(call->arena, struct page_plan_register_row, count);
    size_t put = 0;
    for (size_t i = 0; i < ranked; i++)
        for (size_t k = 0; k < count; k++)
            if (rows[k].entry == &view->model->entries[order[i].entry]) {
                sorted[put] = out[k];
                sorted[put++].order =
                    arena_format(call->arena, "%zu: %.*s%s", i + 1, PRINT(number_text(call->arena, order[i].score)),
                                 order[i].within ? "" : ", past the provision");
                past += !order[i].within;
            }
    for (size_t k = 0; k < count; k++)
        if (!plan_entry_counts(rows[k].entry))
            sorted[put++] = out[k];
    page->rows = sorted;
    page->ranked = arena_format(
        call->arena,
        "In the order of the stated criteria. With all of them %.*s of %.*s is "
        "called for%s.",
        PRINT(ranked ? plan_shown(&view->model->unit, order[ranked - 1].running, call->arena) : S("nothing")),
        PRINT(view->model->years[binding.year]), past ? ", more than the provision" : ", within the provision");
}

static bool show_register(struct call *call, struct slice problem, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    struct register_row *rows;
    size_t count;
    if (!plan_register_asked(call, &view, &kind, err))
        return false;
    register_rows(view.plan, kind, call->arena, &rows, &count);
    size_t years = (size_t)view.model->year_count;
    struct number *totals = arena_array(call->arena, struct number, years);
    const bool *used = years_used(&view, rows, count, call->arena);
    struct page_plan_register_row *out = arena_array(call->arena, struct page_plan_register_row, count);
    struct page_plan_register_year *labels = arena_array(call->arena, struct page_plan_register_year, years);
    struct page_plan_register_total *sums = arena_array(call->arena, struct page_plan_register_total, years);
    struct page_plan_register_left *left =
        arena_array(call->arena, struct page_plan_register_left, view.plan->left_out_count);
    const struct journal_entry *lock = register_locked(view.plan->journal, kind);
    bool now = !view.version.len && !view.day.len;
    struct slice word = slice_of(plan_register_words[kind]);
    struct page_plan_register page = {
        .done = part_of_done(call),
        .problem = part_of_problem(call, problem, "lock-reason"),
        .top = part_of_plan(call, &view, ""),
        .title = slice_of(row_register_title(kind)),
        .unit = plan_unit_words(&view.model->unit),
        .add = now && !lock && call_may(call, ABILITY_REGISTER)
                   ? plan_to(&view, call->arena, "/registers/%/new", word, NO_SLICE)
                   : (struct url){NO_SLICE},
        .years = labels,
        .rows = out,
        .rows_count = count,
        .totals = sums,
        .left_out = left,
        .lock = url_path(call->arena, "/plans/%/locks/%", view.plan->name, word),
        .csrf = call_csrf(call),
        .unlocks = lock != NULL,
        .can_lock = now && call_may(call, ABILITY_APPROVE),
    };
    if (lock)
        page.locked = arena_format(call->arena, "By %.*s since %.*s: %.*s", PRINT(lock->by),
                                   PRINT(time_words(call->arena, lock->at)), PRINT(lock->reason));
    for (size_t i = 0; i < count; i++)
        put_row(call, &view, &rows[i], used, totals, &out[i]);
    for (size_t i = 0; i < years; i++) {
        if (!used[i])
            continue;
        labels[page.years_count++].label = view.model->years[i];
        sums[page.totals_count++].text = plan_shown(&view.model->unit, totals[i], call->arena);
    }
    for (size_t i = 0; i < view.plan->left_out_count; i++)
        if (slice_equal(view.plan->left_out[i].register_name, word))
            left[page.left_out_count++].words = arena_format(
                call->arena, "%.*s: %.*s", PRINT(view.plan->left_out[i].subject), PRINT(view.plan->left_out[i].why));
    put_ranking(call, &view, kind, rows, count, &page);
    return call_page_with_status(call, problem.len ? 422 : 200, page.title, render_plan_register(call->arena, &page));
}

bool page_plan_register(struct call *call, struct error *err)
{
    return show_register(call, NO_SLICE, err);
}

/* ---- The form ---- */

static struct slice field_name(struct arena *arena, size_t line, const char *what, size_t number)
{
    return arena_format(arena, "line%zu-%s%zu", line + 1, what, number + 1);
}

static void put_choices(struct call *call, const struct row *row, struct part_plan_form *form)
{
    struct part_plan_form_choice *out = arena_array(call->arena, struct part_plan_form_choice, countof(choices));
    bool may_approve = false;
    for (size_t i = 0; i < countof(choices); i++) {
        if (!has_choice(row->kind, choices[i].key))
            continue;
        struct part_plan_form_choice *c = &out[form->choices_count++];
        struct part_plan_form_option *options = arena_array(call->arena, struct part_plan_form_option, 8);
        struct slice standing = row_get(row, choices[i].key);
        *c = (struct part_plan_form_choice){slice_of(choices[i].key), slice_of(choices[i].label), options, 0};
        for (size_t k = 0; k < countof(choices[i].words) && choices[i].words[k]; k++) {
            struct slice word = slice_of(choices[i].words[k]);
            bool approves = slice_equal(word, S("approved")) || slice_equal(word, S("delivered"));
            may_approve = slice_equal(standing, S("approved")) || slice_equal(standing, S("delivered"));
            if (approves && !may_approve) /* that is done on the row's own page, by whoever may */
                continue;
            options[c->options_count++] = (struct part_plan_form_option){
                word, word.len ? label_of(word) : S("Not stated"), slice_equal(word, standing)};
        }
    }
    form->choices = out;
}

static void put_texts(struct call *call, const struct plan_model *model, const struct row *row,
                      struct part_plan_form *form)
{
    size_t weights = 0;
    for (size_t i = 0; i < model->rank_count; i++)
        weights += model->ranks[i].weight_count;
    struct part_plan_form_field *out =
        arena_array(call->arena, struct part_plan_form_field, countof(texts) + weights + 1);
    for (size_t i = 0; i < countof(texts); i++)
        if (has_text(row->kind, texts[i].key))
            out[form->texts_count++] = (struct part_plan_form_field){slice_of(texts[i].key), slice_of(texts[i].label),
                                                                     row_get(row, texts[i].key)};
    for (size_t i = 0; i < model->rank_count; i++)
        for (size_t k = 0; model->ranks[i].kind == row->kind && k < model->ranks[i].weight_count; k++) {
            struct slice criterion = model->ranks[i].weights[k].key.text;
            struct slice key = arena_format(call->arena, "score-%.*s", PRINT(criterion));
            out[form->texts_count++] = (struct part_plan_form_field){
                key,
                arena_format(call->arena, "Score for %.*s, weight %.*s", PRINT(criterion),
                             PRINT(number_text(call->arena, model->ranks[i].weights[k].number))),
                row_get(row, arena_cstr(call->arena, key))};
        }
    out[form->texts_count++] = (struct part_plan_form_field){S("note"), S("Note"), row->note};
    form->texts = out;
}

static void put_members(struct call *call, const struct plan_model *model, const struct row_line *line, size_t number,
                        const uint32_t *sets, size_t set_count, struct part_plan_form_line *out)
{
    struct part_plan_form_member *members = arena_array(call->arena, struct part_plan_form_member, set_count);
    for (size_t i = 0; i < set_count; i++) {
        const struct plan_set *set = &model->sets[sets[i]];
        struct part_plan_form_item *items = arena_array(call->arena, struct part_plan_form_item, set->count + 1);
        items[0] = (struct part_plan_form_item){NO_SLICE, S("None"), false};
        for (size_t k = 0; k < set->count; k++) {
            bool selected = false;
            for (size_t m = 0; line && m < line->member_count; m++)
                selected = selected || slice_equal(line->members[m], set->members[k].name) ||
                           slice_equal(line->members[m], set->members[k].title);
            items[k + 1] = (struct part_plan_form_item){set->members[k].name, set->members[k].title, selected};
        }
        members[i] = (struct part_plan_form_member){field_name(call->arena, number, "for", i),
                                                    set->title.len ? set->title : set->name, items, set->count + 1};
    }
    out->members = members;
    out->members_count = set_count;
}

/* The lines that the form offers: those that are there, and of virements some more. */
static void put_lines(struct call *call, const struct plan_model *model, const struct row *row,
                      struct part_plan_form *form)
{
    uint32_t sets[PLAN_SETS_MAX];
    size_t set_count = row_sets(model, row->kind, sets), years = (size_t)model->year_count;
    size_t count = row->line_count ? row->line_count : 1;
    if (row->kind == PLAN_VIREMENTS)
        count = row->line_count < 3 ? 4 : row->line_count + 1;
    else if (row->kind == PLAN_SCHEMES && row->line_count < 2)
        count = 2;
    count = count > ROW_LINES_MAX ? ROW_LINES_MAX : count;
    struct part_plan_form_line *out = arena_array(call->arena, struct part_plan_form_line, count);
    for (size_t i = 0; i < count; i++) {
        const struct row_line *line = i < row->line_count ? &row->lines[i] : NULL;
        bool moves = line ? line->reprofile : row->kind == PLAN_SCHEMES && i == 1;
        struct part_plan_form_figure *figures = arena_array(call->arena, struct part_plan_form_figure, years);
        for (size_t year = 0; year < years; year++)
            figures[year] = (struct part_plan_form_figure){field_name(call->arena, i, "year", year), model->years[year],
                                                           line ? line->figures[year] : NO_SLICE};
        out[i] = (struct part_plan_form_line){
            .legend =
                moves ? S("Reprofiled: moved between years, to nothing in all")
                : count > 1
                    ? arena_format(call->arena, "Line %zu, %.*s", i + 1, PRINT(plan_unit_words(&model->unit)))
                    : arena_format(call->arena, "For whom and how much, %.*s", PRINT(plan_unit_words(&model->unit))),
            .figures = figures,
            .figures_count = years};
        put_members(call, model, line, i, sets, set_count, &out[i]);
    }
    form->lines = out;
    form->lines_count = count;
}

static const struct part_plan_form *form_of(struct call *call, const struct plan_view *view, const struct row *row,
                                            struct slice seen, bool is_new)
{
    struct part_plan_form *form = arena_new(call->arena, struct part_plan_form);
    struct slice word = slice_of(plan_register_words[row->kind]);
    *form = (struct part_plan_form){
        .action = is_new ? url_path(call->arena, "/plans/%/registers/%", view->plan->name, word)
                         : url_path(call->arena, "/plans/%/registers/%/%", view->plan->name, word, row->id),
        .csrf = call_csrf(call),
        .seen = seen,
        .is_new = is_new,
        .id = row->id,
        .title = row->title,
        .unit = plan_unit_words(&view->model->unit),
        .reason = parameters_get(&call->request->form, S("reason")),
        .button = is_new ? S("Add the row") : S("Save the change"),
    };
    put_lines(call, view->model, row, form);
    put_choices(call, row, form);
    put_texts(call, view->model, row, form);
    return form;
}

/* The row that a form says. `standing` gives what the form has no field for. */
static struct row row_of_form(struct call *call, const struct plan_model *model, enum plan_register kind,
                              struct slice id, const struct row *standing)
{
    const struct parameters *form = &call->request->form;
    uint32_t sets[PLAN_SETS_MAX];
    size_t set_count = row_sets(model, kind, sets), years = (size_t)model->year_count;
    struct row row = {.kind = kind, .id = id, .line_years = years};
    if (standing) {
        row.unit = standing->unit;
        row.source = standing->source;
        row.where = standing->where;
        for (size_t i = 0; i < standing->attribute_count; i++)
            row_set(&row, arena_cstr(call->arena, standing->attributes[i].key), standing->attributes[i].value,
                    call->arena);
    }
    row.title = parameters_get(form, S("title"));
    row.note = parameters_get(form, S("note"));
    for (size_t i = 0; i < form->count; i++) {
        struct slice key = form->items[i].name;
        bool known = slice_starts(key, S("score-"));
        for (size_t k = 0; k < countof(choices); k++)
            known = known || slice_equal(key, slice_of(choices[k].key));
        for (size_t k = 0; k < countof(texts); k++)
            known = known || slice_equal(key, slice_of(texts[k].key));
        if (known)
            row_set(&row, arena_cstr(call->arena, key), slice_trim(form->items[i].value), call->arena);
    }
    row.lines = arena_array(call->arena, struct row_line, ROW_LINES_MAX);
    for (size_t i = 0; i < ROW_LINES_MAX; i++) {
        if (!parameters_has(form, field_name(call->arena, i, "year", 0)))
            break;
        struct row_line *line = &row.lines[row.line_count++];
        line->figures = arena_array(call->arena, struct slice, years);
        line->reprofile =
            standing && i < standing->line_count ? standing->lines[i].reprofile : kind == PLAN_SCHEMES && i == 1;
        for (size_t k = 0; k < set_count; k++) {
            struct slice member = parameters_get(form, field_name(call->arena, i, "for", k));
            if (member.len)
                line->members[line->member_count++] = member;
        }
        for (size_t year = 0; year < years; year++)
            line->figures[year] = slice_trim(parameters_get(form, field_name(call->arena, i, "year", year)));
    }
    return row;
}

/* ---- One row ---- */

struct row_fact {
    const char *term;
    struct slice words;
};

static size_t facts_of(const struct row *row, const struct plan_model *model, struct arena *arena,
                       struct row_fact ret[24])
{
    size_t count = 0;
    ret[count++] = (struct row_fact){"What it is", row->title};
    for (size_t i = 0; i < countof(choices); i++)
        if (has_choice(row->kind, choices[i].key) || row_get(row, choices[i].key).len)
            ret[count++] = (struct row_fact){choices[i].label, row_get(row, choices[i].key)};
    for (size_t i = 0; i < countof(texts); i++)
        if (row_get(row, texts[i].key).len)
            ret[count++] = (struct row_fact){texts[i].label, row_get(row, texts[i].key)};
    if (row->note.len)
        ret[count++] = (struct row_fact){"Note", row->note};
    if (row->source.len)
        ret[count++] = (struct row_fact){
            "Source", words_joined(arena, (const struct slice[]){row->source, row->where}, 2, S(" "))};
    (void)model;
    return count;
}

static struct slice figures_words(const struct row *row, const struct plan_model *model, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < row->line_count; i++) {
        struct buffer line = buffer_make(arena);
        for (size_t year = 0; year < row->line_years; year++)
            if (row->lines[i].figures[year].len)
                buffer_format(&line, " %.*s %.*s", PRINT(model->years[year]), PRINT(row->lines[i].figures[year]));
        if (line.len)
            buffer_format(&out, "%s%.*s:%.*s", out.len ? "; " : "", PRINT(members_words(model, &row->lines[i], arena)),
                          PRINT(buffer_slice(&line)));
    }
    return buffer_slice(&out);
}

/* What stands and what was typed, where they differ. */
static void put_conflict(struct call *call, const struct plan_view *view, const struct row *theirs,
                         const struct row *mine, struct page_plan_row *page)
{
    struct row_fact left[24], right[24];
    size_t left_count = facts_of(theirs, view->model, call->arena, left),
           right_count = facts_of(mine, view->model, call->arena, right);
    struct page_plan_row_differs *out = arena_array(call->arena, struct page_plan_row_differs, 50);
    for (size_t i = 0; i < left_count + right_count; i++) {
        const struct row_fact *fact = i < left_count ? &left[i] : &right[i - left_count];
        struct slice other = NO_SLICE;
        bool found = false;
        for (size_t k = 0; k < (i < left_count ? right_count : left_count); k++) {
            const struct row_fact *twin = i < left_count ? &right[k] : &left[k];
            if (strcmp(twin->term, fact->term) == 0) {
                other = twin->words;
                found = true;
            }
        }
        if (slice_equal(other, fact->words) || (found && i >= left_count))
            continue;
        out[page->conflict_count++] = i < left_count
                                          ? (struct page_plan_row_differs){slice_of(fact->term), fact->words, other}
                                          : (struct page_plan_row_differs){slice_of(fact->term), other, fact->words};
    }
    struct slice ours = figures_words(mine, view->model, call->arena),
                 stands = figures_words(theirs, view->model, call->arena);
    if (!slice_equal(ours, stands))
        out[page->conflict_count++] = (struct page_plan_row_differs){S("Figures"), stands, ours};
    page->conflict = out;
}

static void put_facts(struct call *call, const struct plan_view *view, const struct register_row *row,
                      struct page_plan_row *page)
{
    struct row_fact facts[24];
    size_t count = facts_of(&row->row, view->model, call->arena, facts), years = (size_t)view->model->year_count;
    struct page_plan_row_fact *out = arena_array(call->arena, struct page_plan_row_fact, count);
    for (size_t i = 0; i < count; i++) {
        struct slice colour = colour_of(facts[i].words);
        out[i] = (struct page_plan_row_fact){slice_of(facts[i].term),
                                             facts[i].words.len ? label_of(facts[i].words) : S("Not stated"), colour};
    }
    page->facts = out;
    page->facts_count = count;
    struct page_plan_row_line *lines = arena_array(call->arena, struct page_plan_row_line, row->row.line_count);
    struct page_plan_row_year *labels = arena_array(call->arena, struct page_plan_row_year, years);
    for (size_t year = 0; year < years; year++)
        labels[year].label = view->model->years[year];
    for (size_t i = 0; i < row->row.line_count; i++) {
        struct page_plan_row_cell *cells = arena_array(call->arena, struct page_plan_row_cell, years);
        for (size_t year = 0; year < years; year++)
            cells[year].text = row->row.lines[i].figures[year];
        struct slice members = members_words(view->model, &row->row.lines[i], call->arena);
        lines[i] = (struct page_plan_row_line){row->row.lines[i].reprofile ? S("Reprofiled")
                                               : members.len               ? members
                                                                           : S("All"),
                                               cells, years};
    }
    page->lines = lines;
    page->lines_count = row->row.line_count;
    page->years = labels;
    page->years_count = years;
}

static void put_approval(struct call *call, const struct plan_view *view, const struct register_row *row, bool now,
                         struct page_plan_row *page)
{
    struct slice state = row_get(&row->row, "state");
    bool open = slice_equal(state, S("draft")) || slice_equal(state, S("proposed")) || slice_equal(state, S("failed"));
    struct page_plan_row_round *rounds = arena_array(call->arena, struct page_plan_row_round, CHALLENGE_ROUNDS);
    page->gated = row->row.kind == PLAN_SAVINGS || row->row.kind == PLAN_BIDS;
    for (size_t i = 0; i < CHALLENGE_ROUNDS; i++) {
        const struct journal_entry *e = row->challenges[i];
        rounds[i].words = e ? arena_format(call->arena, "Round %zu of the budget challenge: %.*s (%.*s, %.*s)", i + 1,
                                           PRINT(e->body), PRINT(e->reason), PRINT(e->by))
                            : arena_format(call->arena, "Round %zu of the budget challenge: not recorded", i + 1);
    }
    page->rounds = rounds;
    page->rounds_count = CHALLENGE_ROUNDS;
    page->missing = open ? register_missing(view->plan, row, call->arena) : NO_SLICE;
    page->can_challenge =
        now && page->gated && open && (call_may(call, ABILITY_REGISTER) || call_may(call, ABILITY_APPROVE));
    page->can_approve = now && page->gated && open && call_may(call, ABILITY_APPROVE);
    struct slice word = slice_of(plan_register_words[row->row.kind]);
    page->challenge = url_path(call->arena, "/plans/%/registers/%/%/challenge", view->plan->name, word, row->row.id);
    page->approve = url_path(call->arena, "/plans/%/registers/%/%/approve", view->plan->name, word, row->row.id);
}

static void put_history(struct call *call, const struct plan_view *view, const struct register_row *row,
                        struct page_plan_row *page)
{
    const struct journal *journal = view->plan->journal;
    struct page_plan_row_entry *out = arena_array(call->arena, struct page_plan_row_entry, journal->count);
    struct slice word = slice_of(plan_register_words[row->row.kind]);
    for (size_t i = journal->count; i-- > 0;)
        if (slice_equal(journal->entries[i].register_name, word) &&
            slice_equal(journal->entries[i].subject, row->row.id))
            out[page->history_count++] =
                (struct page_plan_row_entry){time_words(call->arena, journal->entries[i].at), journal->entries[i].by,
                                             journal->entries[i].reason, journal->entries[i].body};
    page->history = out;
    if (row->file.len)
        page->text_place = arena_format(call->arena, "It stands in the county's own text: %.*s, line %u.",
                                        PRINT(row->file), row->line);
}

/* typed: what somebody sent that could not be saved; NULL: nothing. */
static bool show_row(struct call *call, const struct row *typed, struct slice problem, bool conflict, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    struct register_row row;
    if (!plan_register_asked(call, &view, &kind, err) ||
        !register_find(view.plan, kind, request_value(call->request, S("row")), call->arena, &row, err))
        return false;
    bool now = !view.version.len && !view.day.len;
    struct page_plan_row page = {
        .done = part_of_done(call),
        .problem = part_of_problem(call, problem, call_may(call, ABILITY_REGISTER) ? "title" : "approve-reason"),
        .top = part_of_plan(call, &view, ""),
        .back = plan_to(&view, call->arena, "/registers/%", slice_of(plan_register_words[kind]), NO_SLICE),
        .register_title = slice_of(row_register_title(kind)),
        .heading = arena_format(call->arena, "%.*s: %.*s", PRINT(row.row.id), PRINT(row.row.title)),
        .unit = plan_unit_words(&row.entry->unit),
        .seen = row.seen,
        .csrf = call_csrf(call),
    };
    put_facts(call, &view, &row, &page);
    put_approval(call, &view, &row, now, &page);
    put_history(call, &view, &row, &page);
    if (typed && conflict)
        put_conflict(call, &view, &row.row, typed, &page);
    if (now && call_may(call, ABILITY_REGISTER) && !register_locked(view.plan->journal, kind))
        page.form = form_of(call, &view, typed ? typed : &row.row, row.seen, false);
    return call_page_with_status(call,
                                 !problem.len ? 200
                                 : conflict   ? 409
                                              : 422,
                                 page.heading, render_plan_row(call->arena, &page));
}

bool page_plan_row(struct call *call, struct error *err)
{
    return show_row(call, NULL, NO_SLICE, false, err);
}

static bool show_new(struct call *call, const struct row *typed, struct slice problem, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    if (!plan_register_asked(call, &view, &kind, err))
        return false;
    struct row empty = {.kind = kind, .line_years = (size_t)view.model->year_count};
    if (kind != PLAN_VIREMENTS && kind != PLAN_RESERVES)
        row_set(&empty, "state", S("draft"), call->arena);
    struct page_plan_row page = {
        .problem = part_of_problem(call, problem, "id"),
        .top = part_of_plan(call, &view, ""),
        .back = plan_to(&view, call->arena, "/registers/%", slice_of(plan_register_words[kind]), NO_SLICE),
        .register_title = slice_of(row_register_title(kind)),
        .heading = arena_format(call->arena, "Add a %s", row_keyword(kind)),
        .is_new = true,
        .form = form_of(call, &view, typed ? typed : &empty, NO_SLICE, true),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, page.heading, render_plan_row(call->arena, &page));
}

bool page_plan_new_row(struct call *call, struct error *err)
{
    return show_new(call, NULL, NO_SLICE, err);
}

/* ---- Writing ---- */

/* What can be corrected on the page itself. */
static bool is_for_the_page(const struct error *err)
{
    return err->code == ERROR_INPUT || err->code == ERROR_CONFLICT || err->code == ERROR_HELD;
}

/* An error of the plan's text: its sentence says what is wrong with the row. */
static struct slice problem_words(struct call *call, struct error *err)
{
    struct error problem = *err;
    *err = NO_ERROR;
    return words_of_error(call->arena, &problem);
}

bool do_plan_new_row(struct call *call, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    struct register_change change = {.reason = parameters_get(&call->request->form, S("reason"))};
    if (!plan_register_asked(call, &view, &kind, err))
        return false;
    change.row = row_of_form(call, view.model, kind, slice_trim(parameters_get(&call->request->form, S("id"))), NULL);
    if (slice_equal(change.row.id, S("new")))
        return show_new(call, &change.row, S("The reference cannot be \"new\"; choose another"), err);
    if (register_write(view.plan, call->session, &change, call->arena, err))
        return call_redirect(call, url_path(call->arena, "/plans/%/registers/%/%?done=row", view.plan->name,
                                            slice_of(plan_register_words[kind]), change.row.id));
    return is_for_the_page(err) && show_new(call, &change.row, problem_words(call, err), err);
}

bool do_plan_row(struct call *call, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    struct register_row standing;
    struct register_change change = {.seen = parameters_get(&call->request->form, S("seen")),
                                     .reason = parameters_get(&call->request->form, S("reason"))};
    if (!plan_register_asked(call, &view, &kind, err) ||
        !register_find(view.plan, kind, request_value(call->request, S("row")), call->arena, &standing, err))
        return false;
    change.row = row_of_form(call, view.model, kind, standing.row.id, &standing.row);
    if (register_write(view.plan, call->session, &change, call->arena, err))
        return call_redirect(call, url_path(call->arena, "/plans/%/registers/%/%?done=row", view.plan->name,
                                            slice_of(plan_register_words[kind]), standing.row.id));
    bool conflict = err->code == ERROR_CONFLICT;
    return is_for_the_page(err) && show_row(call, &change.row, problem_words(call, err), conflict, err);
}

bool do_plan_approve(struct call *call, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    struct slice id = request_value(call->request, S("row"));
    if (!plan_register_asked(call, &view, &kind, err))
        return false;
    if (register_approve(view.plan, call->session, kind, id, parameters_get(&call->request->form, S("seen")),
                         parameters_get(&call->request->form, S("reason")), call->arena, err))
        return call_redirect(call, url_path(call->arena, "/plans/%/registers/%/%?done=approved", view.plan->name,
                                            slice_of(plan_register_words[kind]), id));
    bool conflict = err->code == ERROR_CONFLICT;
    return is_for_the_page(err) && show_row(call, NULL, problem_words(call, err), conflict, err);
}

bool do_plan_challenge(struct call *call, struct error *err)
{
    struct plan_view view;
    struct register_round round = {.id = request_value(call->request, S("row")),
                                   .outcome = parameters_get(&call->request->form, S("outcome")),
                                   .words = parameters_get(&call->request->form, S("words"))};
    if (!plan_register_asked(call, &view, &round.kind, err) ||
        !request_integer(call->request, S("round"), &round.round, err))
        return false;
    if (register_challenged(view.plan, call->session, &round, call->arena, err))
        return call_redirect(call, url_path(call->arena, "/plans/%/registers/%/%?done=challenge", view.plan->name,
                                            slice_of(plan_register_words[round.kind]), round.id));
    bool conflict = err->code == ERROR_CONFLICT;
    return is_for_the_page(err) && show_row(call, NULL, problem_words(call, err), conflict, err);
}

bool do_plan_lock(struct call *call, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    bool lock = slice_equal(parameters_get(&call->request->form, S("locked")), S("1"));
    if (!plan_register_asked(call, &view, &kind, err))
        return false;
    if (register_lock(view.plan, call->session, kind, lock, parameters_get(&call->request->form, S("reason")),
                      call->arena, err))
        return call_redirect(call, url_path(call->arena, "/plans/%/registers/%?done=changed", view.plan->name,
                                            slice_of(plan_register_words[kind])));
    return is_for_the_page(err) && show_register(call, problem_words(call, err), err);
}
