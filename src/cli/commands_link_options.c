/* Which options of `staithe link` go together: what would be left out of account without a word is refused, with what
 * to do instead. */
#include "cli/commands.h"
#include "cli/link_call.h"

#include <stdio.h>

static const char *const of_the_hub[] = {"train", "anew", "compact", NULL};
static const char *const of_files[] = {
    "memory", "temporary", "clusters", "pairs", "truth",      "by",   "labels",
    "ask",    "report",    "explain",  "svg",   "save-model", "seed", "print-specification",
    NULL};
/* What a linking of files writes or says, beside its report. */
static const char *const outcomes[] = {"clusters", "pairs",   "truth", "by",         "labels", "ask",
                                       "report",   "explain", "svg",   "save-model", NULL};
static const char *const questions[] = {"what-if", "threshold", "model", "seed", NULL};
static const char *const changes[] = {"train", "anew", "compact", NULL};

static bool is_model(struct slice path)
{
    return slice_ends(path, S(".json"));
}

static bool hub_options_fit(const struct invocation *invocation, struct error *err)
{
    bool asks = option_given(invocation, "what-if") || option_given(invocation, "threshold") ||
                option_given(invocation, "model");
    if (!options_absent(invocation, of_files, "is of a linking of files: say which, staithe link SPEC.yaml FILE…", err))
        return false;
    if (is_model(option_text(invocation, "what-if", "")) && option_given(invocation, "model"))
        return error_set(err, ERROR_USAGE, "--what-if and --model name a model each; give one of them");
    if (option_given(invocation, "adopt") && asks && option_given(invocation, "train"))
        return error_set(err, ERROR_USAGE,
                         "--train makes a new model of today's rules, and --adopt puts another in force; leave one of "
                         "the two out");
    if (option_given(invocation, "adopt"))
        return asks ? true
                    : error_set(err, ERROR_USAGE,
                                "--adopt puts in force what --threshold, --what-if or --model say; give one of them");
    return !asks || options_absent(invocation, changes,
                                   "changes the hub, and a what-if changes nothing; leave one of the two out", err);
}

static bool question_fits(const struct invocation *invocation, struct error *err)
{
    return options_absent(invocation, outcomes,
                          "is not of a what-if, which only says who would join and split; leave one of the two out",
                          err);
}

static bool files_options_fit(const struct invocation *invocation, struct error *err)
{
    bool other = option_given(invocation, "what-if");
    if (option_given(invocation, "adopt"))
        return error_set(err, ERROR_USAGE,
                         "--adopt is the hub's; for files, write the thresholds into the specification");
    if (!options_absent(invocation, of_the_hub, "is the hub's; leave it out where files are linked", err))
        return false;
    if (option_given(invocation, "print-specification"))
        return options_absent(invocation, outcomes,
                              "asks for a linking, and --print-specification links nothing; leave one of the two out",
                              err) &&
               options_absent(invocation, questions,
                              "asks for a linking, and --print-specification links nothing; leave one of the two out",
                              err) &&
               (!invocation->json ||
                error_set(err, ERROR_USAGE, "a specification is printed as YAML; leave --json out"));
    if (option_given(invocation, "seed") && option_given(invocation, "model") &&
        (!other || is_model(option_text(invocation, "what-if", ""))))
        return error_set(err, ERROR_USAGE,
                         "--seed is of training, and --model gives a model that is trained; leave one of the two out");
    if (other || option_given(invocation, "threshold"))
        return question_fits(invocation, err);
    if (option_given(invocation, "svg") && !option_given(invocation, "explain"))
        return error_set(err, ERROR_USAGE, "--svg draws what --explain ID_A ID_B says; give both");
    if (option_given(invocation, "by") && !option_given(invocation, "truth"))
        return error_set(err, ERROR_USAGE, "--by needs --truth COLUMN: accuracy is a comparison with the truth");
    bool shown = !option_given(invocation, "explain") || option_given(invocation, "report");
    if (!shown && option_given(invocation, "truth"))
        return error_set(err, ERROR_USAGE,
                         "--explain answers in place of the figures that --truth asks for; leave one of the two out");
    if (!shown && option_given(invocation, "labels") && !option_given(invocation, "ask"))
        return error_set(err, ERROR_USAGE,
                         "--explain answers in place of the figures that --labels asks for; leave one of the two out");
    return true;
}

bool link_options_fit(const struct invocation *invocation, struct error *err)
{
    return invocation->word_count ? files_options_fit(invocation, err) : hub_options_fit(invocation, err);
}
