#include "store/both.h"

/* Every named statement of every room is compiled by each database against the schema it is for, so that a misspelt
 * column is found here and not by a user. */
static void every_named_statement_is_understood(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct value nulls[64] = {0};
    int wrong = 0, seen = 0;
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        const struct statement_text *s = &statement_texts[i];
        bool audit = strcmp(s->room, "audit") == 0;
        if (audit != (both->schema == STORE_AUDIT))
            continue;
        assert_true(s->arguments <= (int)countof(nulls));
        struct transaction *t = both_begin(both, TRANSACTION_WRITE);
        bool sqlite = both->dialect == STORE_SQLITE;
        struct sql sql = {sqlite ? arena_format(both->arena, "EXPLAIN %s", s->sqlite)
                                 : arena_format(both->arena, "PREPARE try_%s AS %s", s->name, s->postgresql)};
        if (!store_execute_sql(t, &sql, nulls, sqlite ? (size_t)s->arguments : 0, NULL, &err)) {
            print_error("%s: %s\n", s->name, err.text);
            wrong++;
        }
        transaction_rollback(t);
        seen++;
    }
    print_message("# %d statements\n", seen);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_BOTH(every_named_statement_is_understood),
                                       AUDIT_ON_BOTH(every_named_statement_is_understood)};
    return cmocka_run_group_tests_name("statements", tests, NULL, NULL);
}
