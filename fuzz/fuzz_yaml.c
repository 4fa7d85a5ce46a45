/* The YAML reader on any bytes, and every accessor on every node of what it gives. */
#include "base/yaml.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(const struct yaml *node, int depth, struct arena *arena)
{
    static const char *const words[] = {"name", "columns", "type", NULL};
    must(depth <= 32 && node->line > 0 && node->column > 0);
    must(text_valid_utf8(node->text) == node->text.len);
    struct error err;
    struct slice text, *texts;
    const struct yaml *inner;
    bool flag;
    int64_t integer;
    double real;
    struct date date;
    size_t count;
    int word;
    char line[2000];
    if (!yaml_only_keys(node, words, "a thing", &err)) {
        error_print(&err, line, sizeof line);
        must(err.line > 0 && text_valid_utf8(slice_of(line)) == strlen(line));
    }
    for (size_t i = 0; words[i]; i++) {
        (void)!yaml_text(node, words[i], &text, &err);
        (void)!yaml_sequence(node, words[i], &inner, &err);
        (void)!yaml_mapping(node, words[i], &inner, &err);
        (void)!yaml_maybe_text(node, words[i], &text, &err);
        (void)!yaml_maybe_bool(node, words[i], &flag, &err);
        (void)!yaml_maybe_integer(node, words[i], -5, 5, &integer, &err);
        (void)!yaml_maybe_real(node, words[i], &real, &err);
        (void)!yaml_maybe_date(node, words[i], &date, &err);
        (void)!yaml_maybe_texts(node, words[i], arena, &texts, &count, &err);
        (void)!yaml_maybe_word(node, words[i], words, &word, &err);
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_MAPPING) {
            must(node->keys[i].len > 0 && node->key_places[i].line > 0);
            for (size_t k = 0; k < i && i < 20; k++)
                must(!slice_equal(node->keys[i], node->keys[k]));
        }
        visit(&node->items[i], depth + 1, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct yaml root;
    struct error err;
    if (yaml_read(slice_from(data, size), S("fuzz.yaml"), arena, &root, &err)) {
        visit(&root, 1, arena);
    } else {
        must(err.code == ERROR_INPUT || err.code == ERROR_TOO_BIG);
        must(err.code != ERROR_INPUT || err.line > 0);
        must(text_valid_utf8(slice_of(err.text)) == strlen(err.text));
    }
    arena_free(arena);
    return 0;
}
