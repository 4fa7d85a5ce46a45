/* `staithe link --what-if …` on the hub: counts, then a few examples. */
#include "cli/commands.h"
#include "cli/link_call.h"

#include "base/json.h"
#include "hub/answer_json.h"

enum { SHOWN = 5, PAIRS_SHOWN = 12 }; /* examples of joins and of splits each; sources in the text */

/* Whose eyes the examples are for: a steward's who is signed in here. Anybody else sees the weights alone. */
static const struct guard_session *viewer_of(struct invocation *invocation, struct app *app,
                                             const struct guard_session *otherwise)
{
    struct guard_session *session;
    struct error ignored = NO_ERROR;
    return app_session(invocation, app, &session, &ignored) && (guard_who(session)->abilities & ABILITY_STEWARD)
               ? session
               : otherwise;
}

static void say_counts(const struct hub_what_if *found, struct buffer *out)
{
    const struct what_if *counts = &found->counts;
    buffer_format(out,
                  "%u people in %zu records today, %u then: %u stand as they stood\n"
                  "%u would be joined of several (%llu pairs of records, %llu links), %u would split (%llu pairs, %llu "
                  "links); %u new, %u gone\n",
                  counts->before, found->records, counts->after, counts->same, counts->joined,
                  (unsigned long long)counts->pairs_joined, (unsigned long long)found->links_gained, counts->split,
                  (unsigned long long)counts->pairs_split, (unsigned long long)found->links_lost, counts->made,
                  counts->ended);
    buffer_format(out,
                  "joining from %g bits, doubtful from %g: today %g and %g; %zu doubtful links would wait, today %zu\n"
                  "expected by the weights: precision %.4f and recall %.4f; today %.4f and %.4f\n",
                  found->join[1], found->review[1], found->join[0], found->review[0], found->doubts[1],
                  found->doubts[0], found->expected[1].precision, found->expected[1].recall,
                  found->expected[0].precision, found->expected[0].recall);
    for (size_t i = 0; i < found->pair_count && i < PAIRS_SHOWN; i++)
        buffer_format(out, "  %.*s with %.*s: %llu pairs joined, %llu split\n", PRINT(found->pairs[i].source_a),
                      PRINT(found->pairs[i].source_b), (unsigned long long)found->pairs[i].joined,
                      (unsigned long long)found->pairs[i].split);
    if (found->left_out)
        buffer_format(out, "%zu records that landed since the last linking are left out\n", found->left_out);
}

bool what_if_the_hub(struct invocation *invocation, struct app *app, const struct guard_session *session,
                     const struct what_if_question *question, const struct hub_link_options *options, struct error *err)
{
    struct arena *arena = invocation->arena;
    const struct guard_session *viewer = viewer_of(invocation, app, session);
    struct hub_what_if *found;
    struct what_if_view *view;
    struct buffer out = buffer_make(arena);
    if (!hub_what_if(&app->hub, viewer, question, options, arena, &found, err) ||
        !hub_what_if_show(&app->hub, viewer, found, SHOWN, arena, &view, err))
        return false;
    if (invocation->json) {
        struct json json = json_to(&out);
        what_if_json(&json, found, view, arena);
        buffer_add(&out, S("\n"));
    } else {
        say_counts(found, &out);
        for (size_t i = 0; i < view->count; i++) {
            buffer_format(&out, "\nWould %s: %.*s\n", view->shown[i].example->joins ? "join" : "split",
                          PRINT(view->shown[i].reason));
            print_why_link(view->why, &view->why->links[view->shown[i].link], &out);
        }
        if (view->count && viewer == session)
            buffer_add(&out, S("\nSign in as a data steward (staithe login) to see whom the examples are about.\n"));
        buffer_add(&out, S("\nNothing was changed; --adopt REASON beside the same words puts it in force.\n"));
    }
    print_out(&out);
    return true;
}
