/* The explanation runs the program a second way: beside each value stands the tree of how it came about. Sums are
 * spread out, conditions are gone (only the side that was taken is there), chains of additions are one node. */
#include "plan/explain.h"

#include "base/json.h"
#include "plan/engine.h"

struct tracing {
    struct plan_evaluation *ev;
    struct arena *arena;
    const struct plan_program *program;
    struct plan_binding binding;
    plan_cell cell;
    size_t level;
    struct plan_node **stack;
    size_t top;
};

static struct plan_node *node(struct tracing *t, enum plan_node_kind kind)
{
    struct plan_node *n = arena_new(t->arena, struct plan_node);
    n->kind = kind;
    n->cell = PLAN_NONE;
    return n;
}

static void push_number(struct tracing *t, struct number value)
{
    struct plan_node *n = node(t, PLAN_NODE_NUMBER);
    n->value = value;
    t->stack[t->top++] = n;
}

static bool push_cell(struct tracing *t, int32_t reference)
{
    plan_cell cell;
    struct number value;
    if (!engine_cell(&t->program->references[reference], &t->binding, &cell) ||
        plan_value(t->ev, cell, &value) != PLAN_HAS_VALUE)
        return false;
    struct plan_node *n = node(t, PLAN_NODE_CELL);
    n->cell = cell;
    n->value = value;
    t->stack[t->top++] = n;
    return true;
}

/* The top `count` nodes become the parts of one; those of a sum within a sum stand in it directly. */
static struct plan_node *combine(struct tracing *t, enum plan_operation operation, size_t count)
{
    struct plan_node *n = node(t, PLAN_NODE_OPERATION);
    struct plan_node **parts = &t->stack[t->top - count];
    struct plan_node *first = count ? parts[0] : NULL;
    n->operation = operation;
    size_t inner =
        operation == PLAN_OP_ADD && first && first->kind == PLAN_NODE_OPERATION && first->operation == PLAN_OP_ADD
            ? first->part_count
            : 0;
    n->part_count = count + (inner ? inner - 1 : 0);
    n->parts = arena_array(t->arena, struct plan_node *, n->part_count + 1);
    if (inner)
        memcpy(n->parts, first->parts, inner * sizeof *n->parts);
    for (size_t i = inner ? 1 : 0; i < count; i++)
        n->parts[(inner ? inner - 1 : 0) + i] = parts[i];
    t->top -= count;
    t->stack[t->top++] = n;
    return n;
}

static int truth_of(const struct plan_node *n)
{
    return number_sign(n->value);
}

static void compute(struct tracing *t, struct plan_node *n)
{
    struct arena *arena = t->arena;
    struct number *v = &n->value;
    *v = n->part_count ? n->parts[0]->value : NUMBER_ZERO;
    switch (n->operation) {
    case PLAN_OP_NEGATE:
        *v = number_negate(arena, *v);
        break;
    case PLAN_OP_ABSOLUTE:
        *v = number_absolute(arena, *v);
        break;
    case PLAN_OP_NOT:
        *v = number_of(number_sign(*v) == 0, 0);
        break;
    case PLAN_OP_SHIFT:
        *v = number_shift(arena, *v, n->places);
        break;
    case PLAN_OP_ADD:
        for (size_t i = 1; i < n->part_count; i++)
            *v = number_add(arena, *v, n->parts[i]->value);
        break;
    case PLAN_OP_SUBTRACT:
        *v = number_subtract(arena, *v, n->parts[1]->value);
        break;
    case PLAN_OP_MULTIPLY:
        *v = number_multiply(arena, *v, n->parts[1]->value);
        break;
    case PLAN_OP_MIN:
    case PLAN_OP_MAX:
        for (size_t i = 1; i < n->part_count; i++)
            if ((number_compare(n->parts[i]->value, *v) > 0) == (n->operation == PLAN_OP_MAX))
                *v = n->parts[i]->value;
        break;
    case PLAN_OP_ROUND:
        must(number_round(arena, *v, n->parts[1]->value, v));
        break;
    case PLAN_OP_RATIO:
        must(number_ratio(arena, *v, n->parts[1]->value, n->places, v));
        break;
    case PLAN_OP_ROUND_RATIO:
        must(number_round_ratio(arena, *v, n->parts[1]->value, n->parts[2]->value, v));
        break;
    default:
        *v = number_of(plan_order_holds(n->operation, number_compare(*v, n->parts[1]->value)), 0);
    }
}

static bool trace(struct tracing *t, int32_t from, int32_t to);

static bool trace_loop(struct tracing *t, const struct plan_loop *loop)
{
    static const enum plan_operation folds[] = {PLAN_OP_ADD, PLAN_OP_MAX, PLAN_OP_MIN};
    struct plan_binding outer = t->binding;
    size_t count = loop->years ? (size_t)(loop->last - loop->first) + 1 : loop->count;
    struct plan_node **stack = t->stack,
                     **parts = arena_array(t->arena, struct plan_node *, count + t->program->depth + 4);
    size_t top = t->top;
    for (size_t k = 0; k < count; k++) {
        if (loop->years)
            t->binding.year = loop->first + (int32_t)k;
        else
            t->binding.slots[loop->slot] = loop->members[k];
        t->stack = parts + k;
        t->top = 0;
        if (!trace(t, loop->begin + 1, loop->end))
            return false;
    }
    t->stack = parts;
    t->top = count;
    compute(t, combine(t, folds[loop->fold], count));
    stack[top] = parts[0];
    t->stack = stack;
    t->top = top + 1;
    t->binding = outer;
    return true;
}

static bool trace_was(struct tracing *t)
{
    uint32_t row;
    size_t level;
    struct tracing inner = *t;
    plan_cell_parts(t->ev->model, t->cell, &row, &inner.binding);
    const struct plan_clause *clause = engine_define(t->ev, row, &inner.binding, t->level, &level);
    if (!clause) {
        const struct plan_given *given = plan_given_find(t->ev->model, t->cell);
        if (!given)
            return false;
        push_number(t, given->value);
        return true;
    }
    inner.level = level;
    inner.program = &clause->program;
    inner.stack = arena_array(t->arena, struct plan_node *, clause->program.depth + 4);
    inner.top = 0;
    if (!trace(&inner, 0, (int32_t)clause->program.op_count))
        return false;
    t->stack[t->top++] = inner.stack[0];
    return true;
}

static size_t taken(const struct plan_op *op)
{
    switch (op->code) {
    case PLAN_OP_NEGATE:
    case PLAN_OP_ABSOLUTE:
    case PLAN_OP_NOT:
    case PLAN_OP_SHIFT:
        return 1;
    case PLAN_OP_MIN:
    case PLAN_OP_MAX:
        return (size_t)op->a;
    case PLAN_OP_ROUND_RATIO:
        return 3;
    default:
        return 2;
    }
}

static bool year_holds(const struct tracing *t, const struct plan_op *op)
{
    int order = t->binding.year < op->a ? -1 : t->binding.year > op->a;
    return op->part == PLAN_OP_EQUAL        ? order == 0
           : op->part == PLAN_OP_DIFFERENT  ? order != 0
           : op->part == PLAN_OP_LESS       ? order < 0
           : op->part == PLAN_OP_LESS_EQUAL ? order <= 0
           : op->part == PLAN_OP_GREATER    ? order > 0
                                            : order >= 0;
}

static bool trace_one(struct tracing *t, const struct plan_op *op)
{
    plan_cell cell;
    struct number value;
    switch (op->code) {
    case PLAN_OP_CONSTANT:
        push_number(t, t->program->constants[op->a]);
        return true;
    case PLAN_OP_LOAD:
        return push_cell(t, op->a);
    case PLAN_OP_WAS:
        return trace_was(t);
    case PLAN_OP_YEAR_IS:
        push_number(t, number_of(year_holds(t, op), 0));
        return true;
    case PLAN_OP_MEMBER_IN:
        push_number(t, number_of(t->program->lists[op->a].holds[t->binding.slots[op->part]], 0));
        return true;
    case PLAN_OP_KNOWN:
        push_number(t, number_of(engine_cell(&t->program->references[op->a], &t->binding, &cell) &&
                                     plan_value(t->ev, cell, &value) != PLAN_HAS_NONE,
                                 0));
        return true;
    default: {
        struct plan_node *n = combine(t, (enum plan_operation)op->code, taken(op));
        n->places = op->a;
        compute(t, n);
        return true;
    }
    }
}

static bool trace(struct tracing *t, int32_t from, int32_t to)
{
    const struct plan_op *ops = t->program->ops;
    for (int32_t at = from; at < to;) {
        switch (ops[at].code) {
        case PLAN_OP_JUMP:
            at = ops[at].a;
            break;
        case PLAN_OP_JUMP_FALSE:
            at = truth_of(t->stack[--t->top]) ? at + 1 : ops[at].a;
            break;
        case PLAN_OP_LOOP:
            if (!trace_loop(t, &t->program->loops[ops[at].a]))
                return false;
            at = t->program->loops[ops[at].a].end + 1;
            break;
        default:
            if (!trace_one(t, &ops[at]))
                return false;
            at++;
        }
    }
    return true;
}

/* ---- One cell ---- */

struct reads {
    struct arena *arena;
    plan_cell *cells;
    size_t count, capacity;
};

static void list_reads(const struct plan_node *n, struct reads *reads)
{
    if (n->kind == PLAN_NODE_CELL) {
        if (reads->count < 4096) /* each once; a sum over more lists repeats, which only costs a line */
            for (size_t i = 0; i < reads->count; i++)
                if (reads->cells[i] == n->cell)
                    return;
        ARENA_GROW(reads->arena, reads->cells, reads->count, reads->capacity);
        reads->cells[reads->count++] = n->cell;
    }
    for (size_t i = 0; i < n->part_count; i++)
        list_reads(n->parts[i], reads);
}

static void explain_formula(struct plan_evaluation *ev, const struct plan_clause *clause, struct arena *arena,
                            struct plan_explanation *e)
{
    struct tracing t = {.ev = ev, .arena = arena, .program = &clause->program, .cell = e->cell};
    uint32_t row;
    plan_cell_parts(ev->model, e->cell, &row, &t.binding);
    (void)engine_define(ev, row, &t.binding, LEVEL_ALL, &t.level);
    t.stack = arena_array(arena, struct plan_node *, clause->program.depth + 4);
    e->clause = clause;
    e->formula = clause->text;
    e->origin = clause->origin;
    if (e->state != PLAN_HAS_VALUE || !trace(&t, 0, (int32_t)clause->program.op_count)) {
        plan_cell *reads;
        e->read_count = plan_reads(ev, e->cell, arena, &reads);
        e->reads = reads;
        return;
    }
    struct reads reads = {.arena = arena};
    e->tree = t.stack[0];
    list_reads(e->tree, &reads);
    e->reads = reads.cells;
    e->read_count = reads.count;
}

void plan_explain(struct plan_evaluation *ev, plan_cell cell, struct arena *arena, struct plan_explanation *ret)
{
    const struct plan_clause *clause;
    *ret = (struct plan_explanation){.cell = cell, .origin = {.source = PLAN_NONE}};
    ret->state = plan_value(ev, cell, &ret->value);
    ret->how = plan_how(ev, cell, &clause);
    if (clause)
        explain_formula(ev, clause, arena, ret);
    else if (ret->how == PLAN_HOW_GIVEN) {
        ret->given = plan_given_find(ev->model, cell);
        ret->origin = ret->given->origin;
    }
}

/* ---- As text ---- */

struct telling {
    struct plan_evaluation *ev;
    struct arena *arena;
    struct buffer *out;
    uint8_t *told;
    plan_cell *queue; /* JSON: cells in order */
    size_t count, capacity;
};

static const struct plan_unit *unit_of(const struct plan_model *m, plan_cell cell)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(m, cell, &row, &binding);
    return &m->rows[row].unit;
}

static struct slice value_words(struct telling *t, const struct plan_explanation *e)
{
    struct plan_failure failure;
    if (e->state == PLAN_HAS_VALUE)
        return plan_exact(unit_of(t->ev->model, e->cell), e->value, t->arena);
    if (e->state == PLAN_HAS_FAILED && plan_failure_of(t->ev, e->cell, &failure))
        return arena_format(t->arena, "cannot be computed: %.*s", PRINT(failure.sentence));
    return S("no value");
}

static void origin_words(struct telling *t, const struct plan_origin *origin)
{
    const struct plan_model *m = t->ev->model;
    if (origin->source != PLAN_NONE) {
        buffer_format(t->out, "  · %.*s", PRINT(m->sources[origin->source].title));
        if (origin->where.len)
            buffer_format(t->out, ", %.*s", PRINT(origin->where));
    }
    if (origin->file.len)
        buffer_format(t->out, "  (%.*s:%u)", PRINT(origin->file), origin->line);
}

static void indent(struct telling *t, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        buffer_add(t->out, S("  "));
}

static void tell_register(struct telling *t, const struct plan_given *given, size_t depth)
{
    const struct plan_model *m = t->ev->model;
    for (uint32_t i = 0; i < given->entry_count; i++) {
        const struct plan_part *part = &m->parts[given->first_entry + i];
        const struct plan_entry *entry = &m->entries[part->entry];
        indent(t, depth);
        buffer_format(t->out, "%.*s “%.*s” = %.*s", PRINT(entry->id), PRINT(entry->title),
                      PRINT(number_text(t->arena, part->value)));
        origin_words(t, &entry->origin);
        buffer_add_byte(t->out, '\n');
    }
}

static void tell(struct telling *t, plan_cell cell, size_t depth, size_t left)
{
    struct plan_explanation e;
    plan_explain(t->ev, cell, t->arena, &e);
    const struct plan_unit *unit = unit_of(t->ev->model, cell);
    indent(t, depth);
    buffer_format(t->out, "%.*s = %.*s", PRINT(plan_cell_name(t->ev->model, cell, t->arena)),
                  PRINT(value_words(t, &e)));
    if (unit->kind == PLAN_UNIT_MONEY || unit->kind == PLAN_UNIT_COUNT)
        buffer_format(t->out, " %.*s", PRINT(unit->name));
    bool told = t->told[cell / 8] & (1 << cell % 8);
    t->told[cell / 8] |= (uint8_t)(1 << cell % 8);
    if (e.how == PLAN_HOW_SET)
        buffer_add(t->out, S("  · set for this question"));
    if (e.clause)
        buffer_format(t->out, "  = %.*s", PRINT(e.formula));
    origin_words(t, &e.origin);
    if (told && e.read_count) {
        buffer_add(t->out, S("  (see above)\n"));
        return;
    }
    buffer_add_byte(t->out, '\n');
    if (e.given)
        tell_register(t, e.given, depth + 1);
    for (size_t i = 0; left > 0 && i < e.read_count; i++)
        tell(t, e.reads[i], depth + 1, left - 1);
}

#define DEPTH_MAX 400 /* of the text's indentation; deeper chains end with what they read */

void plan_explain_text(struct plan_evaluation *ev, plan_cell cell, size_t depth, struct buffer *out)
{
    struct arena *arena = arena_make(0);
    struct telling t = {.ev = ev, .arena = arena, .out = out};
    t.told = arena_large(arena, ev->model->cells / 8 + 1);
    tell(&t, cell, 0, depth && depth < DEPTH_MAX ? depth : DEPTH_MAX);
    arena_free(arena);
}

/* ---- As JSON ---- */

static const char *const operation_words[] = {
    [PLAN_OP_NEGATE] = "negate",
    [PLAN_OP_ABSOLUTE] = "absolute",
    [PLAN_OP_NOT] = "not",
    [PLAN_OP_SHIFT] = "shift",
    [PLAN_OP_ADD] = "add",
    [PLAN_OP_SUBTRACT] = "subtract",
    [PLAN_OP_MULTIPLY] = "multiply",
    [PLAN_OP_EQUAL] = "equal",
    [PLAN_OP_DIFFERENT] = "different",
    [PLAN_OP_LESS] = "less",
    [PLAN_OP_LESS_EQUAL] = "less_equal",
    [PLAN_OP_GREATER] = "greater",
    [PLAN_OP_GREATER_EQUAL] = "greater_equal",
    [PLAN_OP_MIN] = "min",
    [PLAN_OP_MAX] = "max",
    [PLAN_OP_ROUND] = "round",
    [PLAN_OP_RATIO] = "ratio",
    [PLAN_OP_ROUND_RATIO] = "round_ratio",
};

#define JSON_DEPTH 26 /* of one formula's tree: two levels of JSON each, of which base/json.h holds 60 */

static void tree_json(struct telling *t, struct json *json, const struct plan_node *n, size_t depth)
{
    if (n->kind == PLAN_NODE_NUMBER || depth == JSON_DEPTH) {
        json_text(json, number_text(t->arena, n->value));
        return;
    }
    json_object(json);
    if (n->kind == PLAN_NODE_CELL)
        json_pair_text(json, "cell", plan_cell_name(t->ev->model, n->cell, t->arena));
    else {
        json_pair_text(json, "operation", slice_of(operation_words[n->operation]));
        if (n->operation == PLAN_OP_RATIO || n->operation == PLAN_OP_SHIFT)
            json_pair_integer(json, "places", n->places);
        json_key(json, "parts");
        json_array(json);
        for (size_t i = 0; i < n->part_count; i++)
            tree_json(t, json, n->parts[i], depth + 1);
        json_end(json);
    }
    json_end(json);
}

static void parts_json(struct telling *t, struct json *json, const struct plan_given *given)
{
    const struct plan_model *m = t->ev->model;
    json_key(json, "lines");
    json_array(json);
    for (uint32_t i = 0; i < given->entry_count; i++) {
        const struct plan_part *part = &m->parts[given->first_entry + i];
        json_object(json);
        json_pair_text(json, "id", m->entries[part->entry].id);
        json_pair_text(json, "title", m->entries[part->entry].title);
        json_pair_text(json, "value", number_text(t->arena, part->value));
        json_end(json);
    }
    json_end(json);
}

static void cell_json(struct telling *t, struct json *json, plan_cell cell)
{
    static const char *const hows[] = {"none", "given", "formula", "overlay", "set"};
    const struct plan_model *m = t->ev->model;
    struct plan_explanation e;
    plan_explain(t->ev, cell, t->arena, &e);
    json_object(json);
    json_pair_text(json, "cell", plan_cell_name(m, cell, t->arena));
    json_pair_text(json, "title", plan_cell_title(m, cell, t->arena));
    json_pair_text(json, "how", slice_of(hows[e.how]));
    if (e.state == PLAN_HAS_VALUE)
        json_pair_text(json, "value", number_text(t->arena, e.value));
    else
        json_pair_text(json, "fault", value_words(t, &e));
    json_pair_text(json, "unit", unit_of(m, cell)->name);
    if (e.clause)
        json_pair_text(json, "formula", e.formula);
    if (e.origin.source != PLAN_NONE) {
        json_pair_text(json, "source", m->sources[e.origin.source].title);
        json_pair_text(json, "where", e.origin.where);
    }
    if (e.origin.file.len) {
        json_pair_text(json, "file", e.origin.file);
        json_pair_integer(json, "line", e.origin.line);
    }
    if (e.given && e.given->entry_count)
        parts_json(t, json, e.given);
    if (e.tree) {
        json_key(json, "tree");
        tree_json(t, json, e.tree, 0);
    }
    json_end(json);
    for (size_t i = 0; i < e.read_count; i++) {
        plan_cell read = e.reads[i];
        if (t->told[read / 8] & (1 << read % 8))
            continue;
        t->told[read / 8] |= (uint8_t)(1 << read % 8);
        ARENA_GROW(t->arena, t->queue, t->count, t->capacity);
        t->queue[t->count++] = read;
    }
}

/* All that have a value, checks' and tables' own too, in the order of cells. */
static void every_cell_json(struct telling *t, struct json *json)
{
    struct number value;
    memset(t->told, 0xff, t->ev->model->cells / 8 + 1);
    for (plan_cell cell = 0; cell < t->ev->model->cells; cell++)
        if (plan_value(t->ev, cell, &value) == PLAN_HAS_VALUE)
            cell_json(t, json, cell);
}

void plan_explain_json(struct plan_evaluation *ev, plan_cell cell, struct buffer *out)
{
    struct arena *arena = arena_make(0);
    struct telling t = {.ev = ev, .arena = arena, .out = out};
    struct json json = json_to(out);
    t.told = arena_large(arena, ev->model->cells / 8 + 1);
    json_object(&json);
    json_key(&json, "cells");
    json_array(&json);
    if (cell == PLAN_NONE)
        every_cell_json(&t, &json);
    else {
        t.told[cell / 8] |= (uint8_t)(1 << cell % 8);
        cell_json(&t, &json, cell);
    }
    for (size_t i = 0; i < t.count; i++)
        cell_json(&t, &json, t.queue[i]);
    json_end(&json);
    json_end(&json);
    arena_free(arena);
}
