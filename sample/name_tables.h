/* name_tables.h: the lists behind names.c. Each is one text of words in order of rank, most borne first.
 *
 * Sources: given names by decade after the Office for National Statistics, "Baby names in England and Wales: historical
 * data" (top 100 of 1904, 1914 … 1994) and the yearly "Baby names, England and Wales" (2004, 2014, 2022), set down from
 * memory, ranks rounded, order within a few places approximate. Family names after the published rankings of the
 * commonest surnames of England and Wales (ONS extract of 2002; Office of Population Censuses), rounded, with names
 * marked in Norfolk by H. B. Guppy, "Homes of Family Names in Great Britain" (1890), mixed in. Other heritages: names
 * common in each country, order approximate. */
#ifndef STAITHE_SAMPLE_NAME_TABLES_H
#define STAITHE_SAMPLE_NAME_TABLES_H

enum { NAME_DECADES = 11 }; /* 1924, 1934 … 2014, 2022 */

extern const char *const name_girls[NAME_DECADES];
extern const char *const name_boys[NAME_DECADES];
extern const char *const name_rare_girls;
extern const char *const name_rare_boys;
extern const char *const name_surnames;

/* By enum heritage, from 1: women's, men's and family names. */
extern const char *const name_abroad[8][3];

/* "William:Bill,Will;…" */
extern const char *const name_short_forms;
/* Groups of names that sound alike: "Clarke Clark;Reid Reed Read;…" */
extern const char *const name_sound_alike;

#endif
