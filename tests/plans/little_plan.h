/* little_plan.h: a plan of a few lines, and the county's words that let a finance team at it, for the tests of this
 * room. */
#ifndef STAITHE_TESTS_PLANS_LITTLE_PLAN_H
#define STAITHE_TESTS_PLANS_LITTLE_PLAN_H

static const char little_plan[] =
    "model little \"A little plan\"\n"
    "years 2024-25 to 2026-27\n"
    "unit £m print 0.001\n"
    "unit % print 0.01\n"
    "source C \"Cabinet, 8 May 2024\"\n"
    "set dept \"Department\"\n"
    "  ASC \"Adult Social Services\"\n"
    "  CS \"Children's Services\"\n"
    "given rate \"Council tax\" % from 2025-26 1.99 source C table 5\n"
    "given base \"Base budget\" 2024-25 100.000 source C table 3\n"
    "given pressure[dept] \"Pressures\" source C table 1\n"
    "       2025-26  2026-27\n"
    "  ASC   10.000    8.000\n"
    "  CS     5.000    4.000\n"
    "given saved[dept] \"Savings\" from savings from 2025-26\n"
    "calc budget from 2025-26 = base@2024-25 * (1 + rate)\n"
    "calc gap \"Budget gap\" from 2025-26 = sum pressure + sum saved - base@2024-25 * rate\n"
    "check positive that budget > 0 from 2025-26\n"
    "gate fair \"Equality and consultation\" for savings needs eqia done and consultation "
    "done\n"
    "saving S-1 \"Reablement\" for ASC\n"
    "  owner \"Director of Adult Social Services\" rag amber state proposed\n"
    "  eqia needed consultation needed\n"
    "  2025-26 -1.000, 2026-27 -0.500\n"
    "table 1 \"The gap\" source C table 1\n"
    "  columns 2025-26 to 2026-27\n"
    "  each \"Pressures\" sum pressure\n"
    "  each \"Savings\" sum saved\n"
    "  each total \"Gap\" gap\n";

static const char little_agreement[] = "agreement: planning\n"
                                       "title: Planning the budget\n"
                                       "between: [council, hub]\n"
                                       "purposes: [plan]\n"
                                       "lawful_basis: No personal data\n"
                                       "special_category: Not used\n"
                                       "from: 2020-01-01\n"
                                       "until: 2030-12-31\n"
                                       "review: 2029-12-31\n"
                                       "clauses:\n"
                                       "  - {clause: \"1\", source: plans, roles: [finance, director], show: all}\n";

/* Put in the place of "roles:\n" in the scene's county.yaml. */
static const char little_roles[] = "  plan: {title: Budget planning}\n"
                                   "roles:\n"
                                   "  finance: {title: Finance officer, may: [plan, register], purposes: [plan]}\n"
                                   "  director: {title: Finance director, may: [plan, approve], purposes: [plan]}\n"
                                   "  guest: {title: Guest, may: [plan], purposes: [plan]}\n";

#endif
