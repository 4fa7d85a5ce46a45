#include "plan/register.h"

struct number plan_entry_in_year(const struct plan_entry *entry, int32_t year, struct arena *arena)
{
    struct number sum = NUMBER_ZERO;
    for (size_t i = 0; i < entry->value_count; i++)
        if (entry->values[i].year == year)
            sum = number_add(arena, sum, entry->values[i].value);
    return sum;
}

bool plan_entry_counts(const struct plan_entry *entry)
{
    struct slice state = plan_entry_get(entry, S("state"));
    return !slice_equal(state, S("withdrawn")) && !slice_equal(state, S("failed"));
}

/* ---- Gates ---- */

struct slice plan_gate_refuses(const struct plan_gate *gate, const struct plan_entry *entry, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < gate->need_count; i++) {
        struct slice key = gate->needs[i].key.text, wanted = gate->needs[i].value.text, is = plan_entry_get(entry, key);
        if (slice_equal(is, wanted) || slice_equal(is, S("not-needed")))
            continue;
        buffer_format(&out, "%s%.*s is %.*s, not %.*s", out.len ? "; " : "", PRINT(key),
                      PRINT(is.len ? is : S("not stated")), PRINT(wanted));
    }
    return buffer_slice(&out);
}

static bool has_passed(const struct plan_entry *entry)
{
    struct slice state = plan_entry_get(entry, S("state"));
    return slice_equal(state, S("approved")) || slice_equal(state, S("delivered"));
}

static void gate_faults(const struct plan_model *m, struct arena *arena, plan_fault_function *found, void *context)
{
    for (size_t g = 0; g < m->gate_count; g++)
        for (size_t i = 0; i < m->entry_count; i++) {
            const struct plan_entry *entry = &m->entries[i];
            if (entry->kind != m->gates[g].kind || !has_passed(entry))
                continue;
            struct slice why = plan_gate_refuses(&m->gates[g], entry, arena);
            if (why.len)
                found(context, entry->place,
                      arena_format(arena, "%.*s cannot be %.*s: %.*s (%.*s)", PRINT(entry->id),
                                   PRINT(plan_entry_get(entry, S("state"))), PRINT(why), PRINT(m->gates[g].title)));
        }
}

/* ---- A failed saving is replaced by its department, pound for pound ---- */

static const struct plan_entry *entry_of(const struct plan_model *m, enum plan_register kind, struct slice id)
{
    for (size_t i = 0; i < m->entry_count; i++)
        if (m->entries[i].kind == kind && slice_equal(m->entries[i].id, id))
            return &m->entries[i];
    return NULL;
}

static bool same_members(const struct plan_entry *a, const struct plan_entry *b)
{
    if (a->value_count == 0 || b->value_count == 0)
        return true;
    const struct plan_entry_value *x = &a->values[0], *y = &b->values[0];
    if (x->member_count != y->member_count)
        return false;
    for (size_t i = 0; i < x->member_count; i++)
        if (!slice_equal(x->members[i].text, y->members[i].text))
            return false;
    return true;
}

static bool replaces(const struct plan_entry *entry, struct slice id)
{
    for (size_t i = 0; i < entry->attribute_count; i++)
        if (slice_equal(entry->attributes[i].key.text, S("replaces")) &&
            slice_equal(entry->attributes[i].value.text, id))
            return true;
    return false;
}

static void replacement_fault(const struct plan_model *m, const struct plan_entry *failed, struct arena *arena,
                              plan_fault_function *found, void *context)
{
    for (int32_t year = 0; year < m->year_count; year++) {
        struct number wanted = plan_entry_in_year(failed, year, arena), got = NUMBER_ZERO;
        for (size_t i = 0; i < m->entry_count; i++)
            if (m->entries[i].kind == failed->kind && replaces(&m->entries[i], failed->id) &&
                plan_entry_counts(&m->entries[i]))
                got = number_add(arena, got, plan_entry_in_year(&m->entries[i], year, arena));
        if (number_equal(wanted, got))
            continue;
        found(context, failed->place,
              arena_format(arena,
                           "%.*s failed with %.*s in %.*s, but what replaces it comes to %.*s; the same "
                           "department replaces it pound for pound",
                           PRINT(failed->id), PRINT(number_text(arena, wanted)), PRINT(m->years[year]),
                           PRINT(number_text(arena, got))));
    }
}

static void replacement_faults(const struct plan_model *m, struct arena *arena, plan_fault_function *found,
                               void *context)
{
    for (size_t i = 0; i < m->entry_count; i++) {
        const struct plan_entry *entry = &m->entries[i];
        if (entry->kind == PLAN_SAVINGS && slice_equal(plan_entry_get(entry, S("state")), S("failed")))
            replacement_fault(m, entry, arena, found, context);
        for (size_t a = 0; a < entry->attribute_count; a++) {
            if (!slice_equal(entry->attributes[a].key.text, S("replaces")))
                continue;
            struct slice id = entry->attributes[a].value.text;
            const struct plan_entry *other = entry_of(m, entry->kind, id);
            if (!other)
                found(context, entry->attributes[a].value.place,
                      arena_format(arena, "%.*s replaces %.*s, which is not in the register", PRINT(entry->id),
                                   PRINT(id)));
            else if (!same_members(entry, other))
                found(context, entry->attributes[a].value.place,
                      arena_format(arena, "%.*s replaces %.*s, which is another department's", PRINT(entry->id),
                                   PRINT(id)));
        }
    }
}

/* ---- Ranking ---- */

static struct number score_of(const struct plan_rank *rank, const struct plan_entry *entry, struct arena *arena)
{
    struct number score = NUMBER_ZERO;
    for (size_t w = 0; w < rank->weight_count; w++)
        for (size_t i = 0; i < entry->attribute_count; i++) {
            struct slice key = entry->attributes[i].key.text;
            if (entry->attributes[i].is_number && slice_starts(key, S("score-")) &&
                slice_equal(slice_part(key, 6, key.len), rank->weights[w].key.text))
                score = number_add(arena, score,
                                   number_multiply(arena, rank->weights[w].number, entry->attributes[i].number));
        }
    return score;
}

struct candidate {
    struct plan_ranked ranked;
    struct slice id;
};

static int by_score(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order = number_compare(y->ranked.score, x->ranked.score);
    return order ? order : slice_compare(x->id, y->id);
}

size_t plan_rank_order(struct plan_evaluation *ev, const struct plan_rank *rank, int32_t year, struct arena *arena,
                       struct plan_ranked **ret)
{
    const struct plan_model *m = plan_evaluation_model(ev);
    struct candidate *candidates = arena_array(arena, struct candidate, m->entry_count + 1);
    size_t count = 0;
    for (uint32_t i = 0; i < m->entry_count; i++)
        if (m->entries[i].kind == rank->kind && plan_entry_counts(&m->entries[i]))
            candidates[count++] = (struct candidate){
                .ranked = {.entry = i, .score = score_of(rank, &m->entries[i], arena)}, .id = m->entries[i].id};
    array_sort(candidates, count, sizeof *candidates, by_score);
    struct number limit = NUMBER_ZERO, running = NUMBER_ZERO;
    bool limited = rank->limit_row != PLAN_NONE &&
                   plan_value(ev, plan_cell_at(m, rank->limit_row, NULL, year), &limit) == PLAN_HAS_VALUE;
    *ret = arena_array(arena, struct plan_ranked, count + 1);
    for (size_t i = 0; i < count; i++) {
        running = number_add(arena, running, plan_entry_in_year(&m->entries[candidates[i].ranked.entry], year, arena));
        candidates[i].ranked.running = running;
        candidates[i].ranked.within = !limited || number_compare(running, limit) <= 0;
        (*ret)[i] = candidates[i].ranked;
    }
    return count;
}

static void rank_faults(struct plan_evaluation *ev, struct arena *arena, plan_fault_function *found, void *context)
{
    const struct plan_model *m = plan_evaluation_model(ev);
    for (size_t r = 0; r < m->rank_count; r++)
        for (int32_t year = 0; year < m->year_count; year++) {
            struct plan_ranked *order;
            size_t count = plan_rank_order(ev, &m->ranks[r], year, arena, &order);
            if (count == 0 || order[count - 1].within)
                continue;
            found(context, m->ranks[r].place,
                  arena_format(arena, "the %s of %.*s come to %.*s, which is more than may be spent",
                               plan_register_words[m->ranks[r].kind], PRINT(m->years[year]),
                               PRINT(number_text(arena, order[count - 1].running))));
        }
}

void plan_register_faults(struct plan_evaluation *ev, struct arena *arena, plan_fault_function *found, void *context)
{
    gate_faults(plan_evaluation_model(ev), arena, found, context);
    replacement_faults(plan_evaluation_model(ev), arena, found, context);
    rank_faults(ev, arena, found, context);
}
