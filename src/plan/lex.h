/* lex.h: the words of one statement of a plan; inside plan/.
 *
 * lex_statement reads one statement, from the left margin to before the next line that begins there, so that a text of
 * any size needs the words of one statement only. */
#ifndef STAITHE_PLAN_LEX_H
#define STAITHE_PLAN_LEX_H

#include "plan/syntax.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_NUMBER, /* text without unit; unit when written £…m */
    TOKEN_YEAR,   /* 2025-26 */
    TOKEN_DATE,   /* 2024-03-18 */
    TOKEN_WORD,   /* other words that begin with a digit: 3.4.6, 4b */
    TOKEN_STRING, /* text without quotes */
    TOKEN_UNIT,   /* £, £m, … */
    TOKEN_REST,   /* the words of a source, to the end of the line */
    TOKEN_SIGN,   /* sign says which */
};

enum token_sign { SIGN_NOT_EQUAL = 256, SIGN_LESS_EQUAL, SIGN_GREATER_EQUAL };

struct token {
    enum token_kind kind;
    int sign;          /* a character, or one of the above */
    struct slice text; /* names in Unicode's composed form */
    struct slice unit;
    uint32_t first, last;  /* offsets in the file */
    uint32_t line, column; /* from 1, in characters */
    uint32_t length;       /* in characters */
    uint32_t indent;       /* characters before the first word of its line */
    bool starts_line;
};

struct lexer {
    struct arena *arena; /* names that had to be composed; strings point into the text */
    struct slice path, text;
    size_t at, line_start;
    uint32_t line, counted; /* counted: the column of the byte at counted_at */
    size_t counted_at;
    struct token *tokens; /* of the statement, a TOKEN_END last */
    size_t count, capacity;
};

struct lexer lex_start(struct slice path, struct slice text, struct arena *arena);
/* count is 1 (the end alone) when there are no more statements. */
bool lex_statement(struct lexer *lexer, struct error *err) MUST_USE;

#endif
