/* pages.h: the handlers that the route table names, by area; each has its own source file. page_… shows, do_… changes
 * and then redirects, api_… answers JSON, file_… gives a file. What each needs and takes is said in routes.c. */
#ifndef STAITHE_WEB_PAGES_H
#define STAITHE_WEB_PAGES_H

#include "web/routes.h"

/* pages_frame.c */
handler page_start, page_sign_in, do_sign_in, page_purpose, do_purpose, do_sign_out, page_help;
/* files.c */
handler file_asset, file_county_style, api_health;
/* openapi.c */
handler api_openapi;
/* pages_find.c */
handler page_find, page_home;
/* pages_why.c */
handler page_why, api_why, page_why_not, api_why_not;
/* pages_person.c */
handler page_person, do_caller, do_note, page_concern, do_concern, page_record;
/* pages_steward.c */
handler page_doubts, page_doubt, do_decide, page_decisions, do_undo, page_split, do_split, page_concerns,
    do_close_concern;
/* pages_what_if.c */
handler page_what_if, do_what_if, do_what_if_adopt, api_what_if;
/* pages_source.c */
handler page_sources, page_source, do_land, page_landing, do_landing_word, page_quarantine;
/* pages_agreement.c */
handler page_agreements, page_agreement, page_who_sees;
/* pages_audit.c */
handler page_my_looks, page_audit, page_changes;
/* pages_account.c */
handler page_accounts, do_make_account, page_account, do_account_roles, do_account_state, do_account_password,
    page_my_password, do_my_password, do_sign_out_elsewhere;
/* pages_plan.c, pages_plan_figure.c, pages_plan_register.c, pages_plan_version.c */
handler page_plans, page_plan, page_plan_table, file_plan_table, file_plan_workbook, file_plan_book, page_plan_pictures,
    api_plan_pictures, page_plan_checks, page_plan_figure, do_plan_scenario, page_plan_scenarios, page_plan_register,
    page_plan_new_row, do_plan_new_row, page_plan_row, do_plan_row, do_plan_approve, do_plan_challenge, do_plan_lock,
    page_plan_versions, do_plan_version, page_plan_changes, page_plan_journal;
/* api_plan.c */
handler api_plans, api_plan, api_plan_table, api_plan_figure, api_plan_checks, api_plan_scenarios, api_plan_register,
    api_plan_row, api_plan_versions, api_plan_changes, api_plan_journal;
/* pages_list.c */
handler page_lists, page_list, file_list_csv, page_list_item, do_list_take, do_list_give_back, do_list_outcome;
/* api.c */
handler api_me, api_people, api_person, api_record, api_home, api_lists, api_list, api_list_item;
/* api_source.c */
handler api_sources, api_source, api_landing, api_quarantine;
/* api_register.c */
handler api_agreements, api_agreement, api_who_sees, api_accounts, api_account;
/* api_watch.c */
handler api_my_looks, api_audit, api_changes, api_doubts, api_doubt, api_decisions, api_concerns, api_events;

#endif
