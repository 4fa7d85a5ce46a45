/* Snapshots of some size that follow one another, each a little changed: rows changed, new, gone, moved, twice, at
 * fault, good and bad under one key in either order; and in between a file in quite another order. What became of the
 * rows is held against a plain model that knows nothing of windows, filters and sorts. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD   "number,Full Name,born,kind,score\n"
#define PEOPLE 24000 /* more than the window of landing_step.c holds */
#define MOST   (2 * PEOPLE)

/* A row of the file: person, score; a score above 10 is at fault. */
struct line {
    int person, score;
};

/* What the hub holds of a person. */
struct held {
    int score;
    bool known, open;
};

struct model {
    struct held people[MOST];
    struct line file[MOST];
    int rows;
    uint32_t random;
};

static uint32_t below(struct model *m, uint32_t n)
{
    m->random = m->random * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(m->random >> 4) * n >> 28);
}

static void insert(struct model *m, int at, struct line line)
{
    memmove(&m->file[at + 1], &m->file[at], (size_t)(m->rows - at) * sizeof line);
    m->file[at] = line;
    m->rows++;
}

static void take(struct model *m, int at, int count)
{
    memmove(&m->file[at], &m->file[at + count], (size_t)(m->rows - at - count) * sizeof m->file[0]);
    m->rows -= count;
}

/* The counts that the file must give, by the rules of landing.h; the model becomes what is held afterwards. */
static struct landing_counts expected(struct model *m)
{
    enum { NONE, BAD, GOOD_ONE };
    int *first = calloc(MOST, sizeof *first), *seen = calloc(MOST, sizeof *seen);
    must(first && seen);
    struct landing_counts c = {.rows_in = m->rows};
    for (int i = 0; i < m->rows; i++) {
        struct line line = m->file[i];
        struct held *held = &m->people[line.person];
        if (line.score > 10) {
            c.quarantined++;
            seen[line.person] = seen[line.person] == GOOD_ONE ? GOOD_ONE : BAD;
        } else if (seen[line.person] == GOOD_ONE) {
            if (line.score == first[line.person])
                c.repeated++;
            else
                c.quarantined++;
        } else {
            seen[line.person] = GOOD_ONE;
            first[line.person] = line.score;
            if (!held->known)
                c.added++;
            else if (held->open && held->score == line.score)
                c.unchanged++;
            else
                c.changed++;
        }
    }
    for (int i = 0; i < MOST; i++) {
        struct held *held = &m->people[i];
        if (seen[i] == GOOD_ONE) {
            *held = (struct held){first[i], true, true};
        } else if (held->open && seen[i] == NONE) {
            held->open = false;
            c.closed++;
        }
    }
    free(first);
    free(seen);
    return c;
}

static struct slice file_of(const struct model *m, struct arena *arena)
{
    struct buffer text = buffer_make(arena);
    buffer_add(&text, S(HEAD));
    for (int i = 0; i < m->rows; i++)
        buffer_format(&text, "P%d,Somebody,,A,%d\n", m->file[i].person, m->file[i].score);
    return buffer_slice(&text);
}

struct seen {
    const struct model *m;
    int open;
};

static bool look_at(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct seen *seen = context;
    int64_t person;
    (void)err;
    must(columns == 2 && slice_integer(slice_part(cell_text(&cells[0]), 1, cell_text(&cells[0]).len), &person));
    const struct held *held = &seen->m->people[person];
    if (!held->open || held->score != cell_integer(&cells[1]))
        fail_msg("P%lld is seen with %lld", (long long)person, (long long)cell_integer(&cells[1]));
    seen->open++;
    return true;
}

static void land_and_look(struct world *w, struct model *m)
{
    struct error err;
    struct arena *arena = arena_make(0);
    struct landing l = world_land_as(w, file_of(m, arena), NULL, NO_DATE, true);
    struct landing_counts c = expected(m);
    assert_counts(&l, c.rows_in, c.added, c.changed, c.unchanged, c.quarantined, c.repeated, c.closed);
    struct transaction *t = both_begin(w->both, TRANSACTION_READ);
    struct seen seen = {.m = m};
    const struct sql sql = {
        S("SELECT p.number, p.score FROM source_people p JOIN record r ON r.id = p.record WHERE r.to_landing IS NULL")};
    GOOD(store_each_sql(t, &sql, NO_ARGS, look_at, &seen, &err));
    int open = 0;
    for (int i = 0; i < MOST; i++)
        open += m->people[i].open;
    assert_int_equal(seen.open, open);
    /* One anchor a key, however often it was changed, gone and back. */
    assert_int_equal(both_integer(w->both, t,
                                  "SELECT count(*) FROM (SELECT key FROM record GROUP BY key HAVING "
                                  "count(DISTINCT anchor) > 1) several"),
                     0);
    transaction_rollback(t);
    world_sound(w);
    arena_free(arena);
}

static void change_a_little(struct model *m, int *next_person)
{
    for (int i = 0; i < PEOPLE / 100; i++) {
        struct line *line = &m->file[below(m, (uint32_t)m->rows)];
        line->score = (int)below(m, 11);
        if (i % 4 == 0)
            insert(m, (int)below(m, (uint32_t)m->rows), (struct line){(*next_person)++, (int)below(m, 11)});
        if (i % 5 == 0)
            take(m, (int)below(m, (uint32_t)m->rows - 1), 1);
        int at = (int)below(m, (uint32_t)m->rows);
        struct line row = m->file[at];
        switch (i % 8) {
        case 0: /* the same again, near and far */
            insert(m, at, row);
            insert(m, (int)below(m, (uint32_t)m->rows), row);
            break;
        case 1: /* another of its key, far */
            row.score = (row.score + 1) % 11;
            insert(m, (int)below(m, (uint32_t)m->rows), row);
            break;
        case 2: /* one at fault beside it, before or behind */
            insert(m, at + (int)below(m, 2), (struct line){row.person, 99});
            break;
        case 3: /* one at fault far away */
            insert(m, (int)below(m, (uint32_t)m->rows), (struct line){row.person, 98});
            break;
        case 4: /* moved */
            take(m, at, 1);
            insert(m, (int)below(m, (uint32_t)m->rows), row);
            break;
        case 5: /* at fault itself */
            m->file[at].score = 99;
            break;
        default:
            break;
        }
    }
}

static void shuffle(struct model *m)
{
    for (int i = m->rows - 1; i > 0; i--) {
        int k = (int)below(m, (uint32_t)i + 1);
        struct line swap = m->file[i];
        m->file[i] = m->file[k];
        m->file[k] = swap;
    }
}

/* What duplicates and faults were put in goes again, so that the next round has its own. */
static void tidy(struct model *m)
{
    bool *there = calloc(MOST, sizeof *there);
    must(there);
    int kept = 0;
    for (int i = 0; i < m->rows; i++) {
        struct line line = m->file[i];
        if (there[line.person] || (line.score > 10 && i % 2))
            continue;
        there[line.person] = true;
        m->file[kept++] = line;
    }
    m->rows = kept;
    free(there);
}

static void snapshots_that_follow_one_another_give_what_a_plain_model_gives(void **state)
{
    struct world w;
    struct model *m = calloc(1, sizeof *m);
    must(m);
    m->random = 20261128;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    int next_person = PEOPLE;
    for (int i = 0; i < PEOPLE; i++)
        m->file[m->rows++] = (struct line){i, (int)below(m, 11)};
    land_and_look(&w, m);
    for (int round = 1; round <= 7; round++) {
        tidy(m);
        change_a_little(m, &next_person);
        if (round == 2) /* a piece that is gone, and comes back elsewhere in the next round but one */
            take(m, 5000, 3000);
        if (round == 3)
            for (int i = 0; i < 4000; i++)
                insert(m, 15000 + i, (struct line){next_person++, 5});
        if (round == 4)
            for (int i = 5000; i < 8000; i++)
                insert(m, 18000, (struct line){i, 3});
        if (round == 5)
            take(m, 1000, 18000); /* more than the window */
        if (round == 6)
            shuffle(m);
        land_and_look(&w, m);
    }
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(snapshots_that_follow_one_another_give_what_a_plain_model_gives),
    };
    return cmocka_run_group_tests_name("landing step", tests, NULL, NULL);
}
