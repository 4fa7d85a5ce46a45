/* The text of such a scenario has a line `  TARGET = FIGURE` for each given that is otherwise and nothing else, so that
 * one is found and replaced by its target. */
#include "plans/scenario.h"

#include "base/text.h"
#include "plans/register.h"

static const struct journal_entry *first_entry(const struct journal *journal, struct slice name)
{
    for (size_t i = 0; i < journal->count; i++)
        if (slice_equal(journal->entries[i].register_name, S(JOURNAL_SCENARIOS)) &&
            slice_equal(journal->entries[i].subject, name))
            return &journal->entries[i];
    return NULL;
}

void scenario_list(const struct open_plan *plan, const struct guard_session *session, struct arena *arena,
                   struct scenario **ret, size_t *ret_count)
{
    const struct plan_model *model = plan->model;
    struct scenario *list = arena_array(arena, struct scenario, model->overlay_count);
    size_t count = 0;
    for (uint32_t i = 0; i < model->overlay_count; i++) {
        const struct plan_overlay *overlay = &model->overlays[i];
        if (overlay->is_version)
            continue;
        const struct journal_entry *made = first_entry(plan->journal, overlay->name);
        list[count++] = (struct scenario){
            .overlay = i,
            .name = overlay->name,
            .title = overlay->title.len ? overlay->title : overlay->name,
            .owner = made ? made->by : NO_SLICE,
            .mine = made && slice_equal(made->by, guard_who(session)->name),
        };
    }
    *ret = list;
    *ret_count = count;
}

struct slice scenario_target(const struct plan_model *model, plan_cell cell, struct arena *arena)
{
    struct slice name = plan_cell_name(model, cell, arena);
    size_t at = slice_find(name, '@');
    if (at == name.len)
        return name;
    return arena_format(arena, "%.*s in %.*s", PRINT(slice_part(name, 0, at)),
                        PRINT(slice_part(name, at + 1, name.len)));
}

/* "Council tax at 4.99%" becomes council-tax-at-4-99. */
static struct slice name_of(struct slice title, struct arena *arena)
{
    struct slice *tokens;
    size_t count = text_tokens(arena, title, &tokens);
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < count && out.len < ROW_NAME_MAX; i++) {
        bool letter = tokens[i].at[0] >= 'a' && tokens[i].at[0] <= 'z';
        if (!out.len && !letter)
            buffer_add(&out, S("s-"));
        for (size_t k = 0; k < tokens[i].len; k++) {
            unsigned char c = (unsigned char)tokens[i].at[k];
            if (c < 128)
                buffer_add_byte(&out, (char)c);
        }
        if (i + 1 < count)
            buffer_add_byte(&out, '-');
    }
    while (out.len && out.at[out.len - 1] == '-')
        out.len--;
    return buffer_slice(&out);
}

static struct slice clean_title(struct slice title, struct arena *arena)
{
    char *copy = arena_cstr(arena, slice_trim(title));
    for (char *c = copy; *c; c++)
        *c = *c == '"' ? '\'' : (unsigned char)*c < 32 ? ' ' : *c;
    return slice_of(copy);
}

static bool figure_text(const struct plan_unit *unit, struct slice typed, struct arena *arena, struct slice *ret,
                        struct error *err)
{
    struct buffer out = buffer_make(arena);
    struct slice text = slice_trim(typed);
    struct number number;
    bool percent = unit->kind == PLAN_UNIT_PLAIN && unit->power;
    if (slice_starts(text, S("\xe2\x88\x92"))) {
        buffer_add_byte(&out, '-');
        text = slice_part(text, 3, text.len);
    }
    if (slice_starts(text, S("\xc2\xa3")))
        text = slice_part(text, 2, text.len);
    if (percent && slice_ends(text, S("%")))
        text = slice_trim(slice_part(text, 0, text.len - 1));
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != ',')
            buffer_add_byte(&out, text.at[i]);
    if (out.len > ROW_FIGURE_MAX || !number_read(buffer_slice(&out), arena, &number))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no figure; write it in digits, as 4.99",
                         PRINT(slice_part(typed, 0, 40)));
    *ret = percent ? arena_format(arena, "%.*s%%", PRINT(buffer_slice(&out))) : buffer_slice(&out);
    return true;
}

/* The scenario's text with this target's line replaced, taken away (no figure) or added. */
static struct slice with_setting(struct slice body, struct slice target, struct slice figure, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    struct slice line, head = arena_format(arena, "  %.*s = ", PRINT(target));
    bool put = !figure.len;
    while (slice_cut(&body, '\n', &line)) {
        if (slice_starts(line, head)) {
            if (!put)
                buffer_format(&out, "%.*s%.*s\n", PRINT(head), PRINT(figure));
            put = true;
        } else if (line.len) {
            buffer_format(&out, "%.*s\n", PRINT(line));
        }
    }
    if (!put)
        buffer_format(&out, "%.*s%.*s\n", PRINT(head), PRINT(figure));
    return buffer_slice(&out);
}

/* Whose it is, and its text so far. */
static bool find_own(const struct open_plan *plan, const struct guard_session *session, struct slice name,
                     struct slice title, struct arena *arena, struct slice *ret_body, struct error *err)
{
    const struct journal_entry *first = first_entry(plan->journal, name);
    if (!first && plan_overlay_find(plan->model, name) != PLAN_NONE)
        return error_set(err, ERROR_DENIED,
                         "the scenario \"%.*s\" is the county's own and stands in its text; choose another name",
                         PRINT(title));
    if (first && !slice_equal(first->by, guard_who(session)->name))
        return error_set(err, ERROR_DENIED, "the scenario \"%.*s\" is %.*s's; choose another name for yours",
                         PRINT(title), PRINT(first->by));
    *ret_body = first ? journal_find(plan->journal, S(JOURNAL_SCENARIOS), name)->body
                      : arena_format(arena, "scenario %.*s \"%.*s\"\n", PRINT(name), PRINT(title));
    return true;
}

bool scenario_set(const struct open_plan *plan, const struct guard_session *session,
                  const struct scenario_setting *setting, struct arena *arena, struct slice *ret_name,
                  struct error *err)
{
    const struct plan_model *model = plan->model;
    struct plan_binding binding;
    uint32_t row;
    struct slice body, figure = NO_SLICE, title = clean_title(setting->name, arena);
    struct slice name = plan_overlay_find(model, title) != PLAN_NONE ? title : name_of(title, arena);
    if (!plans_may(session, ABILITY_PLAN, err))
        return false;
    if (!name.len || title.len > ROW_TEXT_MAX)
        return error_set(err, ERROR_INPUT, "the scenario needs a name; say in a few words what it tries");
    plan_cell_parts(model, setting->cell, &row, &binding);
    if (!find_own(plan, session, name, title, arena, &body, err) ||
        (slice_trim(setting->figure).len && !figure_text(&model->rows[row].unit, setting->figure, arena, &figure, err)))
        return false;
    struct slice target = scenario_target(model, setting->cell, arena);
    struct journal_entry entry = {
        .register_name = S(JOURNAL_SCENARIOS),
        .subject = name,
        .body = with_setting(body, target, figure, arena),
        .reason = figure.len ? arena_format(arena, "%.*s = %.*s", PRINT(target), PRINT(figure))
                             : arena_format(arena, "%.*s as in the plan", PRINT(target)),
    };
    *ret_name = name;
    if (slice_equal(entry.body, body))
        return true;
    return register_commit(plan, session, "scenario", &entry, true, arena, err);
}
