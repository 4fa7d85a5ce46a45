/* text.h: characters: encodings in, UTF-8 inside, and the plain forms that names and addresses are compared in.
 *
 * Everything inside the program is valid UTF-8 without NUL. Folding follows Unicode NFKC with case folding and marks
 * stripped (utf8proc). */
#ifndef STAITHE_BASE_TEXT_H
#define STAITHE_BASE_TEXT_H

#include "base/arena.h"

enum text_encoding { TEXT_UTF8, TEXT_WINDOWS_1252, TEXT_UTF16_LE, TEXT_UTF16_BE };

/* Length of the ASCII at the start, NUL included: eight bytes at a time. */
size_t text_ascii(struct slice s);
/* Length of the valid UTF-8 at the start; equal to s.len when all is valid. */
size_t text_valid_utf8(struct slice s);
/* From the byte order mark, else from the bytes: *ret_mark is the mark's length. A text without the NUL pattern of
 * UTF-16 is taken for UTF-8 unless its broken characters are more than a tenth of the good ones beyond ASCII; then for
 * Windows-1252. `whole` false: the end may be cut inside a character. */
enum text_encoding text_guess(struct slice start, bool whole, size_t *ret_mark);
/* Windows-1252 to UTF-8; the five unassigned bytes become U+FFFD. */
struct slice text_from_windows_1252(struct arena *arena, struct slice bytes);
/* The Unicode character of one byte of Windows-1252, and the UTF-8 of one character: 1 to 4 bytes, which out must hold.
 */
uint32_t text_windows_1252_character(unsigned char byte);
size_t text_put_character(char *out, uint32_t character);

/* Folded for comparing: NFKC, lower case, no marks, runs of white space to one space, trimmed; "É. O’Brien " gives "e.
 * o'brien". Typographic quotes and dashes become ASCII; letters that Unicode does not take apart are written plain (ø
 * o, ł l, æ ae, þ th); control characters count as white space, invisible ones are dropped, bytes that are no UTF-8
 * become U+FFFD. Pure ASCII is fast (no utf8proc). */
struct slice text_fold(struct arena *arena, struct slice s);
/* Folded letters and digits only: "O'Brien-Smith" gives "obriensmith". */
struct slice text_letters(struct arena *arena, struct slice s);
/* Its digits from 0 to 9 only, as they stand. */
struct slice text_digits(struct arena *arena, struct slice s);
/* Folds, then splits into tokens of letters and digits; an apostrophe inside a word is dropped, a hyphen splits. */
size_t text_tokens(struct arena *arena, struct slice s, struct slice **ret_tokens);
/* The first or last so many characters of a text in UTF-8, whatever their length in bytes; empty when it has fewer. */
struct slice text_first_letters(struct slice s, size_t count);
struct slice text_last_letters(struct slice s, size_t count);
/* The first `count` characters, or all where there are no more: for what is shown to people. */
struct slice text_at_most(struct slice s, size_t count);
/* Soundex (US census rules), four characters, of a name's folded letters; empty for none. out holds 5 bytes. */
void text_soundex(struct slice name, char out[5]);
/* Upper case with one space before the last three characters ("nr13aa" gives "NR1 3AA"); false when it is no UK
 * postcode form. */
bool text_postcode(struct arena *arena, struct slice s, struct slice *ret) MUST_USE;
/* Ten digits with a valid NHS check digit (weights 10 to 2, modulus 11); spaces and hyphens are taken out. Ten
 * times the same digit, which passes the sum but stands for "not known" in real files, is refused. */
bool text_nhs_number(struct arena *arena, struct slice s, struct slice *ret) MUST_USE;
/* One to twelve digits, not all zero, leading zeros stripped. */
bool text_uprn(struct arena *arena, struct slice s, struct slice *ret) MUST_USE;

/* Number of edits with neighbouring swaps as one (optimal string alignment) on bytes, or limit + 1 when more. */
unsigned text_distance(struct slice a, struct slice b, unsigned limit);
/* The candidate nearest to `wanted` within a third of its length (at least one edit), whatever the case of letters, the
 * first of equals; or the empty slice: for "did you mean …". */
struct slice text_nearest(struct slice wanted, const struct slice *candidates, size_t count);

#endif
