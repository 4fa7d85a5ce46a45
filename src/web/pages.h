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
handler page_find, page_home, page_why;
struct search_question;
/* The search of a request, for the page and for the API. */
bool search_question_of(struct call *call, struct search_question *question, struct error *err) MUST_USE;
/* pages_person.c */
handler page_person, do_caller, do_note, page_concern, do_concern, page_record;

#endif
