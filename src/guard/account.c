/* Accounts: made, changed, disabled. Every change and its record are one transaction; hashing is done before it begins,
 * so that the writer is never held for most of a second. */
#include "guard/account.h"

#include "base/json.h"
#include "base/text.h"
#include "guard/change.h"
#include "guard/inside.h"

/* ---- What an account may be ---- */

bool account_name(struct slice typed, struct arena *arena, struct slice *ret)
{
    if (typed.len > 200)
        return false;
    struct slice name = text_fold(arena, typed);
    if (name.len < 2 || name.len > 60)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool inner = i > 0 && i + 1 < name.len && (c == '.' || c == '-');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || inner))
            return false;
    }
    *ret = name;
    return true;
}

static bool name_check(struct slice typed, struct arena *arena, struct slice *ret, struct error *err)
{
    if (account_name(typed, arena, ret))
        return true;
    return error_set(err, ERROR_INPUT,
                     "an account's name is 2 to 60 letters and digits, with dots or hyphens between them, such as "
                     "sam.larkmere");
}

static bool roles_check(const struct catalogue *catalogue, const struct slice *roles, size_t count, struct error *err)
{
    if (!count)
        return error_set(err, ERROR_INPUT, "the account has no role; give it one of the county's");
    for (size_t i = 0; i < count; i++)
        if (!catalogue_role(catalogue, roles[i]))
            return error_set(err, ERROR_INPUT, "the county has no role %.*s; see roles in county.yaml",
                             PRINT(roles[i]));
    return true;
}

static bool may_administer(const struct catalogue *catalogue, const struct slice *roles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct role *role = catalogue_role(catalogue, roles[i]);
        if (role && (role->abilities & ABILITY_ADMINISTER))
            return true;
    }
    return false;
}

/* ---- Making ---- */

struct making {
    struct slice name, shown, agency, roles, hash;
    bool demonstration;
};

static bool making_check(const struct catalogue *catalogue, const struct account_options *options, struct arena *arena,
                         struct making *ret, struct error *err)
{
    if (!name_check(options->name, arena, &ret->name, err) || !password_check(ret->name, options->password, err) ||
        !roles_check(catalogue, options->roles, options->role_count, err))
        return false;
    ret->shown = slice_trim(options->shown);
    if (ret->shown.len == 0 || ret->shown.len > 120 || text_valid_utf8(ret->shown) != ret->shown.len)
        return error_set(err, ERROR_INPUT, "the account needs the person's name as it is shown, up to 120 bytes long");
    for (size_t i = 0; i < ret->shown.len; i++)
        if ((unsigned char)ret->shown.at[i] < 32)
            return error_set(err, ERROR_INPUT, "the person's name holds a control character; take it out");
    if (!catalogue_agency(catalogue, options->agency))
        return error_set(err, ERROR_INPUT, "the county has no agency %.*s; see agencies in county.yaml",
                         PRINT(options->agency));
    ret->agency = options->agency;
    ret->roles = arena_join(arena, options->roles, options->role_count, S(" "));
    return true;
}

static bool hash_queued(struct guard *guard, struct slice password, struct arena *arena, struct slice *ret,
                        struct error *err)
{
    if (!password_enter(guard, err))
        return false;
    bool done = password_hash(guard, password, arena, ret, err);
    password_leave(guard);
    return done;
}

static bool insert(struct transaction *transaction, const struct making *making, struct arena *arena, int64_t *ret_id,
                   struct error *err)
{
    struct result there;
    if (!store_query(transaction, STATEMENT_ACCOUNT_BY_NAME, ARGS(value_text(making->name)), arena, &there, err))
        return false;
    if (there.rows)
        return error_set(err, ERROR_CONFLICT, "there is an account %.*s already; choose another name",
                         PRINT(making->name));
    return store_next_ids(transaction, "account", 1, ret_id, err) &&
           store_execute(transaction, STATEMENT_ACCOUNT_INSERT,
                         ARGS(value_integer(*ret_id), value_text(making->name), value_text(making->shown),
                              value_text(making->agency), value_text(making->roles), value_text(making->hash),
                              value_integer(making->demonstration),
                              value_integer(host_now(store_host(transaction_store(transaction))))),
                         NULL, err);
}

/* {"did": "make", "roles": "…"} */
static struct slice detail_of(const char *did, struct slice roles, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    struct json json = json_to(&out);
    json_object(&json);
    json_pair_text(&json, "did", slice_of(did));
    if (roles.len)
        json_pair_text(&json, "roles", roles);
    json_end(&json);
    return buffer_slice(&out);
}

bool account_first_administrator(struct guard *guard, const struct account_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    const struct catalogue *catalogue = guard_take_catalogue(guard, scratch);
    struct making making = {0};
    struct transaction *transaction;
    const struct value *row;
    int64_t id;
    bool done = making_check(catalogue, options, scratch, &making, err) &&
                (may_administer(catalogue, options->roles, options->role_count) ||
                 error_set(err, ERROR_INPUT, "the first account must have a role that may administer")) &&
                hash_queued(guard, options->password, scratch, &making.hash, err) &&
                store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
                store_query_one(transaction, STATEMENT_ACCOUNT_COUNTS, NO_ARGS, scratch, "", &row, err) &&
                (cell_integer(&row[0]) == 0 ||
                 error_set(err, ERROR_CONFLICT,
                           "this hub has accounts already; an administrator makes more with `staithe user add`")) &&
                insert(transaction, &making, scratch, &id, err) &&
                change_write_as(transaction, making.name, S("account"), making.name,
                                detail_of("make first administrator", making.roles, scratch), err) &&
                transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

bool account_make(const struct guard_session *session, const struct account_options *options, struct error *err)
{
    struct guard *guard = guard_of(session);
    struct arena *scratch = arena_make(0);
    struct making making = {0};
    struct transaction *transaction;
    int64_t id;
    bool done =
        guard_needs(session, ABILITY_ADMINISTER, err) &&
        making_check(guard_catalogue(session), options, scratch, &making, err) &&
        hash_queued(guard, options->password, scratch, &making.hash, err) &&
        store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
        insert(transaction, &making, scratch, &id, err) &&
        change_write(transaction, session, S("account"), making.name, detail_of("make", making.roles, scratch), err) &&
        transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

/* ---- Looking ---- */

static void account_of_row(const struct value *row, struct account *out)
{
    *out = (struct account){
        .id = cell_integer(&row[ACCOUNT_ID]),
        .name = cell_text(&row[ACCOUNT_NAME]),
        .shown = cell_text(&row[ACCOUNT_SHOWN]),
        .agency = cell_text(&row[ACCOUNT_AGENCY]),
        .roles = cell_text(&row[ACCOUNT_ROLES]),
        .demonstration = cell_integer(&row[ACCOUNT_DEMONSTRATION]) != 0,
        .disabled = cell_integer(&row[ACCOUNT_DISABLED]) != 0,
        .made_at = cell_integer(&row[ACCOUNT_MADE_AT]),
    };
}

static bool all_accounts(struct transaction *transaction, struct arena *arena, struct account **ret, size_t *ret_count,
                         struct error *err)
{
    struct result rows;
    if (!store_query(transaction, STATEMENT_ACCOUNT_LIST, NO_ARGS, arena, &rows, err))
        return false;
    struct account *accounts = arena_array(arena, struct account, rows.rows ? rows.rows : 1);
    for (size_t i = 0; i < rows.rows; i++)
        account_of_row(result_row(&rows, i), &accounts[i]);
    *ret = accounts;
    *ret_count = rows.rows;
    return true;
}

bool account_list(const struct guard_session *session, struct arena *arena, struct account **ret, size_t *ret_count,
                  struct error *err)
{
    struct transaction *transaction;
    if (!guard_needs(session, ABILITY_ADMINISTER, err) ||
        !store_begin(guard_store(guard_of(session)), TRANSACTION_READ, NULL, arena, &transaction, err))
        return false;
    bool done = all_accounts(transaction, arena, ret, ret_count, err);
    transaction_rollback(transaction);
    return done;
}

/* ERROR_NOT_FOUND when there is none. */
static bool find(struct transaction *transaction, struct slice typed, struct arena *arena, const struct value **ret_row,
                 struct error *err)
{
    struct slice name;
    return name_check(typed, arena, &name, err) &&
           store_query_one(transaction, STATEMENT_ACCOUNT_BY_NAME, ARGS(value_text(name)), arena,
                           "there is no account of that name; `staithe user list` names them all", ret_row, err);
}

bool account_find(const struct guard_session *session, struct slice name, struct arena *arena, struct account *ret,
                  struct error *err)
{
    struct transaction *transaction;
    const struct value *row;
    if (!guard_needs(session, ABILITY_ADMINISTER, err) ||
        !store_begin(guard_store(guard_of(session)), TRANSACTION_READ, NULL, arena, &transaction, err))
        return false;
    bool done = find(transaction, name, arena, &row, err);
    transaction_rollback(transaction);
    if (done)
        account_of_row(row, ret);
    return done;
}

/* ---- Changing ---- */

/* Somebody else must be left who can administer; the account `but` is not counted. */
static bool others_administer(struct transaction *transaction, const struct catalogue *catalogue, int64_t but,
                              struct arena *arena, struct error *err)
{
    struct account *accounts;
    size_t count;
    if (!all_accounts(transaction, arena, &accounts, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct slice *roles;
        size_t role_count = split_words(accounts[i].roles, arena, &roles);
        if (accounts[i].id != but && !accounts[i].disabled && may_administer(catalogue, roles, role_count))
            return true;
    }
    return error_set(err, ERROR_CONFLICT,
                     "this is the last account that may administer; give that role to somebody else first");
}

static struct value no_token(void)
{
    static const uint8_t nothing[32];
    return value_bytes(nothing, sizeof nothing);
}

static bool end_sessions(struct transaction *transaction, int64_t account, struct value but, struct error *err)
{
    return store_execute(transaction, STATEMENT_SESSION_DELETE_OTHERS, ARGS(value_integer(account), but), NULL, err);
}

bool account_disable(const struct guard_session *session, struct slice name, bool disabled, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    const struct value *row;
    bool done =
        guard_needs(session, ABILITY_ADMINISTER, err) &&
        store_begin(guard_store(guard_of(session)), TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
        find(transaction, name, scratch, &row, err) &&
        (!disabled ||
         (others_administer(transaction, guard_catalogue(session), cell_integer(&row[ACCOUNT_ID]), scratch, err) &&
          end_sessions(transaction, cell_integer(&row[ACCOUNT_ID]), no_token(), err))) &&
        store_execute(transaction, STATEMENT_ACCOUNT_SET_DISABLED, ARGS(row[ACCOUNT_ID], value_integer(disabled)), NULL,
                      err) &&
        change_write(transaction, session, S("account"), cell_text(&row[ACCOUNT_NAME]),
                     detail_of(disabled ? "disable" : "enable", NO_SLICE, scratch), err) &&
        transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

bool account_set_roles(const struct guard_session *session, struct slice name, const struct slice *roles, size_t count,
                       struct error *err)
{
    struct arena *scratch = arena_make(0);
    const struct catalogue *catalogue = guard_catalogue(session);
    struct slice joined = arena_join(scratch, roles, count, S(" "));
    struct transaction *transaction;
    const struct value *row;
    bool done =
        guard_needs(session, ABILITY_ADMINISTER, err) && roles_check(catalogue, roles, count, err) &&
        store_begin(guard_store(guard_of(session)), TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
        find(transaction, name, scratch, &row, err) &&
        (may_administer(catalogue, roles, count) ||
         others_administer(transaction, catalogue, cell_integer(&row[ACCOUNT_ID]), scratch, err)) &&
        store_execute(transaction, STATEMENT_ACCOUNT_SET_ROLES, ARGS(row[ACCOUNT_ID], value_text(joined)), NULL, err) &&
        change_write(transaction, session, S("account"), cell_text(&row[ACCOUNT_NAME]),
                     detail_of("set roles", joined, scratch), err) &&
        transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

/* Inside the queue for hashing. Tries count apart from those of signing in: who finds a screen left open can neither
 * guess the password here nor lock its owner out. */
static bool old_password_tried(struct guard *guard, struct slice name, struct slice old, struct arena *arena,
                               struct error *err)
{
    struct slice failures = guard_keyed(guard, arena_format(arena, "own %.*s", PRINT(name)), arena);
    struct transaction *transaction;
    const struct value *row;
    if (!store_begin(guard->store, TRANSACTION_READ, NULL, arena, &transaction, err))
        return false;
    bool looked = throttle_look(guard, transaction, failures, S("local"), arena, err) &&
                  find(transaction, name, arena, &row, err);
    transaction_rollback(transaction);
    if (!looked)
        return false;
    if (!password_fits(guard, cell_text(&row[ACCOUNT_HASH]), old))
        return throttle_note(guard, failures, S("local"), err) &&
               error_set(err, ERROR_DENIED, "the old password is not right; try again");
    return store_begin(guard->store, TRANSACTION_WRITE, NULL, arena, &transaction, err) &&
           store_execute(transaction, STATEMENT_SIGNIN_FAILURE_FORGET, ARGS(value_text(failures)), NULL, err) &&
           transaction_commit(transaction, err);
}

/* The old password is asked of everybody for their own. */
static bool old_password_fits(struct guard *guard, struct slice name, struct slice old, struct error *err)
{
    struct arena *scratch = arena_make(0);
    bool fits = false;
    if (password_enter(guard, err)) {
        fits = old_password_tried(guard, name, old, scratch, err);
        password_leave(guard);
    }
    arena_free(scratch);
    return fits;
}

/* With what has been checked already. `keep` is a session that goes on. */
static bool set_password(struct guard *guard, const struct guard_session *session, struct slice typed,
                         struct slice password, struct value keep, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct slice name, hash;
    struct transaction *transaction;
    const struct value *row;
    bool done = name_check(typed, scratch, &name, err) && password_check(name, password, err) &&
                hash_queued(guard, password, scratch, &hash, err) &&
                store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
                find(transaction, name, scratch, &row, err) &&
                store_execute(transaction, STATEMENT_ACCOUNT_SET_PASSWORD, ARGS(row[ACCOUNT_ID], value_text(hash)),
                              NULL, err) &&
                end_sessions(transaction, cell_integer(&row[ACCOUNT_ID]), keep, err);
    if (done && session)
        done =
            change_write(transaction, session, S("account"), name, detail_of("set password", NO_SLICE, scratch), err);
    else if (done)
        done = store_execute(transaction, STATEMENT_ACCOUNT_SET_DISABLED, ARGS(row[ACCOUNT_ID], value_integer(0)), NULL,
                             err) &&
               change_write_as(transaction, S("at the machine"), S("account"), name,
                               detail_of("reset password", NO_SLICE, scratch), err);
    done = done && transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

bool account_set_password(const struct guard_session *session, struct slice name, struct slice old,
                          struct slice password, struct error *err)
{
    struct guard *guard = guard_of(session);
    const struct guard_who *who = guard_who(session);
    bool own = slice_equal(who->name, name) && !who->system;
    if (own ? !old_password_fits(guard, name, old, err) : !guard_needs(session, ABILITY_ADMINISTER, err))
        return false;
    return set_password(guard, session, name, password,
                        own ? value_bytes(session->token.bytes, sizeof session->token.bytes) : no_token(), err);
}

bool account_reset(struct guard *guard, struct slice name, struct slice password, struct error *err)
{
    return set_password(guard, NULL, name, password, no_token(), err);
}

bool account_sign_out_elsewhere(const struct guard_session *session, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    const struct value *row;
    const struct guard_who *who = guard_who(session);
    must(!who->system);
    bool done = store_begin(guard_store(guard_of(session)), TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
                find(transaction, who->name, scratch, &row, err) &&
                end_sessions(transaction, cell_integer(&row[ACCOUNT_ID]),
                             value_bytes(session->token.bytes, sizeof session->token.bytes), err) &&
                change_write(transaction, session, S("account"), who->name,
                             detail_of("sign out elsewhere", NO_SLICE, scratch), err) &&
                transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

/* ---- Demonstration ---- */

static const struct {
    struct slice name, shown, agency, role;
} demonstration[] = {
    {S_INIT("sam.social"), S_INIT("Sam Larkmere"), S_INIT("norfolk_county_council"), S_INIT("social_worker")},
    {S_INIT("fiona.fire"), S_INIT("Fiona Quaymarsh"), S_INIT("norfolk_fire"), S_INIT("fire_safety_officer")},
    {S_INIT("connie.contact"), S_INIT("Connie Thurnby"), S_INIT("norfolk_county_council"), S_INIT("contact_officer")},
    {S_INIT("stella.steward"), S_INIT("Stella Wintershed"), S_INIT("norfolk_county_council"), S_INIT("data_steward")},
    {S_INIT("petra.partner"), S_INIT("Petra Elmditch"), S_INIT("breckland"), S_INIT("data_steward")},
    {S_INIT("grace.governance"), S_INIT("Grace Holmslade"), S_INIT("norfolk_county_council"),
     S_INIT("governance_lead")},
    {S_INIT("frank.finance"), S_INIT("Frank Mardlesham"), S_INIT("norfolk_county_council"), S_INIT("finance_officer")},
    {S_INIT("dora.director"), S_INIT("Dora Saltmarsh"), S_INIT("norfolk_county_council"), S_INIT("finance_director")},
    {S_INIT("adam.admin"), S_INIT("Adam Fenwright"), S_INIT("norfolk_county_council"), S_INIT("administrator")},
};

bool account_demonstration(struct guard *guard, struct arena *arena, struct account **ret, size_t *ret_count,
                           struct error *err)
{
    struct arena *scratch = arena_make(0);
    const struct catalogue *catalogue = guard_take_catalogue(guard, scratch);
    struct slice hash;
    struct transaction *transaction;
    struct account *accounts = arena_array(arena, struct account, countof(demonstration));
    size_t count = 0;
    bool done = hash_queued(guard, S(ACCOUNT_DEMONSTRATION_PASSWORD), scratch, &hash, err) &&
                store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err);
    for (size_t i = 0; done && i < countof(demonstration); i++) {
        const struct making making = {
            demonstration[i].name, demonstration[i].shown, demonstration[i].agency, demonstration[i].role, hash, true};
        struct result there;
        int64_t id;
        if (!catalogue_role(catalogue, making.roles) || !catalogue_agency(catalogue, making.agency))
            continue;
        done = store_query(transaction, STATEMENT_ACCOUNT_BY_NAME, ARGS(value_text(making.name)), scratch, &there, err);
        if (done && !there.rows)
            done =
                insert(transaction, &making, scratch, &id, err) &&
                change_write_as(transaction, S("at the machine"), S("account"), making.name,
                                detail_of("make for demonstration", making.roles, scratch), err) &&
                store_query(transaction, STATEMENT_ACCOUNT_BY_NAME, ARGS(value_text(making.name)), arena, &there, err);
        if (!done)
            break;
        account_of_row(result_row(&there, 0), &accounts[count]);
        accounts[count].name = arena_copy(arena, accounts[count].name);
        accounts[count].shown = arena_copy(arena, accounts[count].shown);
        accounts[count].agency = arena_copy(arena, accounts[count].agency);
        accounts[count].roles = arena_copy(arena, accounts[count].roles);
        count++;
    }
    done = done && transaction_commit(transaction, err);
    arena_free(scratch);
    if (done) {
        *ret = accounts;
        *ret_count = count;
    }
    return done;
}

bool account_demonstration_there(struct guard *guard, struct arena *arena, struct account **ret, size_t *ret_count,
                                 struct error *err)
{
    struct transaction *transaction;
    struct result result;
    if (!store_begin(guard_store(guard), TRANSACTION_READ, NULL, arena, &transaction, err) ||
        !store_query(transaction, STATEMENT_ACCOUNT_LIST, NO_ARGS, arena, &result, err))
        return false;
    transaction_rollback(transaction);
    struct account *accounts = arena_array(arena, struct account, result.rows);
    size_t count = 0;
    for (size_t i = 0; i < result.rows; i++) {
        account_of_row(result_row(&result, i), &accounts[count]);
        count += accounts[count].demonstration && !accounts[count].disabled;
    }
    *ret = accounts;
    *ret_count = count;
    return true;
}

bool account_remove_demonstration(const struct guard_session *session, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct account *accounts;
    size_t count;
    bool done = guard_needs(session, ABILITY_ADMINISTER, err) &&
                store_begin(guard_store(guard_of(session)), TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
                all_accounts(transaction, scratch, &accounts, &count, err);
    bool left = false;
    for (size_t i = 0; done && i < count; i++) {
        struct slice *roles;
        size_t role_count = split_words(accounts[i].roles, scratch, &roles);
        left = left || (!accounts[i].demonstration && !accounts[i].disabled &&
                        may_administer(guard_catalogue(session), roles, role_count));
    }
    done = done &&
           (left || error_set(err, ERROR_CONFLICT,
                              "nobody but a demonstration account may administer; make an administrator first")) &&
           store_execute(transaction, STATEMENT_SESSION_DELETE_DEMONSTRATION, NO_ARGS, NULL, err) &&
           store_execute(transaction, STATEMENT_ACCOUNT_DELETE_DEMONSTRATION, NO_ARGS, NULL, err) &&
           change_write(transaction, session, S("account"), S("demonstration"),
                        detail_of("remove demonstration accounts", NO_SLICE, scratch), err) &&
           transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}
