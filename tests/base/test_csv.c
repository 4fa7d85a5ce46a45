#include "base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* A text handed out in pieces of at most `piece` bytes, or of random sizes when it is 0. */
struct feed {
    struct slice rest;
    size_t piece;
    uint32_t seed;
};

static bool feed(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    (void)err;
    struct feed *f = context;
    f->seed = f->seed * 1664525 + 1013904223;
    size_t most = f->piece ? f->piece : 1 + (f->seed >> 16) % 300;
    size_t n = most < size ? most : size;
    n = n < f->rest.len ? n : f->rest.len;
    if (n)
        memcpy(out, f->rest.at, n);
    f->rest = slice_part(f->rest, n, f->rest.len);
    *ret_read = n;
    return true;
}

/* The rows as a text: fields in brackets, then line, offset+length and flags: "[a][b] 1 @0+4\n". */
static struct slice shown_from(csv_source *source, void *context, const struct csv_options *options)
{
    struct csv_reader *reader;
    struct error err;
    const struct csv_row *row;
    struct buffer out = buffer_make(arena);
    if (!csv_open(source, context, options, arena, &reader, &err))
        return arena_format(arena, "error: %s", err.text);
    for (;;) {
        if (!csv_read(reader, &row, &err))
            return arena_format(arena, "error: %s", err.text);
        if (!row)
            return buffer_slice(&out);
        for (size_t i = 0; i < row->count; i++) {
            assert_int_equal(text_valid_utf8(row->fields[i]), row->fields[i].len);
            assert_true(!row->fields[i].len || !memchr(row->fields[i].at, '\0', row->fields[i].len));
            buffer_format(&out, "[%.*s]", PRINT(row->fields[i]));
        }
        buffer_format(&out, " %llu @%llu+%llu%s%s%s%s\n", (unsigned long long)row->line,
                      (unsigned long long)row->offset, (unsigned long long)row->length,
                      row->too_long ? " too-long" : "", row->unclosed ? " unclosed" : "", row->had_nul ? " nul" : "",
                      row->bad_character ? " bad" : "");
    }
}

static struct slice shown(struct slice text, const struct csv_options *options, size_t piece)
{
    struct feed f = {text, piece, 1};
    return shown_from(feed, &f, options);
}

static void reads_with(struct slice text, const struct csv_options *options, const char *wanted)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 1000, 1 << 20};
    for (size_t i = 0; i < countof(pieces); i++) {
        struct slice got = shown(text, options, pieces[i]);
        if (!slice_equal(got, slice_of(wanted)))
            fail_msg("in pieces of %zu:\n%.*s\nwanted:\n%s", pieces[i], PRINT(got), wanted);
    }
}

static void reads(struct slice text, const char *wanted)
{
    reads_with(text, &(struct csv_options){.delimiter = ','}, wanted);
}

/* ---- The standard, and what really comes ---- */

static void plain_rows_and_quoted_fields_follow_rfc_4180(void **state)
{
    (void)state;
    reads(S("a,b\r\n1,2\r\n"), "[a][b] 1 @0+5\n[1][2] 2 @5+5\n");
    reads(S("a,b\r\n1,2"), "[a][b] 1 @0+5\n[1][2] 2 @5+3\n");
    reads(S("\"a\",\"b,c\",\"d\"\"e\",\"\"\n"), "[a][b,c][d\"e][] 1 @0+20\n");
    reads(S("\"two\r\nlines\",x\r\ny,z\r\n"), "[two\r\nlines][x] 1 @0+16\n[y][z] 3 @16+5\n");
    reads(S("\"\"\"\"\n"), "[\"] 1 @0+5\n");
    reads(S("a,,\n,,\n"), "[a][][] 1 @0+4\n[][][] 2 @4+3\n");
    reads(S(""), "");
}

static void line_ends_may_be_mixed(void **state)
{
    (void)state;
    reads(S("a\rb\nc\r\nd"), "[a] 1 @0+2\n[b] 2 @2+2\n[c] 3 @4+3\n[d] 4 @7+1\n");
    reads(S("a,b\rc,d\r"), "[a][b] 1 @0+4\n[c][d] 2 @4+4\n");
    reads(S("\"x\ry\",1\r\r2,3\r"), "[x\ry][1] 1 @0+8\n[2][3] 4 @9+4\n");
}

static void blank_lines_are_skipped_and_counted(void **state)
{
    (void)state;
    reads(S("\n\r\na\n   \n\t\nb\n\n"), "[a] 3 @3+2\n[b] 6 @11+2\n");
    reads(S("a\n\"\"\nb\n"), "[a] 1 @0+2\n[] 2 @2+3\n[b] 3 @5+2\n");
    reads(S("a,b\n1,2\n\x1a"), "[a][b] 1 @0+4\n[1][2] 2 @4+4\n");
}

static void quotes_inside_are_taken_as_they_stand(void **state)
{
    (void)state;
    reads(S("6\" nail,x\n"), "[6\" nail][x] 1 @0+10\n");
    reads(S("a \"b\" c,\"d\"e,\"f\"\"g\"h\"i\"\n"), "[a \"b\" c][de][f\"gh\"i\"] 1 @0+24\n");
    reads(S("\"a\" ,b\n"), "[a ][b] 1 @0+7\n");
}

static void ragged_rows_are_given_as_they_are(void **state)
{
    (void)state;
    reads(S("a,b,c\n1\n1,2,3,4\n"), "[a][b][c] 1 @0+6\n[1] 2 @6+2\n[1][2][3][4] 3 @8+8\n");
}

static void nul_bytes_are_taken_out_and_told(void **state)
{
    (void)state;
    reads(S("a\0b,\0\nc,d\n\0\n"), "[ab][] 1 @0+6 nul\n[c][d] 2 @6+4\n[] 3 @10+2 nul\n");
    reads(S("\"a\0\"\"b\",x\n"), "[a\"b][x] 1 @0+10 nul\n");
}

static void the_given_delimiter_is_obeyed(void **state)
{
    (void)state;
    reads_with(S("a;b,c\n"), &(struct csv_options){.delimiter = ';'}, "[a][b,c] 1 @0+6\n");
    reads_with(S("a\tb\t\n\t\t\n"), &(struct csv_options){.delimiter = '\t'}, "[a][b][] 1 @0+5\n[][][] 2 @5+3\n");
    reads_with(S("a\x1f"
                 "b\n"),
               &(struct csv_options){.delimiter = 0x1f}, "[a][b] 1 @0+4\n");
    reads_with(S("a\xa7"
                 "b\xe9\n"),
               &(struct csv_options){.delimiter = (char)0xa7, .encoding_given = true, .encoding = TEXT_WINDOWS_1252},
               "[a][b\xc3\xa9] 1 @0+5\n");
    reads_with(S("a"), &(struct csv_options){.delimiter = '"'},
               "error: the delimiter can be neither a quote nor a line end; use , ; | or a tab");
    reads_with(S("a"), &(struct csv_options){.delimiter = (char)0xa7},
               "error: the delimiter is a byte beyond ASCII, which works in Windows-1252 only; use another one");
}

static void the_delimiter_is_guessed(void **state)
{
    (void)state;
    static const struct {
        struct slice text;
        char delimiter;
    } cases[] = {
        {S_INIT("a,b,c\n1,2,3\n"), ','},
        {S_INIT("a;b;c\n1,5;2,5;3,5\n2;3;4\n"), ';'},
        {S_INIT("name\tborn\nSmith, J\t1952\nJones; K\t1953\n"), '\t'},
        {S_INIT("a|b|c\nx,y|z|\n"), '|'},
        {S_INIT("\"a;b;c\",d\n\"e;f\",g\n"), ','},
        {S_INIT("id\n1\n2\n"), ','},
        {S_INIT("name;address\n\"x\";\"1, High St, Norwich\"\n\"y\";\"2, Low St, Lynn\"\n"), ';'},
        {S_INIT(""), ','},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct feed f = {cases[i].text, 5, 1};
        struct csv_reader *reader;
        struct error err;
        assert_true(csv_open(feed, &f, NULL, arena, &reader, &err));
        if (csv_delimiter(reader) != cases[i].delimiter)
            fail_msg("%.*s: '%c'", PRINT(cases[i].text), csv_delimiter(reader));
    }
    reads_with(S("sep=;\r\na;b\r\n"), NULL, "[a][b] 2 @7+5\n");
    reads_with(S("SEP=|\na;b|c\n"), NULL, "[a;b][c] 2 @6+6\n");
}

static void white_space_is_trimmed_when_asked(void **state)
{
    (void)state;
    struct csv_options trim = {.delimiter = ',', .trim = true};
    reads_with(S(" a , b\t,\" c \", \"d\"  ,\t\" e\"\"f \" ,  \n"), &trim, "[a][b][ c ][d][ e\"f ][] 1 @0+35\n");
    reads(S(" a , \"b\"\n"), "[ a ][ \"b\"] 1 @0+9\n");
    reads_with(S("a\t b\t\t\"c\" \n"), &(struct csv_options){.delimiter = '\t', .trim = true}, "[a][b][][c] 1 @0+11\n");
}

/* ---- Encodings ---- */

static void a_byte_order_mark_is_no_part_of_the_first_field(void **state)
{
    (void)state;
    reads(S("\xef\xbb\xbf"
            "a,b\nc,d\n"),
          "[a][b] 1 @3+4\n[c][d] 2 @7+4\n");
    reads(S("\xef\xbb\xbf\"a\",b\n"), "[a][b] 1 @3+6\n");
    reads(S("\xef\xbb\xbf"), "");
}

static void windows_1252_is_turned_and_keeps_its_place(void **state)
{
    (void)state;
    reads(S("Zo\xeb,\x80\n\"O\x92"
            "Brien\",x\ny,z\n"),
          "[Zo\xc3\xab][\xe2\x82\xac] 1 @0+6\n[O\xe2\x80\x99"
          "Brien][x] 2 @6+12\n[y][z] 3 @18+4\n");
    reads(S("a\x81,b\xe9\n"), "[a\xef\xbf\xbd][b\xc3\xa9] 1 @0+6 bad\n");
    reads_with(S("\xc3\xa9\n"), &(struct csv_options){.encoding_given = true, .encoding = TEXT_WINDOWS_1252},
               "[\xc3\x83\xc2\xa9] 1 @0+3\n");
}

static void utf8_with_a_few_bad_bytes_stays_utf8(void **state)
{
    (void)state;
    reads_with(S("Zo\xc3\xab,b\xff"
                 "c\n\xe2\x82,x\n"),
               &(struct csv_options){.encoding_given = true, .encoding = TEXT_UTF8},
               "[Zo\xc3\xab][b\xef\xbf\xbd"
               "c] 1 @0+9 bad\n[\xef\xbf\xbd\xef\xbf\xbd][x] 2 @9+5 bad\n");
}

/* ASCII for longer than the guess looks, then one row that tells. */
static void the_first_row_beyond_ascii_decides_when_the_start_was_plain(void **state)
{
    (void)state;
    for (int windows = 0; windows < 2; windows++) {
        struct buffer text = buffer_make(arena);
        for (int i = 0; i < 20000; i++)
            buffer_format(&text, "%d,plain\n", i);
        buffer_add(&text, windows ? S("x,Zo\xeb\n") : S("x,Zo\xc3\xab\n"));
        struct feed f = {buffer_slice(&text), 4096, 1};
        struct csv_reader *reader;
        struct error err;
        const struct csv_row *row;
        assert_true(csv_open(feed, &f, NULL, arena, &reader, &err));
        struct slice last = NO_SLICE;
        while (csv_read(reader, &row, &err) && row)
            last = arena_copy(arena, row->fields[1]);
        assert_true(slice_equal(last, S("Zo\xc3\xab")));
        assert_int_equal(csv_encoding(reader), windows ? TEXT_WINDOWS_1252 : TEXT_UTF8);
    }
}

static struct slice utf16(const char *text, bool big, bool mark)
{
    struct buffer out = buffer_make(arena);
    const char *order = big ? "\xfe\xff" : "\xff\xfe";
    if (mark)
        buffer_add(&out, slice_from(order, 2));
    for (; *text; text++) {
        buffer_add_byte(&out, big ? '\0' : *text);
        buffer_add_byte(&out, big ? *text : '\0');
    }
    return buffer_slice(&out);
}

static void utf16_is_turned_and_keeps_its_place(void **state)
{
    (void)state;
    static const char text[] = "a,b\r\n\"c\r\nd\",e\r\nf,g";
    static const char wanted[] = "[a][b] 1 @2+10\n[c\r\nd][e] 2 @12+20\n[f][g] 4 @32+6\n";
    reads_with(utf16(text, false, true), NULL, wanted);
    reads_with(utf16(text, true, true), NULL, wanted);
    reads_with(utf16(text, false, false), NULL, "[a][b] 1 @0+10\n[c\r\nd][e] 2 @10+20\n[f][g] 4 @30+6\n");
    /* é, €, a pair past U+FFFF, and halves of pairs alone. */
    reads(S("\xff\xfe\xe9\0,\0\xac\x20\n\0"), "[\xc3\xa9][\xe2\x82\xac] 1 @2+8\n");
    reads(S("\xff\xfe\x3d\xd8\x92\xde,\0x\0\n\0y\0\n\0"), "[\xf0\x9f\x9a\x92][x] 1 @2+10\n[y] 2 @12+4\n");
    reads(S("\xff\xfe\x3d\xd8,\0\x92\xde\n\0"), "[\xef\xbf\xbd][\xef\xbf\xbd] 1 @2+8 bad\n");
    reads(S("\xff\xfe"
            "a\0,\0b"),
          "[a][\xef\xbf\xbd] 1 @2+5 bad\n");
    reads(S("\xff\xfe"
            "a\0\0\0,\0b\0"),
          "[a][b] 1 @2+8 nul\n");
}

/* ---- Limits ---- */

static void long_fields_and_rows_are_cut_and_told(void **state)
{
    (void)state;
    struct csv_options small = {.delimiter = ',', .max_field = 4, .max_row = 20, .max_fields = 3};
    reads_with(S("abcdef,x\nok,y\n"), &small, "[abcd][x] 1 @0+9 too-long\n[ok][y] 2 @9+5\n");
    reads_with(S("a,b,c,d,e\nf,g,h\n"), &small, "[a][b][c] 1 @0+10 too-long\n[f][g][h] 2 @10+6\n");
    reads_with(S("a,0123456789012345678901234567890123456789\nb,c\n"), &small,
               "[a][0123] 1 @0+43 too-long\n[b][c] 2 @43+4\n");
    reads_with(S("a,0123456789012345678901234567890123456789"), &small, "[a][0123] 1 @0+42 too-long\n");
    reads_with(S("abc\xc3\xa9"
                 "def,x\n"),
               &small, "[abc][x] 1 @0+11 too-long\n");
    reads_with(S("a,b,c,0123456789012345,x\r\r\nb,c\r\n"), &small, "[a][b][c] 1 @0+25 too-long\n[b][c] 3 @27+5\n");
    reads_with(S("1234567890123456,89\nx\n"), &small, "[1234][89] 1 @0+20 too-long\n[x] 2 @20+2\n");
    /* The cut of a row goes through a character, which is then left out and is no bad one. */
    struct csv_options row = {.delimiter = ',', .max_row = 8};
    reads_with(S("a,bcdef\xe2\x82\xac"
                 "ghi\nx\n"),
               &row, "[a][bcdef] 1 @0+14 too-long\n[x] 2 @14+2\n");
    /* What grows while it is turned is cut at max_row too. */
    reads_with(S("\xe9\xe9\xe9\xe9\xe9\xe9\n"), &(struct csv_options){.delimiter = ',', .max_row = 9},
               "[\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9] 1 @0+7 too-long\n");
}

static void one_stray_quote_costs_one_row(void **state)
{
    (void)state;
    reads(S("a,b\n1,\"x\n2,y\n3,z\n"), "[a][b] 1 @0+4\n[1][x] 2 @4+5 unclosed\n[2][y] 3 @9+4\n[3][z] 4 @13+4\n");
    reads(S("a,\"b"), "[a][b] 1 @0+4 unclosed\n");
    reads(S("a,\""), "[a][] 1 @0+3 unclosed\n");
    reads(S("a,\"b\"\"\n"), "[a][b\"] 1 @0+7 unclosed\n");
    struct csv_options small = {.delimiter = ',', .max_row = 24};
    reads_with(S("1,\"x\n2,y\n3,z\n4,w\n5,v\n6,u\n7,t\n8,s\n"), &small,
               "[1][x] 1 @0+5 unclosed\n[2][y] 2 @5+4\n[3][z] 3 @9+4\n[4][w] 4 @13+4\n[5][v] 5 @17+4\n"
               "[6][u] 6 @21+4\n[7][t] 7 @25+4\n[8][s] 8 @29+4\n");
    /* A quoted field that is too long and has no line end inside. */
    reads_with(S("1,\"0123456789012345678901234567890123456789\"\n2,y\n"), &small,
               "[1][012345678901234567890] 1 @0+45 too-long unclosed\n[2][y] 2 @45+4\n");
}

struct pattern {
    struct slice head, body, tail;
    uint64_t body_bytes, at;
};

/* head, body over and over for body_bytes, tail: any size of file without a disk. */
static bool pattern_source(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    (void)err;
    struct pattern *p = context;
    size_t used = 0;
    uint64_t whole = p->head.len + p->body_bytes + p->tail.len;
    while (used < size && p->at < whole) {
        struct slice piece;
        if (p->at < p->head.len)
            piece = slice_part(p->head, p->at, p->head.len);
        else if (p->at < p->head.len + p->body_bytes) {
            uint64_t left = p->head.len + p->body_bytes - p->at;
            piece = slice_part(p->body, (p->at - p->head.len) % p->body.len, p->body.len);
            piece = slice_part(piece, 0, left < piece.len ? left : piece.len);
        } else
            piece = slice_part(p->tail, p->at - p->head.len - p->body_bytes, p->tail.len);
        piece = slice_part(piece, 0, size - used);
        memcpy((char *)out + used, piece.at, piece.len);
        used += piece.len;
        p->at += piece.len;
    }
    *ret_read = used;
    return true;
}

static long peak_kib(void)
{
    struct rusage usage;
    must(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

static struct slice much(const char *unit, size_t bytes)
{
    struct buffer out = buffer_make(arena);
    while (out.len < bytes)
        buffer_add(&out, slice_of(unit));
    return buffer_slice(&out);
}

static void a_field_of_a_gibibyte_takes_little_memory_and_leaves_the_next_row(void **state)
{
    (void)state;
    static const struct {
        const char *head, *unit, *tail;
        bool unclosed;
    } cases[] = {
        {"1,", "x", ",2\nlast,row\n", false},
        {"1,\"", "x", "\",2\nlast,row\n", true},
        {"1,\"", "\"\"", "\",2\nlast,row\n", true},
        {"1,", "\xc3\xa9", "\nlast,row\n", false},
        {"1,", ",", "\nlast,row\n", false},
        {"1,", "\xe9\xff", "\nlast,row\n", false},
        {"\xff\xfe"
         "1\0",
         "x\0", "\n\0l\0a\0s\0t\0,\0r\0o\0w\0\n\0", false},
    };
    long before = peak_kib();
    for (size_t i = 0; i < countof(cases); i++) {
        bool wide = cases[i].head[0] == (char)0xff;
        struct pattern p = {.head = wide ? S("\xff\xfe"
                                             "1\0")
                                         : slice_of(cases[i].head),
                            .body = wide ? slice_from("x\0x\0x\0x\0x\0x\0x\0x\0", 16) : much(cases[i].unit, 60000),
                            .tail = wide ? S("\n\0l\0a\0s\0t\0,\0r\0o\0w\0\n\0") : slice_of(cases[i].tail),
                            .body_bytes = wide ? (uint64_t)64 << 20 : (uint64_t)1 << 30};
        struct arena *own = arena_make(0);
        struct csv_reader *reader;
        struct error err;
        const struct csv_row *row;
        struct csv_options options = {.delimiter = ','};
        assert_true(csv_open(pattern_source, &p, &options, own, &reader, &err));
        assert_true(csv_read(reader, &row, &err) && row);
        assert_true(row->too_long && row->unclosed == cases[i].unclosed);
        for (size_t k = 0; k < row->count; k++)
            assert_true(row->fields[k].len <= (size_t)1 << 20);
        uint64_t length = row->offset + row->length;
        assert_true(csv_read(reader, &row, &err) && row);
        assert_true(row->offset == length && row->line == 2);
        assert_int_equal(row->count, 2);
        assert_true(slice_equal(row->fields[0], S("last")) && slice_equal(row->fields[1], S("row")) && !row->too_long);
        assert_true(csv_read(reader, &row, &err) && !row);
        arena_free(own);
    }
    long grown = peak_kib() - before;
    print_message("# peak memory grew by %ld KiB\n", grown);
#if defined __SANITIZE_ADDRESS__
    long most = 200 << 10; /* It keeps what was freed for a while, of all the readers. */
#else
    long most = 12 << 10; /* 2 × 4 MiB and 256 KiB by the header, and what malloc keeps. */
#endif
    assert_true(grown < most);
}

static void stray_quotes_on_every_line_cost_no_more_than_two_readings(void **state)
{
    (void)state;
    /* Each line, read on its own, opens a quote; read from within one, it closes and opens again. */
    struct pattern p = {.head = S(""), .body = much("a\",\"\n", 50000), .tail = S("end,1\n"), .body_bytes = 30000000};
    struct csv_reader *reader;
    struct error err;
    const struct csv_row *row;
    struct timespec start, end;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start) == 0);
    assert_true(csv_open(pattern_source, &p, &(struct csv_options){.delimiter = ','}, arena, &reader, &err));
    uint64_t rows = 0, last = 0;
    while (csv_read(reader, &row, &err) && row) {
        rows++;
        last = row->line;
        assert_true(row->unclosed || slice_equal(row->fields[0], S("end")));
    }
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end) == 0);
    assert_true(rows == 6000001 && last == 6000001);
    /* Searching 4 MiB for each of six million lines would take hours. */
    assert_true(end.tv_sec - start.tv_sec < 60);
}

/* ---- What is no delimited text ---- */

static void files_of_other_programs_are_named(void **state)
{
    (void)state;
    reads_with(
        S("PK\x03\x04\x14\0\x06\0"), NULL,
        "error: this is no delimited text but a ZIP archive or a spreadsheet (.xlsx); save or unpack it as CSV first");
    reads_with(S("%PDF-1.7\n"), NULL, "error: this is no delimited text but a PDF; save or unpack it as CSV first");
    reads_with(S("SQLite format 3\0"), NULL,
               "error: this is no delimited text but an SQLite database; save or unpack it as CSV first");
    char noise[5000];
    uint32_t seed = 7;
    for (size_t i = 0; i < sizeof noise; i++) {
        seed = seed * 1664525 + 1013904223;
        noise[i] = (char)(seed >> 24);
    }
    reads_with(slice_from(noise, sizeof noise), NULL,
               "error: this is a binary file and no delimited text; export it from its program as CSV");
}

static void an_empty_file_has_no_rows(void **state)
{
    (void)state;
    reads_with(S(""), NULL, "");
    reads_with(S("\n\n\r\n"), NULL, "");
    reads_with(S("\xff\xfe"), NULL, "");
}

static bool broken(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    int *left = context;
    if (--*left < 0)
        return error_set(err, ERROR_IO, "the disk is gone");
    memset(out, 'a', size);
    ((char *)out)[size - 1] = '\n';
    *ret_read = size;
    return true;
}

static void a_fault_of_the_source_is_handed_on(void **state)
{
    (void)state;
    int left = 0;
    assert_true(slice_equal(shown_from(broken, &left, NULL), S("error: the disk is gone")));
    left = 3;
    assert_true(slice_equal(shown_from(broken, &left, NULL), S("error: the disk is gone")));
}

static void a_file_on_disk_is_read_and_its_rows_are_found_again_by_their_place(void **state)
{
    (void)state;
    char path[] = "/tmp/staithe-csv-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    struct buffer text = buffer_make(arena);
    for (int i = 0; i < 60000; i++)
        buffer_format(&text, "%d,Zo\xeb,\"Flat %d, \"\"The\x92s\"\"\r\nNorwich\"%s", i, i, i % 3 ? "\r\n" : "\n");
    struct error err;
    struct host_file *file;
    struct csv_reader *reader;
    const struct csv_row *row;
    assert_true(host_write_file(host_real(), slice_of(path), buffer_slice(&text), &err));
    assert_true(host_open(host_real(), slice_of(path), HOST_READ, arena, &file, &err));
    assert_true(csv_open_file(file, NULL, arena, &reader, &err));
    uint64_t next = 0;
    int64_t i = 0, id = 0;
    while (csv_read(reader, &row, &err) && row) {
        assert_true(row->offset == next && row->count == 3 && row->line == (uint64_t)(2 * i + 1));
        assert_true(slice_integer(row->fields[0], &id) && id == i);
        next = row->offset + row->length;
        assert_true(csv_offset(reader) == next);
        if (i++ % 1000)
            continue;
        struct feed f = {slice_part(buffer_slice(&text), row->offset, next), 0, 1};
        struct csv_reader *again;
        const struct csv_row *same;
        assert_true(csv_open(feed, &f,
                             &(struct csv_options){.delimiter = csv_delimiter(reader),
                                                   .encoding_given = true,
                                                   .encoding = csv_encoding(reader)},
                             arena, &again, &err));
        assert_true(csv_read(again, &same, &err) && same && same->count == 3);
        for (size_t k = 0; k < 3; k++)
            assert_true(slice_equal(row->fields[k], same->fields[k]));
    }
    assert_int_equal(i, 60000);
    assert_true(next == buffer_slice(&text).len);
    (void)unlink(path);
}

/* ---- Against a plain reader, on random texts ---- */

/* The rules byte by byte, without limits, buffers or masks; for texts in which every quote is closed or that end in it.
 */
static struct slice plain_reading(struct slice text)
{
    struct buffer out = buffer_make(arena), row = buffer_make(arena);
    size_t at = 0, line_mode_until = 0;
    uint64_t line = 1;
    while (at < text.len) {
        size_t start = at, fields = 0;
        bool quotes = false, unclosed = false, ended = false, nul = false;
        uint64_t lines = 1;
        row.len = 0;
        struct buffer field = buffer_make(arena);
        while (!ended) {
            bool in_quote = at < text.len && text.at[at] == '"', was_quoted = in_quote;
            field.len = 0;
            at += in_quote;
            quotes = quotes || in_quote;
            for (;; at++) {
                if (at == text.len) {
                    ended = true;
                    unclosed = in_quote;
                    break;
                }
                char c = text.at[at];
                if (in_quote && c == '"') {
                    if (at + 1 < text.len && text.at[at + 1] == '"') {
                        buffer_add_byte(&field, '"');
                        at++;
                    } else {
                        in_quote = false;
                    }
                } else if (!in_quote && c == ',') {
                    at++;
                    break;
                } else if ((c == '\n' || c == '\r') && (!in_quote || start < line_mode_until)) {
                    ended = true;
                    unclosed = in_quote;
                    at += c == '\r' && at + 1 < text.len && text.at[at + 1] == '\n' ? 2 : 1;
                    break;
                } else {
                    if (c == '\n' || (c == '\r' && !(at + 1 < text.len && text.at[at + 1] == '\n')))
                        lines++;
                    nul = nul || c == '\0';
                    if (c)
                        buffer_add_byte(&field, c);
                }
            }
            (void)was_quoted;
            buffer_format(&row, "[%.*s]", PRINT(buffer_slice(&field)));
            fields++;
        }
        if (unclosed && start >= line_mode_until) {
            line_mode_until = text.len;
            at = start;
            continue;
        }
        struct slice only = slice_trim(slice_part(buffer_slice(&field), 0, field.len));
        if (fields > 1 || quotes || nul || only.len) {
            buffer_add(&out, buffer_slice(&row));
            buffer_format(&out, " %llu @%zu+%zu%s%s\n", (unsigned long long)line, start, at - start,
                          unclosed ? " unclosed" : "", nul ? " nul" : "");
        }
        line += lines;
    }
    return buffer_slice(&out);
}

static void random_texts_read_the_same_as_by_a_plain_reader(void **state)
{
    (void)state;
    static const char alphabet[] = "ab,,\"\"\n\r \0x\"";
    uint32_t seed = 20261127;
    for (int round = 0; round < 30000; round++) {
        char text[300];
        seed = seed * 1664525 + 1013904223;
        size_t len = (seed >> 16) % (round % 100 ? 40 : sizeof text);
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        struct csv_options options = {.delimiter = ',', .encoding_given = true, .encoding = TEXT_UTF8};
        struct feed f = {slice_from(text, len), round % 3 ? 0 : 1, seed};
        struct slice got = shown_from(feed, &f, &options), wanted = plain_reading(slice_from(text, len));
        if (!slice_equal(got, wanted)) {
            struct buffer out = buffer_make(arena);
            csv_write_row(&out, &(struct slice){text, len}, 1, false);
            fail_msg("round %d: %.*s\ngot:\n%.*s\nwanted:\n%.*s", round, PRINT(buffer_slice(&out)), PRINT(got),
                     PRINT(wanted));
        }
        if (round % 500 == 499)
            arena_reset(arena);
    }
}

static void the_limits_cut_the_same_way_whatever_the_pieces(void **state)
{
    (void)state;
    static const char alphabet[] = "ab,,\"\"\n\r\xc3\xa9\0x\"";
    uint32_t seed = 4711;
    for (int round = 0; round < 3000; round++) {
        char text[400];
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        struct csv_options options = {.delimiter = ',',
                                      .trim = round & 1,
                                      .encoding_given = true,
                                      .encoding = (enum text_encoding)(round / 2 % 4),
                                      .max_row = 10 + (size_t)round % 50,
                                      .max_field = 5 + (size_t)round % 11,
                                      .max_fields = 3 + (size_t)round % 5};
        struct slice whole = shown(slice_from(text, sizeof text), &options, sizeof text);
        struct slice parts = shown(slice_from(text, sizeof text), &options, 0);
        if (!slice_equal(whole, parts))
            fail_msg("round %d\n%.*s\nand\n%.*s", round, PRINT(whole), PRINT(parts));
        if (round % 100 == 99)
            arena_reset(arena);
    }
}

/* Rows longer than the first buffer, where everything moves: the places of rows add up to the file. */
static void rows_of_every_size_fit_together(void **state)
{
    (void)state;
    struct buffer text = buffer_make(arena);
    uint32_t seed = 99;
    for (int i = 0; i < 60; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t len = (seed >> 8) % (i % 3 ? 300 : 400000);
        buffer_format(&text, "%d,\"", i);
        for (size_t k = 0; k < len; k++)
            buffer_add_byte(&text, k % 77 == 3 ? '\n' : k % 91 == 5 ? ',' : 'x');
        buffer_add(&text, S("\",end\r\n"));
    }
    struct slice whole = buffer_slice(&text);
    struct feed f = {whole, 0, 5};
    struct csv_reader *reader;
    struct error err;
    const struct csv_row *row;
    assert_true(csv_open(feed, &f, &(struct csv_options){.delimiter = ','}, arena, &reader, &err));
    int rows = 0;
    uint64_t next = 0;
    while (csv_read(reader, &row, &err) && row) {
        assert_true(row->count == 3 && row->offset == next && slice_equal(row->fields[2], S("end")));
        next += row->length;
        rows++;
    }
    assert_true(rows == 60 && next == whole.len);
}

/* ---- Writing ---- */

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    static const struct slice fields[] = {
        S_INIT("plain"),        S_INIT(""),        S_INIT("a,b"), S_INIT("say \"x\""),
        S_INIT("two\r\nlines"), S_INIT(" space "), S_INIT("\""),  S_INIT("caf\xc3\xa9")};
    struct buffer out = buffer_make(arena);
    csv_write_row(&out, fields, countof(fields), false);
    assert_string_equal(buffer_slice(&out).at,
                        "plain,,\"a,b\",\"say \"\"x\"\"\",\"two\r\nlines\",\" space \",\"\"\"\",caf\xc3\xa9\r\n");
    static const struct slice blank[] = {S_INIT(""), S_INIT("\t"), S_INIT("\x1a")};
    for (size_t i = 0; i < countof(blank); i++)
        csv_write_row(&out, &blank[i], 1, false);
    struct feed f = {buffer_slice(&out), 0, 3};
    struct csv_reader *reader;
    struct error err;
    const struct csv_row *row = NULL;
    assert_true(csv_open(feed, &f, NULL, arena, &reader, &err) && csv_read(reader, &row, &err) && row);
    assert_int_equal(row->count, countof(fields));
    for (size_t i = 0; i < countof(fields); i++)
        assert_true(slice_equal(row->fields[i], fields[i]));
    for (size_t i = 0; i < countof(blank); i++)
        assert_true(csv_read(reader, &row, &err) && row && row->count == 1 && slice_equal(row->fields[0], blank[i]));
}

static void formulas_are_defused_in_exports(void **state)
{
    (void)state;
    static const struct slice fields[] = {S_INIT("=1+1"),
                                          S_INIT("+44"),
                                          S_INIT("-5"),
                                          S_INIT("@x"),
                                          S_INIT("\tx"),
                                          S_INIT("  =x"),
                                          S_INIT("a=b"),
                                          S_INIT("\xef\xbc\x9d"
                                                 "1"),
                                          S_INIT("=\"x\"")};
    struct buffer out = buffer_make(arena);
    csv_write_row(&out, fields, countof(fields), true);
    assert_string_equal(buffer_slice(&out).at,
                        "\"'=1+1\",\"'+44\",\"'-5\",\"'@x\",\"'\tx\",\"'  =x\",a=b,\"'\xef\xbc\x9d"
                        "1\","
                        "\"'=\"\"x\"\"\"\r\n");
    out.len = 0;
    csv_write_row(&out, fields, 1, false);
    assert_string_equal(buffer_slice(&out).at, "=1+1\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_rows_and_quoted_fields_follow_rfc_4180),
        cmocka_unit_test(line_ends_may_be_mixed),
        cmocka_unit_test(blank_lines_are_skipped_and_counted),
        cmocka_unit_test(quotes_inside_are_taken_as_they_stand),
        cmocka_unit_test(ragged_rows_are_given_as_they_are),
        cmocka_unit_test(nul_bytes_are_taken_out_and_told),
        cmocka_unit_test(the_given_delimiter_is_obeyed),
        cmocka_unit_test(the_delimiter_is_guessed),
        cmocka_unit_test(white_space_is_trimmed_when_asked),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_field),
        cmocka_unit_test(windows_1252_is_turned_and_keeps_its_place),
        cmocka_unit_test(utf8_with_a_few_bad_bytes_stays_utf8),
        cmocka_unit_test(the_first_row_beyond_ascii_decides_when_the_start_was_plain),
        cmocka_unit_test(utf16_is_turned_and_keeps_its_place),
        cmocka_unit_test(long_fields_and_rows_are_cut_and_told),
        cmocka_unit_test(one_stray_quote_costs_one_row),
        cmocka_unit_test(a_field_of_a_gibibyte_takes_little_memory_and_leaves_the_next_row),
        cmocka_unit_test(stray_quotes_on_every_line_cost_no_more_than_two_readings),
        cmocka_unit_test(files_of_other_programs_are_named),
        cmocka_unit_test(an_empty_file_has_no_rows),
        cmocka_unit_test(a_fault_of_the_source_is_handed_on),
        cmocka_unit_test(a_file_on_disk_is_read_and_its_rows_are_found_again_by_their_place),
        cmocka_unit_test(random_texts_read_the_same_as_by_a_plain_reader),
        cmocka_unit_test(the_limits_cut_the_same_way_whatever_the_pieces),
        cmocka_unit_test(rows_of_every_size_fit_together),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(formulas_are_defused_in_exports),
    };
    return cmocka_run_group_tests_name("csv", tests, set_up, tear_down);
}
