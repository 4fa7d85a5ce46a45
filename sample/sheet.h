/* sheet.h: one extract being written, in its agency's own shape.
 *
 * A sheet appends to a growing text. It knows the delimiter, the encoding, the case and the form of dates of its
 * agency, and, for the few rows that are meant to fail their contract, spoils one field. Inside, all text is UTF-8. */
#ifndef STAITHE_SAMPLE_SHEET_H
#define STAITHE_SAMPLE_SHEET_H

#include "base/base.h"

/* Grows by doubling; freed by out_free. Memory that runs out ends the program, as in an arena. */
struct out {
    char *at;
    size_t len, capacity;
};
void out_add(struct out *out, const void *bytes, size_t count);
void out_text(struct out *out, const char *text);
void out_free(struct out *out);

enum sheet_encoding { SHEET_UTF8, SHEET_WINDOWS_1252, SHEET_UTF16 };
enum sheet_case { SHEET_AS_IT_IS, SHEET_PLAIN, SHEET_CAPITALS }; /* plain and capitals: accents are lost */
enum sheet_dates { DATES_YYYYMMDD, DATES_ISO, DATES_SLASHES, DATES_MONTH_NAMES, DATES_DOTS };

struct sheet_form {
    char delimiter;
    enum sheet_encoding encoding;
    enum sheet_case letters;
    enum sheet_dates dates;
    bool quote_all;
    const char *mark;    /* bytes of the byte order mark, or "" */
    const char *heading; /* the header row's names, parted by '|' */
};

/* What makes a row fail its contract. */
enum spoil { SPOIL_NOTHING, SPOIL_CODE, SPOIL_DATE, SPOIL_FUTURE, SPOIL_REQUIRED, SPOIL_RAGGED, SPOIL_KINDS };

struct sheet {
    struct out *out;
    const struct sheet_form *form;
    unsigned fields;  /* in this row so far */
    enum spoil spoil; /* of this row; falls back to SPOIL_NOTHING at its end */
    uint64_t rows;
};

void sheet_heading(struct sheet *sheet);
/* NULL and "" are an empty field. */
void sheet_text(struct sheet *sheet, const char *text);
/* As sheet_text, in the agency's case; sheet_text itself changes no letter beyond what the encoding lacks. */
void sheet_name(struct sheet *sheet, const char *text);
/* A column that the contract requires: SPOIL_REQUIRED leaves it empty. */
void sheet_required(struct sheet *sheet, const char *text);
/* A column with a list of allowed values: SPOIL_CODE writes another. */
void sheet_code(struct sheet *sheet, const char *text);
/* Days since 1970; NO_DAY is an empty field. The date of birth is the one that is spoiled: `birth`. */
enum { NO_DAY = -1000000 };
void sheet_date(struct sheet *sheet, int32_t day);
void sheet_event_date(struct sheet *sheet, int32_t day);
void sheet_number(struct sheet *sheet, int64_t number);
void sheet_blank(struct sheet *sheet);
void sheet_yes_no(struct sheet *sheet, int yes); /* below 0: empty */
void sheet_end(struct sheet *sheet);

/* Letters of the Latin scripts without their marks: "Łukasz" becomes "Lukasz". out holds as many bytes as text and a
 * NUL. */
void sheet_plain(const char *text, char *out);
void sheet_capitals(char *text);

#endif
