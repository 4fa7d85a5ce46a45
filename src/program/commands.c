/* The command table. What each command is for, takes and answers is said here once: --help, the manual page staithe(1)
 * and the parser read it. */
#include "cli/commands.h"
#include "program/serve.h"

static const struct command table[] = {
    {.name = "init",
     .arguments = "--county DIR (--admin NAME | --demo)",
     .summary = "make a hub in a data folder",
     .about = "Makes the data folder with its settings, keys and databases, for the county that the county folder "
              "declares, and the "
              "first administrator, whose password is asked for. With --demo it makes one demonstration account for "
              "each role instead; "
              "while those exist the server keeps to this machine. On a folder that holds a hub already, and with "
              "neither of "
              "these, it brings the tables that an older program made up to this one's.",
     .options = {{"admin", "NAME", "the first administrator's name for signing in"},
                 {"agency", "NAME", "the administrator's agency (default: hub)"},
                 {"password-file", "FILE", "read the password from there instead of asking; \"-\" is standard input"},
                 {"demo", NULL, "make demonstration accounts"}},
     .run = run_init},
    {.name = "sample",
     .arguments = "--out DIR [--residents N] [--seed S]",
     .summary = "make a sample county of invented people",
     .about = "Writes the extracts that agencies of a county would send, with their faults, the list extracts.csv of "
              "what to land "
              "in which order, and the truth apart in truth/. The same seed gives the same bytes.",
     .options = {{"out", "DIR", "the folder to write into"},
                 {"residents", "N", "how many people (default 50000)"},
                 {"seed", "S", "a whole number (default 1)"},
                 {"threads", "N", "threads to use (default 2); the bytes are the same"}},
     .run = run_sample},
    {.name = "source",
     .arguments = "list | check [FILE…] | draft FILE",
     .least = 1,
     .most = -1,
     .summary = "look at sources, check contracts, draft one from a file",
     .about = "list shows each source with its last landing and freshness. check reads contracts, agreements and "
              "lists, of the county folder or the files named, and says the first fault; with --county (or --data) the "
              "files named are held against the county, each in the place of the one that has its name. draft profiles "
              "an unknown file and prints a contract to edit.",
     .options = {{"name", "NAME", "draft: the new source's name (default: from the file's name)"}},
     .run = run_source},
    {.name = "land",
     .arguments = "SOURCE FILE | SOURCE (--accept LANDING | --refuse LANDING)",
     .least = 1,
     .most = 2,
     .summary = "take in an extract",
     .about = "Hashes and keeps the file, checks each row against the source's contract, gives each changed row a new "
              "version, and puts "
              "each failing row into quarantine with its line, column and rule. Rows = new + changed + unchanged + "
              "quarantined + repeats, "
              "always. The current file again changes nothing; an older one is refused without --again; a snapshot "
              "that would close too many "
              "records is held until --accept or --refuse. \"-\" is standard input.",
     .options = {{"as-at", "DATE", "the day that the extract speaks of (default: as the contract says)"},
                 {"again", NULL, "land a file although a newer one was landed"},
                 {"accept", "LANDING", "let a held landing take effect"},
                 {"refuse", "LANDING", "drop a held landing"}},
     .run = run_land},
    {.name = "link",
     .arguments = "[SPEC.yaml FILE…]",
     .most = -1,
     .summary = "join the records of the same person or home",
     .about = "Without words it links the hub's current records with the model in force (trained at first use). With a "
              "specification and CSV "
              "files it links those, without any hub: --clusters writes each record's id and its cluster, --truth then "
              "compares with a column of labels, which is read only after the clusters are written.",
     .options = {{"train", NULL, "hub: make and adopt a new model version from today's records"},
                 {"anew", NULL, "hub: link everything and make the index anew, not only what changed"},
                 {"compact", NULL, "hub: afterwards no file of the index holds what a record that has gone said"},
                 {"threads", "N", "threads to use; the answer is the same"},
                 {"memory", "SIZE",
                  "files: use no more (400M, 2G; three quarters of the machine's); what is more goes to disk"},
                 {"temporary", "DIR", "files: where on disk, in files without a name ($TMPDIR, else /tmp)"},
                 {"clusters", "OUT.csv", "files: write the clusters there; OUT.jsonl: as JSON lines"},
                 {"pairs", "OUT.csv",
                  "files: write the pairs with their weights there; OUT.jsonl: with each field's part"},
                 {"truth", "COLUMN", "files: the column of labels to compare with"},
                 {"by", "COLUMN,COLUMN=LIST.csv",
                  "files: with --truth, accuracy by the values of these columns, or by their groups in a list"},
                 {"labels", "FILE.csv", "files: pairs that a person labelled (id_a, id_b, match), to compare with"},
                 {"ask", "N OUT.csv", "files: write the N pairs there whose labels would teach most"},
                 {"report", "OUT.html", "files: write a page there that tells how the linking went"},
                 {"explain", "ID_A ID_B",
                  "files: say why two records are one entity, or why not (source:id where ids are shared)"},
                 {"svg", "OUT.svg", "files: with --explain, draw it there"},
                 {"what-if", "OTHER",
                  "only say who would join and split under another specification (OTHER.yaml) or model (OTHER.json)"},
                 {"threshold", "join=12,review=6", "the same under other thresholds, alone or beside --what-if"},
                 {"adopt", "REASON", "hub: put in force what --threshold, --what-if or --model say, and link"},
                 {"model", "FILE", "files: use this model instead of training one; hub: as --what-if FILE.json"},
                 {"save-model", "FILE", "files: write the model there, as JSON"},
                 {"seed", "N", "files: of the random pairs that a model is trained on (default 1)"},
                 {"print-specification", NULL, "files: print the specification with its defaults, to copy and change"}},
     .run = run_link},
    {.name = "index",
     .arguments =
         "build FOLDER SPEC.yaml FILE… | add FOLDER FILE… | remove FOLDER SOURCE ID… | find FOLDER COLUMN=VALUE… "
         "| check FOLDER | compact FOLDER",
     .least = 2,
     .most = -1,
     .summary = "keep linked records at hand: find a person, add a record",
     .about =
         "Keeps the records of CSV files linked in a folder, without any hub. build trains a model (or takes "
         "--model) and links; add and remove change records (a row whose id is there takes its place, a file is the "
         "source called by its name) and say which entities joined and split; find says who fits some values; check "
         "holds the index against linking everything anew. With one model the entities are the same as after linking "
         "anew, whatever came and went. The folder holds personal data: mode 0700, and in no backup, as it can always "
         "be built again. --erase takes what was removed out of its files too, as compact does.",
     .options = {{"model", "FILE", "build: use this model instead of training one"},
                 {"threads", "N", "threads to use; the answer is the same"},
                 {"least", "BITS", "find: only who fits by so many bits (default 0: as likely as not)"},
                 {"most", "N", "find: at most so many (default 10)"},
                 {"erase", NULL, "remove: take them out of the files too"}},
     .run = run_index},
    {.name = "address",
     .arguments = "match GAZETTEER.csv FILE.csv",
     .least = 3,
     .most = 3,
     .summary = "find the UPRN of each address of a file",
     .about =
         "Compares free-text addresses with a gazetteer: CSV with a column UPRN and either the parts of an address "
         "(SAO, PAO, STREET, LOCALITY, TOWN, POSTCODE and their usual other names) or ADDRESS. Each answer says exact, "
         "near, ambiguous or none, its confidence in bits (10 is about a thousand to one) and why. Needs no hub.",
     .options = {{"column", "NAMES",
                  "the address's column, or several joined by commas (default: the one called address)"},
                 {"postcode", "NAME", "the postcode's column (default: the one called so)"},
                 {"out", "OUT.csv", "write each row with its answer there"},
                 {"threads", "N", "threads to use; the answers are the same"}},
     .run = run_address},
    {.name = "plan",
     .arguments = "check|show|table|explain|uses|diff|what-if|simulate|export FILE [WORDS…]",
     .least = 2,
     .most = -1,
     .summary = "compute and explain a medium-term plan",
     .about =
         "Reads a plan written in the planning language (docs/plan-language.md), with the files that it includes, "
         "and computes it exactly. check holds its checks, tables and registers, and ends with status 1 when one "
         "does not hold. show prints all rows, or those named. table prints the tables as the council does, or "
         "one. explain FIGURE opens a figure, as net[ASC]@2025-26, down to what was given and by whom (--json without "
         "a figure: all). uses FIGURE "
         "lists what reads it. diff VERSION FIGURE says what moved the figure since that version, line by line. "
         "what-if FILE CHANGE… says what moves, exactly: 'band-d@2025-26 = 4.99', 'pressure[economic] += 1', 'saving "
         "*= "
         "1.05'; without a change, the questions that the plan declares; with --tornado, which givens move a figure "
         "most; with --seek, which amount makes a figure reach a target, as in 'band-d@2025-26 = ?'; with --scenarios, "
         "figures side by side. simulate FILE [FIGURES…] draws the declared risks and says how surely the rules hold: "
         "estimates, with their error. export writes a workbook with live formulas, a budget book, tables. "
         "Needs no hub.",
     .options = {{"scenario", "NAME", "compute under this scenario or version"},
                 {"exact", NULL, "show: every digit, nothing rounded"},
                 {"all", NULL,
                  "check: each table's counts and every difference; uses: also what reads those that read it"},
                 {"depth", "N", "explain: so many levels down (default: to the givens)"},
                 {"of", "FIGURES", "what-if: only these figures or rows, with spaces between"},
                 {"tornado", "FIGURE", "what-if: each given moved in turn, the largest effect on the figure first"},
                 {"share", "PERCENT", "tornado: of its value that each given is moved by (default 1)"},
                 {"rows", NULL, "tornado: all givens of a row moved together"},
                 {"most", "N", "tornado: so many lines (default 20)"},
                 {"seek", "FIGURE TARGET", "what-if: the amount (written ?) that makes the figure reach the target"},
                 {"places", "N", "seek: decimals of the amount (default: as its row is shown)"},
                 {"between", "LOW HIGH", "seek: look for the amount there only"},
                 {"scenarios", "NAMES", "what-if: these scenarios beside the plan, with spaces between, or all"},
                 {"checks", "NAMES", "simulate: how surely these hold (default: all rules with a limit)"},
                 {"draws", "N", "simulate, export: so many draws (default 100000)"},
                 {"seed", "S", "simulate, export: of the random numbers (default 1); the same seed gives the same"},
                 {"threads", "N",
                  "simulate, export: threads to use (default: one a processor); the figures are the same"},
                 {"svg", "FILE", "diff, what-if, simulate: the picture of it"},
                 {"xlsx", "FILE", "export: a workbook with live formulas"},
                 {"html", "FILE", "export: a budget book in one file, to read and to print"},
                 {"csv", "FOLDER", "export: each table as it is printed"}},
     .run = run_plan},
    {.name = "find",
     .arguments = "WORDS…",
     .least = 1,
     .most = -1,
     .summary = "search for a person or home",
     .about = "A search that forgives: part of a name, a short name, swapped or misspelt names, a year of birth, a "
              "postcode, an NHS number, a UPRN. It "
              "looks through what the session's agreements allow; the reading is in the audit. Needs `staithe login`.",
     .options = {{"born", "DATE", "date or year of birth"},
                 {"postcode", "POSTCODE", "or its first half"},
                 {"limit", "N", "at most so many answers (default 20)"}},
     .run = run_find},
    {.name = "view",
     .arguments = "NUMBER | uprn:UPRN",
     .least = 1,
     .most = 1,
     .summary = "show the single view of a person or home",
     .about = "Shows what each source holds, as far as the session's agreements allow, and which sources they exclude. "
              "With --why it shows why "
              "the records are believed to be of one person, weight by weight. Needs `staithe login`.",
     .options = {{"why", NULL, "the match weights of each link"},
                 {"path", "RECORD_A RECORD_B", "the way of links between two records of the person"},
                 {"why-not", "NUMBER", "why this other person is not the same"}},
     .run = run_view},
    {.name = "list",
     .arguments = "[LIST]",
     .most = 1,
     .summary = "open an early-help list",
     .about = "Without a word it names the county's lists. With one it shows who stands on it and why. Needs `staithe "
              "login` in a role and for a "
              "purpose that the list is for.",
     .options = {{"csv", NULL, "as CSV, formulas defused"}, {"limit", "N", "at most so many people (default 25)"}},
     .run = run_list},
    {.name = "serve",
     .arguments = "[--port N]",
     .summary = "serve the pages and the API",
     .about = "Serves until it is told to end (SIGTERM, SIGINT). It listens on this machine only, unless --address "
              "names another and "
              "--behind-proxy says that a proxy which ends TLS stands in front; never with demonstration accounts.",
     .options = {{"port", "N", "default 8080"},
                 {"address", "ADDRESS", "default 127.0.0.1"},
                 {"behind-proxy", NULL, "a trusted proxy passes requests on and says who the client is"},
                 {"threads", "N", "default: as many as the machine has processors"}},
     .run = run_serve},
    {.name = "user",
     .arguments = "list | add NAME | disable NAME | enable NAME | reset NAME | remove-demonstration",
     .least = 1,
     .most = 2,
     .summary = "look after accounts",
     .about = "Needs `staithe login` as an administrator, but for reset, which sets a new password for whoever holds "
              "the data folder.",
     .options = {{"shown", "NAME", "add: the name that is shown"},
                 {"agency", "AGENCY", "add: the agency, as the county folder names it"},
                 {"roles", "ROLES", "add: roles joined by commas"},
                 {"password-file", "FILE", "read the password from there instead of asking; \"-\" is standard input"}},
     .run = run_user},
    {.name = "login",
     .arguments = "[NAME] [--role ROLE] [--purpose PURPOSE]",
     .most = 1,
     .summary = "sign in on the command line, or out",
     .about = "Signs in for commands that read about people, in a role and for a purpose; the session ends as in the "
              "browser. The token lies in "
              "the data folder, readable by its owner only.",
     .options = {{"role", "ROLE", "as what"},
                 {"purpose", "PURPOSE", "what for"},
                 {"password-file", "FILE", "read the password from there instead of asking; \"-\" is standard input"},
                 {"out", NULL, "sign out"}},
     .run = run_login},
    {.name = "events",
     .arguments = "[--since N] [--follow]",
     .summary = "follow which people's records joined and split",
     .about =
         "Shows, oldest first, each join and split of the people that the session of `staithe login` may know of: "
         "one joined another (and went into it), one split (and came from it), one ended. Numbers only go up: ask "
         "again with --since and the last number seen. With --json each event is a line. --follow prints them as they "
         "come, until it is interrupted or --for is over. Reading is in the audit.",
     .options = {{"since", "N", "events after this number (default 0: from the first)"},
                 {"limit", "N", "at most so many (default and most 1000)"},
                 {"follow", NULL, "print events as they come, looking every two seconds"},
                 {"for", "SECONDS", "with --follow: end after so long"}},
     .run = run_events},
    {.name = "audit",
     .arguments = "[--mine]",
     .summary = "show who read what",
     .about = "Shows the audit of reads, newest first: who, in which role, for which purpose, under which agreement "
              "clauses, which fields of "
              "whom. Needs `staithe login` in a role that may read it; --mine shows one's own reads to anybody.",
     .options = {{"mine", NULL, "my own reads"},
                 {"account", "NAME", "reads of one account"},
                 {"limit", "N", "at most so many (default 50)"}},
     .run = run_audit},
    {.name = "backup",
     .arguments = "DIR",
     .least = 1,
     .most = 1,
     .summary = "write the whole hub to a new folder",
     .about = "Writes the hub's and the audit's databases (in a form that either database can be restored from), the "
              "kept files, the keys "
              "and a manifest of digests, while the server runs. Whoever holds the folder holds everything: keep it as "
              "you keep the data folder. "
              "The county folder is not copied.",
     .run = run_backup},
    {.name = "restore",
     .arguments = "BACKUP --data DIR --county DIR",
     .least = 1,
     .most = 1,
     .summary = "make a data folder from a backup",
     .about = "Holds every file of the backup against its digest, then makes the data folder, which must be new. With "
              "--store it restores "
              "into that database, whichever the backup came from.",
     .run = run_restore},
    {.name = "check",
     .arguments = "",
     .summary = "check every digest and every invariant",
     .about = "Reads all of it: databases, kept files against their digests, row counts of each landing, links and "
              "members, the chain of the audit. "
              "Prints each fault as a sentence and ends with status 1 when there is one.",
     .options = {{"witness", "TEXT", "a head of the audit that a partner kept, as `staithe check` printed it"}},
     .run = run_check},
    {.name = "help",
     .arguments = "[COMMAND]",
     .most = 1,
     .summary = "say how to use Staithe, or one command",
     .about = "Lists the commands, or explains one.",
     .options = {{"manual", NULL, "print the manual page staithe(1) in mdoc"}},
     .run = run_help},
    {.name = NULL},
};

const struct command *command_table(void)
{
    return table;
}
