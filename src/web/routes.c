/* routes.c: the table. Order matters only between patterns that fit the same path: the more literal one stands first.
 */
#include "web/routes.h"

#include "web/pages.h"
#include "web/shapes.h"

#define P(...)                                                                                                         \
    .parameters = (const struct route_parameter[]){__VA_ARGS__},                                                       \
    .parameter_count = sizeof((const struct route_parameter[]){__VA_ARGS__}) / sizeof(struct route_parameter)
#define CSRF                                                                                                           \
    {                                                                                                                  \
        "csrf", IN_FORM, KIND_TEXT, true, "the form's token"                                                           \
    }
#define ID(of)                                                                                                         \
    {                                                                                                                  \
        "id", IN_PATH, KIND_INTEGER, true, "number of the " of                                                         \
    }
#define NAME(of)                                                                                                       \
    {                                                                                                                  \
        "name", IN_PATH, KIND_TEXT, true, "name of the " of                                                            \
    }
#define REASON                                                                                                         \
    {                                                                                                                  \
        "reason", IN_FORM, KIND_TEXT, true, "why, for others to read"                                                  \
    }
#define PAIR                                                                                                           \
    {"a", IN_PATH, KIND_INTEGER, true, "the first record"},                                                            \
    {                                                                                                                  \
        "b", IN_PATH, KIND_INTEGER, true, "the second record"                                                          \
    }
#define ASKED                                                                                                          \
    {"q", IN_QUERY, KIND_TEXT, false, "words: names, address, NHS number or UPRN"},                                    \
        {"born", IN_QUERY, KIND_TEXT, false, "date or year of birth"},                                                 \
        {"postcode", IN_QUERY, KIND_TEXT, false, "postcode or its first half"},                                        \
    {                                                                                                                  \
        "limit", IN_QUERY, KIND_INTEGER, false, "hits at most, up to 100"                                              \
    }
#define NEXT(place)                                                                                                    \
    {                                                                                                                  \
        "next", place, KIND_TEXT, false, "where to go afterwards, a path of this server"                               \
    }

#define BEFORE(of)                                                                                                     \
    {                                                                                                                  \
        "before", IN_QUERY, KIND_INTEGER, false, "the last " of " of the page before"                                  \
    }
#define SKIP_DOUBTS                                                                                                    \
    {                                                                                                                  \
        "skip", IN_QUERY, KIND_INTEGER, false, "how many the pages before had: their \"next\""                         \
    }
#define CONCERNS_ASKED                                                                                                 \
    {"closed", IN_QUERY, KIND_BOOL, false, "the closed ones instead"},                                                 \
    {                                                                                                                  \
        "after", IN_QUERY, KIND_INTEGER, false, "the last concern of the page before"                                  \
    }
#define QUARANTINE_ASKED                                                                                               \
    NAME("source"), {"landing", IN_QUERY, KIND_INTEGER, false, "of this landing only"},                                \
        {"all", IN_QUERY, KIND_BOOL, false, "corrected ones too"},                                                     \
    {                                                                                                                  \
        "after", IN_QUERY, KIND_INTEGER, false, "the last row of the page before"                                      \
    }
#define SEEN                                                                                                           \
    {"source", IN_QUERY, KIND_TEXT, false, "a source"},                                                                \
    {                                                                                                                  \
        "column", IN_QUERY, KIND_TEXT, false, "a column of it"                                                         \
    }
#define AUDIT_ASKED                                                                                                    \
    {"account", IN_QUERY, KIND_TEXT, false, "of this account only"},                                                   \
        {"action", IN_QUERY, KIND_TEXT, false, "of this action only"},                                                 \
        {"subject", IN_QUERY, KIND_TEXT, false, "of this person only, as linkage:number"}, BEFORE("entry")

#define PLAN                                                                                                           \
    {                                                                                                                  \
        "name", IN_PATH, KIND_TEXT, true, "name of the plan"                                                           \
    }
#define PLAN_TABLE                                                                                                     \
    {                                                                                                                  \
        "table", IN_PATH, KIND_TEXT, true, "name of the table"                                                         \
    }
#define PLAN_REGISTER                                                                                                  \
    {                                                                                                                  \
        "register", IN_PATH, KIND_TEXT, true, "bids, savings, virements, capital or reserves"                          \
    }
#define PLAN_ROW                                                                                                       \
    {                                                                                                                  \
        "row", IN_PATH, KIND_TEXT, true, "reference of the row"                                                        \
    }
#define PLAN_CELL(required)                                                                                            \
    {                                                                                                                  \
        "cell", IN_QUERY, KIND_TEXT, required, "the figure, as in net[ASC]@2025-26"                                    \
    }
#define PLAN_STATE                                                                                                     \
    {"scenario", IN_QUERY, KIND_TEXT, false, "in this scenario"},                                                      \
        {"version", IN_QUERY, KIND_TEXT, false, "of this approved version"},                                           \
    {                                                                                                                  \
        "day", IN_QUERY, KIND_TEXT, false, "with the registers as they stood at the end of this day"                   \
    }
#define PLAN_FROM_TO                                                                                                   \
    {"from", IN_QUERY, KIND_TEXT, false, "a version or a day; empty: the plan as it stands"},                          \
    {                                                                                                                  \
        "to", IN_QUERY, KIND_TEXT, false, "likewise"                                                                   \
    }
#define WHY_ASKED                                                                                                      \
    ID("person"), {"a", IN_QUERY, KIND_INTEGER, false, "a record of the person: the way from it"},                     \
    {                                                                                                                  \
        "b", IN_QUERY, KIND_INTEGER, false, "to this one"                                                              \
    }
#define WHY_NOT_ASKED                                                                                                  \
    ID("person"), {"other", IN_QUERY, KIND_INTEGER, false, "number of the other person"},                              \
    {                                                                                                                  \
        "q", IN_QUERY, KIND_TEXT, false, "words that find the other, when the number is not known"                     \
    }
#define WHAT_IF_ASKED                                                                                                  \
    {"join", IN_QUERY, KIND_TEXT, false, "what was asked before with this; nothing is started"},                       \
        {"review", IN_QUERY, KIND_TEXT, false, "likewise"},                                                            \
    {                                                                                                                  \
        "asked", IN_QUERY, KIND_TEXT, false, "a question that was asked before, by its name"                           \
    }
#define PLAN_BEFORE                                                                                                    \
    {                                                                                                                  \
        "before", IN_QUERY, KIND_INTEGER, false, "the last entry of the page before"                                   \
    }
#define PLAN_SEEN                                                                                                      \
    {                                                                                                                  \
        "seen", IN_FORM, KIND_TEXT, true, "short digest of what was looked at"                                         \
    }
#define PLAN_ROW_FIELDS                                                                                                \
    {"title", IN_FORM, KIND_TEXT, true, "what it is"},                                                                 \
        {"rag", IN_FORM, KIND_TEXT, false, "green, amber, red or blue"},                                               \
        {"state", IN_FORM, KIND_TEXT, false, "draft, proposed, delivered, failed or withdrawn"},                       \
        {"eqia", IN_FORM, KIND_TEXT, false, "state of its equality impact assessment"},                                \
        {"consultation", IN_FORM, KIND_TEXT, false, "state of its public consultation"},                               \
        {"owner", IN_FORM, KIND_TEXT, false, "who answers for it"},                                                    \
        {"line1-for1", IN_FORM, KIND_TEXT, false, "member of the register's first set; line2, for2 and so on"},        \
    {                                                                                                                  \
        "line1-year1", IN_FORM, KIND_TEXT, false, "figure of the plan's first year; line2, year2 and so on"            \
    }

static const struct route table[] = {
    /* ---- coming and going ---- */
    {METHOD_GET, "/", page_start, 0, 0, ANSWER_PAGE, "Coming and going", "The start page: what you can do here"},
    {METHOD_GET, "/sign-in", page_sign_in, 0, ROUTE_OPEN, ANSWER_PAGE, "Coming and going", "The form to sign in",
     P(NEXT(IN_QUERY))},
    {METHOD_POST, "/sign-in", do_sign_in, 0, ROUTE_OPEN, ANSWER_REDIRECT, "Coming and going", "Sign in",
     P(CSRF, {"name", IN_FORM, KIND_TEXT, true, "the account's name"},
       {"password", IN_FORM, KIND_TEXT, true, "its password"}, NEXT(IN_FORM))},
    {METHOD_GET, "/purpose", page_purpose, 0, ROUTE_NO_PURPOSE, ANSWER_PAGE, "Coming and going",
     "Choose your role and purpose", P(NEXT(IN_QUERY))},
    {METHOD_POST, "/purpose", do_purpose, 0, ROUTE_NO_PURPOSE, ANSWER_REDIRECT, "Coming and going",
     "Take a role and purpose", P(CSRF, {"choice", IN_FORM, KIND_TEXT, true, "role/purpose"}, NEXT(IN_FORM))},
    {METHOD_POST, "/sign-out", do_sign_out, 0, ROUTE_NO_PURPOSE, ANSWER_REDIRECT, "Coming and going", "Sign out",
     P(CSRF)},
    {METHOD_POST, "/sign-out-elsewhere", do_sign_out_elsewhere, 0, ROUTE_NO_PURPOSE, ANSWER_REDIRECT,
     "Coming and going", "Sign out wherever else you are signed in", P(CSRF)},
    {METHOD_GET, "/my-password", page_my_password, 0, ROUTE_NO_PURPOSE, ANSWER_PAGE, "Coming and going",
     "The form to change your own password"},
    {METHOD_POST, "/my-password", do_my_password, 0, ROUTE_NO_PURPOSE, ANSWER_REDIRECT, "Coming and going",
     "Change your own password",
     P(CSRF, {"old", IN_FORM, KIND_TEXT, true, "the present password"},
       {"password", IN_FORM, KIND_TEXT, true, "the new one"},
       {"again", IN_FORM, KIND_TEXT, true, "the new one again"})},
    {METHOD_GET, "/help", page_help, 0, ROUTE_OPEN, ANSWER_PAGE, "Coming and going",
     "Help: everything that can be asked here"},
    /* ---- people and homes ---- */
    {METHOD_GET, "/find", page_find, ABILITY_SEARCH, 0, ANSWER_PAGE, "People and homes",
     "Search by name, address, date of birth, postcode, NHS number or UPRN", "Find a person or a home", P(ASKED)},
    {METHOD_GET, "/people/{id}", page_person, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "The single view of a person", P(ID("person"))},
    {METHOD_GET, "/people/{id}/why", page_why, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "Why are these records the same person?", P(WHY_ASKED)},
    {METHOD_GET, "/people/{id}/why-not", page_why_not, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "Why is somebody else not this person?", P(WHY_NOT_ASKED)},
    {METHOD_GET, "/people/{id}/concern", page_concern, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "The form to say that something looks wrong",
     P(ID("person"), {"anchor", IN_QUERY, KIND_INTEGER, true, "the record"},
       {"about", IN_QUERY, KIND_TEXT, false, "the fact"})},
    {METHOD_POST, "/people/{id}/concern", do_concern, ABILITY_VIEW, 0, ANSWER_REDIRECT, "People and homes",
     "Say that something looks wrong",
     P(CSRF, ID("person"), {"anchor", IN_FORM, KIND_INTEGER, true, "the record"},
       {"words", IN_FORM, KIND_TEXT, true, "what"})},
    {METHOD_POST, "/people/{id}/caller", do_caller, ABILITY_NOTE, 0, ANSWER_REDIRECT, "People and homes",
     "Check who is calling",
     P(CSRF, ID("person"), {"name", IN_FORM, KIND_TEXT, false, "as the caller says it; it can only refuse"},
       {"birth_date", IN_FORM, KIND_TEXT, false, "as the caller says it"},
       {"postcode", IN_FORM, KIND_TEXT, false, "likewise"}, {"nhs_number", IN_FORM, KIND_TEXT, false, "likewise"})},
    {METHOD_POST, "/people/{id}/notes", do_note, ABILITY_NOTE, 0, ANSWER_REDIRECT, "People and homes",
     "Write a contact note", P(CSRF, ID("person"), {"words", IN_FORM, KIND_TEXT, true, "the note"})},
    {METHOD_GET, "/records/{id}", page_record, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "One record down to its file and line, with its earlier versions", P(ID("record"))},
    {METHOD_GET, "/homes/{uprn}", page_home, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes", "The view of a home",
     P({"uprn", IN_PATH, KIND_TEXT, true, "the home's UPRN"})},
    {METHOD_GET, "/people/{id}/split", page_split, ABILITY_STEWARD, 0, ANSWER_PAGE, "Stewardship",
     "The form to split a wrong join", P(ID("person"))},
    {METHOD_POST, "/people/{id}/split", do_split, ABILITY_STEWARD, 0, ANSWER_PAGE, "Stewardship", "Split a wrong join",
     P(CSRF, ID("person"), {"apart", IN_FORM, KIND_INTEGER, true, "a record of somebody else; may stand several times"},
       REASON)},
    /* ---- stewardship ---- */
    {METHOD_GET, "/doubts", page_doubts, ABILITY_STEWARD, 0, ANSWER_PAGE, "Stewardship",
     "Doubtful links that wait for a word", "Doubtful links", P(SKIP_DOUBTS)},
    {METHOD_GET, "/doubts/{a}/{b}", page_doubt, ABILITY_STEWARD, 0, ANSWER_PAGE, "Stewardship",
     "Two records side by side, with the weights", P(PAIR)},
    {METHOD_POST, "/doubts/{a}/{b}", do_decide, ABILITY_STEWARD, 0, ANSWER_REDIRECT, "Stewardship",
     "Join two records, or keep them apart",
     P(CSRF, PAIR, {"verdict", IN_FORM, KIND_TEXT, true, "join or keep_apart"}, REASON)},
    {METHOD_GET, "/decisions", page_decisions, ABILITY_STEWARD, 0, ANSWER_PAGE, "Stewardship",
     "Decisions taken on pairs of records", P(BEFORE("decision"))},
    {METHOD_POST, "/decisions/{id}/undo", do_undo, ABILITY_STEWARD, 0, ANSWER_REDIRECT, "Stewardship",
     "Take a decision back",
     P(CSRF, ID("decision"), REASON, {"a", IN_FORM, KIND_INTEGER, false, "its first record: where to go back to"},
       {"b", IN_FORM, KIND_INTEGER, false, "its second"})},
    {METHOD_GET, "/concerns", page_concerns, ABILITY_STEWARD, 0, ANSWER_PAGE, "Stewardship",
     "What people said looks wrong", "Concerns", P(CONCERNS_ASKED)},
    {METHOD_POST, "/concerns/{id}/close", do_close_concern, ABILITY_STEWARD, 0, ANSWER_REDIRECT, "Stewardship",
     "Answer a concern and close it",
     P(CSRF, ID("concern"), {"answer", IN_FORM, KIND_TEXT, true, "for whoever raised it"})},
    {METHOD_GET, "/what-if", page_what_if, ABILITY_STEWARD, 0, ANSWER_PAGE, "Stewardship",
     "What other thresholds or rules would join and split", "Try other thresholds", P(WHAT_IF_ASKED)},
    {METHOD_POST, "/what-if", do_what_if, ABILITY_STEWARD, 0, ANSWER_REDIRECT, "Stewardship",
     "Ask what other thresholds or rules would change",
     P(CSRF, {"join", IN_FORM, KIND_TEXT, false, "join from so many bits"},
       {"review", IN_FORM, KIND_TEXT, false, "doubtful from so many bits"},
       {"rules", IN_FORM, KIND_TEXT, false, "words of a specification; as they are in force when empty"})},
    {METHOD_POST, "/what-if/adopt", do_what_if_adopt, ABILITY_STEWARD, 0, ANSWER_REDIRECT, "Stewardship",
     "Put other thresholds or rules in force, and link the hub",
     P(CSRF, {"asked", IN_FORM, KIND_TEXT, true, "the question's name"}, REASON)},
    /* ---- lists ---- */
    {METHOD_GET, "/lists", page_lists, ABILITY_LIST, 0, ANSWER_PAGE, "Lists", "The lists that the county declares",
     "Lists to act on"},
    {METHOD_GET, "/lists/{name}", page_list, ABILITY_LIST, 0, ANSWER_PAGE, "Lists", "A list in its order, with reasons",
     P(NAME("list"), {"page", IN_QUERY, KIND_INTEGER, false, "25 people a page"})},
    {METHOD_GET, "/lists/{name}/export.csv", file_list_csv, ABILITY_EXPORT, 0, ANSWER_CSV, "Lists",
     "The list as CSV, formulas defused", P(NAME("list"))},
    {METHOD_GET, "/lists/{name}/{id}", page_list_item, ABILITY_LIST, 0, ANSWER_PAGE, "Lists", "One person of a list",
     P(NAME("list"), ID("person"))},
    {METHOD_POST, "/lists/{name}/{id}/take", do_list_take, ABILITY_LIST, 0, ANSWER_REDIRECT, "Lists",
     "Take a person from a list", P(CSRF, NAME("list"), ID("person"))},
    {METHOD_POST, "/lists/{name}/{id}/give-back", do_list_give_back, ABILITY_LIST, 0, ANSWER_REDIRECT, "Lists",
     "Give a person back to the list", P(CSRF, NAME("list"), ID("person"))},
    {METHOD_POST, "/lists/{name}/{id}/outcome", do_list_outcome, ABILITY_LIST, 0, ANSWER_REDIRECT, "Lists",
     "Record what happened",
     P(CSRF, NAME("list"), ID("person"), {"outcome", IN_FORM, KIND_TEXT, true, "a name that the list declares"},
       {"on_date", IN_FORM, KIND_DATE, false, "today when empty"}, {"words", IN_FORM, KIND_TEXT, false, "a note"})},
    /* ---- plans ---- */
    {METHOD_GET, "/plans", page_plans, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans", "The county's plans",
     "Plans and budgets"},
    {METHOD_GET, "/plans/{name}", page_plan, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "One plan: headline, tables, registers, timetable", P(PLAN, PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/tables/{table}", page_plan_table, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "A table as the council prints it", P(PLAN, PLAN_TABLE, PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/tables/{table}/export.csv", file_plan_table, ABILITY_PLAN, 0, ANSWER_CSV, "Plans",
     "A table as CSV", P(PLAN, PLAN_TABLE, PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/workbook.xlsx", file_plan_workbook, ABILITY_PLAN, 0, ANSWER_FILE, "Plans",
     "The plan as a workbook with live formulas", P(PLAN, PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/book.html", file_plan_book, ABILITY_PLAN, 0, ANSWER_FILE, "Plans",
     "The plan as a budget book: one page that prints", P(PLAN, PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/pictures", page_plan_pictures, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "The plan in pictures, each with its table", P(PLAN, PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/figures", page_plan_figure, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "A figure down to its sources, and what moves with it", P(PLAN, PLAN_CELL(true), PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/checks", page_plan_checks, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "What a plan claims about itself, held", P(PLAN, PLAN_STATE)},
    {METHOD_GET, "/plans/{name}/scenarios", page_plan_scenarios, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "Scenarios side by side, and what moves in one", P(PLAN, PLAN_CELL(false), PLAN_STATE)},
    {METHOD_POST, "/plans/{name}/scenarios", do_plan_scenario, ABILITY_PLAN, 0, ANSWER_REDIRECT, "Plans",
     "Set a given in a scenario of your own",
     P(CSRF, PLAN, {"cell", IN_FORM, KIND_TEXT, true, "the given, as in band-d@2025-26"},
       {"figure", IN_FORM, KIND_TEXT, false, "what it should be; empty: as in the plan"},
       {"scenario", IN_FORM, KIND_TEXT, true, "the scenario's name"})},
    {METHOD_GET, "/plans/{name}/registers/{register}", page_plan_register, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "A register: bids, savings, virements, capital or reserves", P(PLAN, PLAN_REGISTER, PLAN_STATE)},
    {METHOD_POST, "/plans/{name}/registers/{register}", do_plan_new_row, ABILITY_REGISTER, 0, ANSWER_REDIRECT, "Plans",
     "Add a row to a register",
     P(CSRF, PLAN, PLAN_REGISTER, {"id", IN_FORM, KIND_TEXT, true, "its reference"}, PLAN_ROW_FIELDS, REASON)},
    {METHOD_GET, "/plans/{name}/registers/{register}/new", page_plan_new_row, ABILITY_REGISTER, 0, ANSWER_PAGE, "Plans",
     "The form to add a row to a register", P(PLAN, PLAN_REGISTER)},
    {METHOD_GET, "/plans/{name}/registers/{register}/{row}", page_plan_row, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "One row of a register, with its history", P(PLAN, PLAN_REGISTER, PLAN_ROW, PLAN_STATE)},
    {METHOD_POST, "/plans/{name}/registers/{register}/{row}", do_plan_row, ABILITY_REGISTER, 0, ANSWER_REDIRECT,
     "Plans", "Change a row of a register", P(CSRF, PLAN, PLAN_REGISTER, PLAN_ROW, PLAN_SEEN, PLAN_ROW_FIELDS, REASON)},
    {METHOD_POST, "/plans/{name}/registers/{register}/{row}/approve", do_plan_approve, ABILITY_APPROVE, 0,
     ANSWER_REDIRECT, "Plans", "Approve a row", P(CSRF, PLAN, PLAN_REGISTER, PLAN_ROW, PLAN_SEEN, REASON)},
    {METHOD_POST, "/plans/{name}/registers/{register}/{row}/challenge", do_plan_challenge,
     ABILITY_REGISTER | ABILITY_APPROVE, 0, ANSWER_REDIRECT, "Plans", "Record a round of the budget challenge",
     P(CSRF, PLAN, PLAN_REGISTER, PLAN_ROW, {"round", IN_FORM, KIND_INTEGER, true, "1 or 2"},
       {"outcome", IN_FORM, KIND_TEXT, true, "accepted, changed or rejected"},
       {"words", IN_FORM, KIND_TEXT, true, "what was said, in a few words"})},
    {METHOD_POST, "/plans/{name}/locks/{register}", do_plan_lock, ABILITY_APPROVE, 0, ANSWER_REDIRECT, "Plans",
     "Lock a register, or open it again",
     P(CSRF, PLAN, PLAN_REGISTER, {"locked", IN_FORM, KIND_BOOL, true, "1 or 0"}, REASON)},
    {METHOD_GET, "/plans/{name}/versions", page_plan_versions, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "Approved versions", P(PLAN)},
    {METHOD_POST, "/plans/{name}/versions", do_plan_version, ABILITY_APPROVE, 0, ANSWER_REDIRECT, "Plans",
     "Approve the plan as it stands, and freeze it",
     P(CSRF, PLAN, {"name", IN_FORM, KIND_TEXT, true, "the version's name"},
       {"title", IN_FORM, KIND_TEXT, true, "what it is for"}, PLAN_SEEN, REASON)},
    {METHOD_GET, "/plans/{name}/changes", page_plan_changes, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "What moved a figure between two states of a plan", P(PLAN, PLAN_CELL(false), PLAN_FROM_TO)},
    {METHOD_GET, "/plans/{name}/journal", page_plan_journal, ABILITY_PLAN, 0, ANSWER_PAGE, "Plans",
     "Everything that was done to a plan on pages", P(PLAN, PLAN_BEFORE)},
    /* ---- sources ---- */
    {METHOD_GET, "/sources", page_sources, 0, 0, ANSWER_PAGE, "Sources",
     "Every source: last landing, freshness, quarantine", "Sources"},
    {METHOD_GET, "/sources/{name}", page_source, 0, 0, ANSWER_PAGE, "Sources", "One source: landings, quality, upload",
     P(NAME("source"))},
    {METHOD_POST, "/sources/{name}", do_land, ABILITY_LAND, ROUTE_UPLOAD, ANSWER_REDIRECT, "Sources", "Land an extract",
     P(CSRF, NAME("source"), {"file", IN_FORM, KIND_FILE, true, "the extract"},
       {"as_at", IN_FORM, KIND_DATE, false, "the day it speaks of"},
       {"again", IN_FORM, KIND_BOOL, false, "take an older file too"})},
    {METHOD_GET, "/sources/{name}/quarantine", page_quarantine, ABILITY_LAND, 0, ANSWER_PAGE, "Sources",
     "Rows that did not fit, with their values", P(QUARANTINE_ASKED)},
    {METHOD_GET, "/landings/{id}", page_landing, 0, 0, ANSWER_PAGE, "Sources", "What became of each row of a file",
     P(ID("landing"), {"same", IN_QUERY, KIND_BOOL, false, "say that the file was the current one"})},
    {METHOD_POST, "/landings/{id}", do_landing_word, ABILITY_LAND, 0, ANSWER_REDIRECT, "Sources",
     "Show or refuse a landing that waits",
     P(CSRF, ID("landing"), {"word", IN_FORM, KIND_TEXT, true, "accept or refuse"},
       {"reason", IN_FORM, KIND_TEXT, false, "why"})},
    /* ---- agreements and audit ---- */
    {METHOD_GET, "/agreements", page_agreements, 0, ROUTE_NO_PURPOSE, ANSWER_PAGE, "Agreements and audit",
     "The register of agreements", "Agreements"},
    {METHOD_GET, "/agreements/{name}", page_agreement, 0, ROUTE_NO_PURPOSE, ANSWER_PAGE, "Agreements and audit",
     "One agreement", P(NAME("agreement"))},
    {METHOD_GET, "/who-sees", page_who_sees, 0, ROUTE_NO_PURPOSE, ANSWER_PAGE, "Agreements and audit",
     "Who can see what, and under which clause", "Who can see what?", P(SEEN)},
    {METHOD_GET, "/my-looks", page_my_looks, 0, 0, ANSWER_PAGE, "Agreements and audit",
     "Your own recent looks, and the answers to your concerns", "My recent looks", P(BEFORE("entry"))},
    {METHOD_GET, "/audit", page_audit, ABILITY_AUDIT, 0, ANSWER_PAGE, "Agreements and audit",
     "Who looked at what, and why", "Audit", P(AUDIT_ASKED)},
    {METHOD_GET, "/changes", page_changes, ABILITY_AUDIT, 0, ANSWER_PAGE, "Agreements and audit", "Who changed what",
     P(BEFORE("entry"))},
    /* ---- accounts ---- */
    {METHOD_GET, "/accounts", page_accounts, ABILITY_ADMINISTER, 0, ANSWER_PAGE, "Accounts", "The accounts",
     "Accounts"},
    {METHOD_POST, "/accounts", do_make_account, ABILITY_ADMINISTER, 0, ANSWER_REDIRECT, "Accounts", "Make an account",
     P(CSRF, {"name", IN_FORM, KIND_TEXT, true, "to sign in with"},
       {"shown", IN_FORM, KIND_TEXT, true, "the person's name"}, {"agency", IN_FORM, KIND_TEXT, true, "an agency"},
       {"role", IN_FORM, KIND_TEXT, true, "may stand several times"},
       {"password", IN_FORM, KIND_TEXT, true, "the first one"})},
    {METHOD_GET, "/accounts/{name}", page_account, ABILITY_ADMINISTER, 0, ANSWER_PAGE, "Accounts", "One account",
     P(NAME("account"))},
    {METHOD_POST, "/accounts/{name}/roles", do_account_roles, ABILITY_ADMINISTER, 0, ANSWER_REDIRECT, "Accounts",
     "Set an account's roles",
     P(CSRF, NAME("account"), {"role", IN_FORM, KIND_TEXT, false, "may stand several times"})},
    {METHOD_POST, "/accounts/{name}/state", do_account_state, ABILITY_ADMINISTER, 0, ANSWER_REDIRECT, "Accounts",
     "Disable an account, or open it again",
     P(CSRF, NAME("account"), {"disabled", IN_FORM, KIND_BOOL, true, "1 or 0"})},
    {METHOD_POST, "/accounts/{name}/password", do_account_password, ABILITY_ADMINISTER, 0, ANSWER_REDIRECT, "Accounts",
     "Set an account's password", P(CSRF, NAME("account"), {"password", IN_FORM, KIND_TEXT, true, "the new one"})},
    /* ---- for programs: /api/v1 and a page's own path ---- */
    {METHOD_GET, "/api/v1/me", api_me, 0, 0, ANSWER_JSON, "For programs",
     "Who you are, and which sources you do not see", .shape = SHAPE_ME},
    {METHOD_GET, "/api/v1/people", api_people, ABILITY_SEARCH, 0, ANSWER_JSON, "For programs",
     "Search for people and homes", P(ASKED), .shape = SHAPE_SEARCH},
    {METHOD_GET, "/api/v1/people/{id}", api_person, ABILITY_VIEW, 0, ANSWER_JSON, "For programs",
     "The single view of a person", P(ID("person")), .shape = SHAPE_PERSON},
    {METHOD_GET, "/api/v1/people/{id}/why", api_why, ABILITY_VIEW, 0, ANSWER_JSON, "For programs",
     "Why records are the same person, and the way between two of them", P(WHY_ASKED), .shape = SHAPE_WHY},
    {METHOD_GET, "/api/v1/people/{id}/why-not", api_why_not, ABILITY_VIEW, 0, ANSWER_JSON, "For programs",
     "Why is somebody else not this person?", P(WHY_NOT_ASKED), .shape = SHAPE_WHY_NOT},
    {METHOD_GET, "/api/v1/records/{id}", api_record, ABILITY_VIEW, 0, ANSWER_JSON, "For programs",
     "One record down to its file and line, with its earlier versions", P(ID("record")),
     .shape = SHAPE_RECORD_VERSIONS},
    {METHOD_GET, "/api/v1/homes/{uprn}", api_home, ABILITY_VIEW, 0, ANSWER_JSON, "For programs", "The view of a home",
     P({"uprn", IN_PATH, KIND_TEXT, true, "the home's UPRN"}), .shape = SHAPE_HOME},
    {METHOD_GET, "/api/v1/doubts", api_doubts, ABILITY_STEWARD, 0, ANSWER_JSON, "For programs",
     "Doubtful links that wait for a word", P(SKIP_DOUBTS), .shape = SHAPE_DOUBTS},
    {METHOD_GET, "/api/v1/doubts/{a}/{b}", api_doubt, ABILITY_STEWARD, 0, ANSWER_JSON, "For programs",
     "Two records side by side, with the weights", P(PAIR), .shape = SHAPE_DOUBT},
    {METHOD_GET, "/api/v1/events", api_events, ABILITY_SEARCH, 0, ANSWER_JSON, "For programs",
     "Which people's records joined and split, to follow",
     P({"since", IN_QUERY, KIND_INTEGER, false, "events after this number"},
       {"wait", IN_QUERY, KIND_INTEGER, false, "when there is none, wait so many seconds for one, at most 30"}),
     .shape = SHAPE_EVENTS},
    {METHOD_GET, "/api/v1/decisions", api_decisions, ABILITY_STEWARD, 0, ANSWER_JSON, "For programs",
     "Decisions taken on pairs of records", P(BEFORE("decision")), .shape = SHAPE_DECISIONS},
    {METHOD_GET, "/api/v1/what-if", api_what_if, ABILITY_STEWARD, 0, ANSWER_JSON, "For programs",
     "What other thresholds or rules would join and split", P(WHAT_IF_ASKED), .shape = SHAPE_WHAT_IF},
    {METHOD_GET, "/api/v1/concerns", api_concerns, ABILITY_STEWARD, 0, ANSWER_JSON, "For programs",
     "What people said looks wrong", P(CONCERNS_ASKED), .shape = SHAPE_CONCERNS},
    {METHOD_GET, "/api/v1/lists", api_lists, ABILITY_LIST, 0, ANSWER_JSON, "For programs",
     "The lists that the county declares", .shape = SHAPE_LISTS},
    {METHOD_GET, "/api/v1/lists/{name}", api_list, ABILITY_LIST, 0, ANSWER_JSON, "For programs", "A list in its order",
     P(NAME("list"), {"page", IN_QUERY, KIND_INTEGER, false, "25 people a page"}), .shape = SHAPE_LIST},
    {METHOD_GET, "/api/v1/lists/{name}/{id}", api_list_item, ABILITY_LIST, 0, ANSWER_JSON, "For programs",
     "One person of a list", P(NAME("list"), ID("person")), .shape = SHAPE_LIST_ITEM},
    {METHOD_GET, "/api/v1/plans", api_plans, ABILITY_PLAN, 0, ANSWER_JSON, "For programs", "The county's plans",
     .shape = SHAPE_PLANS},
    {METHOD_GET, "/api/v1/plans/{name}", api_plan, ABILITY_PLAN, 0, ANSWER_JSON, "For programs", "One plan",
     P(PLAN, PLAN_STATE), .shape = SHAPE_PLAN},
    {METHOD_GET, "/api/v1/plans/{name}/tables/{table}", api_plan_table, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "A table with exact and shown figures", P(PLAN, PLAN_TABLE, PLAN_STATE), .shape = SHAPE_PLAN_TABLE},
    {METHOD_GET, "/api/v1/plans/{name}/pictures", api_plan_pictures, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "What the pictures of a plan show, as tables", P(PLAN, PLAN_STATE), .shape = SHAPE_PLAN_PICTURES},
    {METHOD_GET, "/api/v1/plans/{name}/figures", api_plan_figure, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "A figure, what it reads and what reads it", P(PLAN, PLAN_CELL(true), PLAN_STATE), .shape = SHAPE_PLAN_FIGURE},
    {METHOD_GET, "/api/v1/plans/{name}/checks", api_plan_checks, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "What a plan claims about itself, held", P(PLAN, PLAN_STATE), .shape = SHAPE_PLAN_CHECKS},
    {METHOD_GET, "/api/v1/plans/{name}/scenarios", api_plan_scenarios, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "Scenarios, and what moves in one", P(PLAN, PLAN_CELL(false), PLAN_STATE), .shape = SHAPE_PLAN_SCENARIOS},
    {METHOD_GET, "/api/v1/plans/{name}/registers/{register}", api_plan_register, ABILITY_PLAN, 0, ANSWER_JSON,
     "For programs", "A register", P(PLAN, PLAN_REGISTER, PLAN_STATE), .shape = SHAPE_PLAN_REGISTER},
    {METHOD_GET, "/api/v1/plans/{name}/registers/{register}/{row}", api_plan_row, ABILITY_PLAN, 0, ANSWER_JSON,
     "For programs", "One row of a register", P(PLAN, PLAN_REGISTER, PLAN_ROW, PLAN_STATE), .shape = SHAPE_PLAN_ROW},
    {METHOD_GET, "/api/v1/plans/{name}/versions", api_plan_versions, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "Approved versions", P(PLAN), .shape = SHAPE_PLAN_VERSIONS},
    {METHOD_GET, "/api/v1/plans/{name}/changes", api_plan_changes, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "What moved a figure between two states of a plan", P(PLAN, PLAN_CELL(false), PLAN_FROM_TO),
     .shape = SHAPE_PLAN_CHANGES},
    {METHOD_GET, "/api/v1/plans/{name}/journal", api_plan_journal, ABILITY_PLAN, 0, ANSWER_JSON, "For programs",
     "Everything that was done to a plan on pages", P(PLAN, PLAN_BEFORE), .shape = SHAPE_PLAN_JOURNAL},
    {METHOD_GET, "/api/v1/sources", api_sources, 0, 0, ANSWER_JSON, "For programs", "Every source and how fresh it is",
     .shape = SHAPE_SOURCES},
    {METHOD_GET, "/api/v1/sources/{name}", api_source, 0, 0, ANSWER_JSON, "For programs",
     "One source: landings and quality", P(NAME("source")), .shape = SHAPE_SOURCE},
    {METHOD_GET, "/api/v1/sources/{name}/quarantine", api_quarantine, ABILITY_LAND, 0, ANSWER_JSON, "For programs",
     "Rows that did not fit, with their values", P(QUARANTINE_ASKED), .shape = SHAPE_QUARANTINE},
    {METHOD_GET, "/api/v1/landings/{id}", api_landing, 0, 0, ANSWER_JSON, "For programs",
     "What became of each row of a file", P(ID("landing")), .shape = SHAPE_LANDING_REPORT},
    {METHOD_GET, "/api/v1/agreements", api_agreements, 0, ROUTE_NO_PURPOSE, ANSWER_JSON, "For programs",
     "The register of agreements", .shape = SHAPE_AGREEMENTS},
    {METHOD_GET, "/api/v1/agreements/{name}", api_agreement, 0, ROUTE_NO_PURPOSE, ANSWER_JSON, "For programs",
     "One agreement", P(NAME("agreement")), .shape = SHAPE_AGREEMENT},
    {METHOD_GET, "/api/v1/who-sees", api_who_sees, 0, ROUTE_NO_PURPOSE, ANSWER_JSON, "For programs",
     "Who can see what, and under which clause", P(SEEN), .shape = SHAPE_WHO_SEES},
    {METHOD_GET, "/api/v1/my-looks", api_my_looks, 0, 0, ANSWER_JSON, "For programs",
     "Your own recent looks, and the answers to your concerns", P(BEFORE("entry")), .shape = SHAPE_MY_LOOKS},
    {METHOD_GET, "/api/v1/audit", api_audit, ABILITY_AUDIT, 0, ANSWER_JSON, "For programs",
     "Who looked at what, and why", P(AUDIT_ASKED), .shape = SHAPE_AUDIT},
    {METHOD_GET, "/api/v1/changes", api_changes, ABILITY_AUDIT, 0, ANSWER_JSON, "For programs", "Who changed what",
     P(BEFORE("entry")), .shape = SHAPE_CHANGES},
    {METHOD_GET, "/api/v1/accounts", api_accounts, ABILITY_ADMINISTER, 0, ANSWER_JSON, "For programs", "The accounts",
     .shape = SHAPE_ACCOUNTS},
    {METHOD_GET, "/api/v1/accounts/{name}", api_account, ABILITY_ADMINISTER, 0, ANSWER_JSON, "For programs",
     "One account", P(NAME("account")), .shape = SHAPE_ACCOUNT},
    {METHOD_GET, "/api/openapi.json", api_openapi, 0, ROUTE_OPEN, ANSWER_JSON, "For programs",
     "This description, as OpenAPI 3.1"},
    {METHOD_GET, "/health", api_health, 0, ROUTE_PLAIN | ROUTE_OPEN, ANSWER_JSON, "For programs",
     "Whether the server is up and its database answers"},
    /* ---- files of the program itself ---- */
    {METHOD_GET, "/county.css", file_county_style, 0, ROUTE_OPEN, ANSWER_FILE, "Files", "The county's colours"},
    {METHOD_GET, "/assets/{file}", file_asset, 0, ROUTE_PLAIN | ROUTE_OPEN, ANSWER_FILE, "Files",
     "Style, script and icon", P({"file", IN_PATH, KIND_TEXT, true, "its name with its digest"})},
};

const struct route *route_table(size_t *ret_count)
{
    *ret_count = countof(table);
    return table;
}

static bool fits(const char *pattern, struct slice path, struct arena *arena, struct parameters *values)
{
    struct slice wanted = slice_of(pattern), rest = path, segment, got;
    struct parameter found[8];
    size_t count = 0;
    if (wanted.len == 1 || path.len == 1)
        return slice_equal(wanted, path);
    wanted = slice_part(wanted, 1, wanted.len);
    rest = slice_part(rest, 1, rest.len);
    while (slice_cut(&wanted, '/', &segment)) {
        if (!slice_cut(&rest, '/', &got))
            return false;
        if (segment.at[0] == '{') {
            must(count < countof(found));
            found[count++] = (struct parameter){slice_part(segment, 1, segment.len - 1), got};
        } else if (!slice_equal(segment, got)) {
            return false;
        }
    }
    if (!slice_empty(rest))
        return false;
    values->items = arena_array(arena, struct parameter, count);
    values->count = count;
    for (size_t i = 0; i < count; i++)
        values->items[i] = found[i];
    return true;
}

const struct route *route_find(enum method method, struct slice path, struct arena *arena, struct parameters *values,
                               bool *ret_other)
{
    *ret_other = false;
    for (size_t i = 0; i < countof(table); i++) {
        if (!fits(table[i].pattern, path, arena, values))
            continue;
        if (table[i].method == method) {
            *ret_other = false;
            return &table[i];
        }
        *ret_other = true;
    }
    return NULL;
}
