/* Passwords: hashed one at a time, and the same work for whoever knocks.
 *
 * Argon2id at libsodium's moderate limits takes 256 MiB and most of a second. One at a time keeps a burst of sign-ins
 * from taking all memory and both cores; whoever is far back in the queue is told to try again rather than left
 * waiting.
 *
 * For a name that has no account a fixed string of the same cost is verified, which no password fits: its hash is
 * all zero bytes. So the time does not tell whether a name exists. */
#include "guard/inside.h"

#include <sodium.h>

#define MOST_WAITING 24 /* about twenty seconds' worth */

#define NOTHING22 "AAAAAAAAAAAAAAAAAAAAAA"
#define NOTHING43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
static const char nobody_moderate[] = "$argon2id$v=19$m=262144,t=3,p=1$" NOTHING22 "$" NOTHING43;
static const char nobody_cheap[] = "$argon2id$v=19$m=8,t=1,p=1$" NOTHING22 "$" NOTHING43;

bool password_enter(struct guard *guard, struct error *err)
{
    pthread_mutex_lock(&guard->lock);
    bool full = guard->waiting_to_hash >= MOST_WAITING;
    guard->waiting_to_hash += !full;
    pthread_mutex_unlock(&guard->lock);
    if (full)
        return error_set(err, ERROR_BUSY, "many people are signing in at this moment; try again in half a minute");
    pthread_mutex_lock(&guard->hashing);
    return true;
}

void password_leave(struct guard *guard)
{
    pthread_mutex_unlock(&guard->hashing);
    pthread_mutex_lock(&guard->lock);
    guard->waiting_to_hash--;
    pthread_mutex_unlock(&guard->lock);
}

bool password_fits(const struct guard *guard, struct slice kept, struct slice password)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    bool known = kept.len > 0 && kept.len < sizeof text && password.len <= PASSWORD_LONGEST;
    if (known)
        memcpy(text, kept.at, kept.len);
    else
        memcpy(text, guard->cheap_passwords ? nobody_cheap : nobody_moderate,
               guard->cheap_passwords ? sizeof nobody_cheap : sizeof nobody_moderate);
    struct slice tried = slice_part(password, 0, PASSWORD_LONGEST);
    bool fits = crypto_pwhash_str_verify(text, tried.at ? tried.at : "", tried.len) == 0;
    return known && fits;
}

bool password_hash(const struct guard *guard, struct slice password, struct arena *arena, struct slice *ret,
                   struct error *err)
{
    char text[crypto_pwhash_STRBYTES];
    unsigned long long work = guard->cheap_passwords ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_MODERATE;
    size_t memory = guard->cheap_passwords ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_MODERATE;
    if (crypto_pwhash_str(text, password.at, password.len, work, memory) != 0)
        return error_set(err, ERROR_BUSY, "there is not enough memory to hash a password (256 MiB); try again later");
    *ret = arena_copy(arena, slice_of(text));
    return true;
}

bool password_check(struct slice name, struct slice password, struct error *err)
{
    static const struct slice well_known[] = {
        S_INIT("password1234"),  S_INIT("passwordpassword"), S_INIT("123456789012"),   S_INIT("qwertyuiop12"),
        S_INIT("qwertyuiopasd"), S_INIT("letmeinletmein"),   S_INIT("iloveyou1234"),   S_INIT("administrator"),
        S_INIT("welcome12345"),  S_INIT("changemechangeme"), S_INIT("norfolknorfolk"), S_INIT("staithestaithe"),
    };
    if (password.len < 12)
        return error_set(err, ERROR_INPUT, "the password is shorter than 12 characters; three words make a good one");
    if (password.len > PASSWORD_LONGEST)
        return error_set(err, ERROR_INPUT, "the password is longer than %d bytes; shorten it", PASSWORD_LONGEST);
    bool same = true;
    for (size_t i = 1; i < password.len; i++)
        same = same && password.at[i] == password.at[0];
    if (same || slice_equal_nocase(password, name))
        return error_set(err, ERROR_INPUT, "the password is too easy to guess; three words make a good one");
    for (size_t i = 0; i < countof(well_known); i++)
        if (slice_equal_nocase(password, well_known[i]))
            return error_set(err, ERROR_INPUT, "the password is one of those that are tried first; choose another");
    return true;
}
