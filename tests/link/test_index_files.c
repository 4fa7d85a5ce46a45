#include "tests/base/fault_host.h"
#include "tests/link/people.h"

#include "link/index_files.h"

#include <stdlib.h>

struct scene {
    struct arena *arena;
    char folder[64];
    struct slice index;
};

static void start(struct scene *scene)
{
    struct error err = NO_ERROR;
    *scene = (struct scene){.arena = arena_make(0), .folder = "/tmp/staithe-index-XXXXXX"};
    assert_non_null(mkdtemp(scene->folder));
    scene->index = arena_format(scene->arena, "%s/index", scene->folder);
    struct buffer rows = buffer_make(scene->arena);
    uint64_t state = 8;
    buffer_add(&rows, S("id,given,family,born,postcode\n"));
    for (unsigned i = 0; i < 60; i++) {
        struct person person;
        make_person(&state, &person);
        for (unsigned copy = 0; copy < 2; copy++)
            buffer_format(&rows, "%u,%s,%s,%s,%s\n", i * 2 + copy, person.given, person.family, person.born,
                          person.postcode);
    }
    buffer_add(&rows, S("500,Zebedee,Quillfeather,1931-07-09,NR77 7ZZ\n"));
    assert_true(host_write_file(host_real(), arena_format(scene->arena, "%s/gp.csv", scene->folder),
                                buffer_slice(&rows), &err));
    assert_true(host_write_file(host_real(), arena_format(scene->arena, "%s/late.csv", scene->folder),
                                S("id,given,family,born,postcode\n1,Zebedee,Quillfether,1931-07-09,NR77 7ZZ\n"), &err));
    assert_true(host_write_file(host_real(), arena_format(scene->arena, "%s/s.yaml", scene->folder),
                                S("id: id\ncolumns: {given: given_name, family: family_name, born: date, postcode: "
                                  "postcode}\nblocking: [born, postcode, family]\nthresholds: {join: 4}\n"),
                                &err));
}

static void end(struct scene *scene)
{
    fault_remove_tree(slice_of(scene->folder));
    arena_free(scene->arena);
}

/* One command, each with memory of its own, as programs have; its answer lives on. */
static bool run(const struct scene *scene, enum index_deed deed, bool json, bool erase, struct slice *ret,
                struct error *err, const char *const *words)
{
    struct arena *arena = arena_make(0);
    struct buffer out = buffer_make(arena);
    struct slice said[8];
    size_t count = 0;
    bool sound = true;
    for (; words[count]; count++)
        said[count] = strchr(words[count], '.') ? arena_format(arena, "%s/%s", scene->folder, words[count])
                                                : slice_of(words[count]);
    struct index_files_request request = {.host = host_real(),
                                          .deed = deed,
                                          .folder = scene->index,
                                          .words = said,
                                          .word_count = count,
                                          .most = 10,
                                          .erase = erase,
                                          .json = json};
    bool done = index_files(&request, &out, &sound, err);
    *ret = arena_copy(scene->arena, buffer_slice(&out));
    arena_free(arena);
    return done && sound;
}
#define RUN(scene, deed, json, ret, ...)                                                                               \
    run((scene), (deed), (json), false, (ret), &err, (const char *[]){__VA_ARGS__, NULL})

static bool says(struct slice text, const char *word)
{
    return slice_search(text, slice_of(word)) < text.len;
}

static void an_index_of_files_is_built_asked_changed_and_checked(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    struct slice out;
    start(&scene);
    assert_true(RUN(&scene, INDEX_BUILD, false, &out, "s.yaml", "gp.csv"));
    assert_true(says(out, "121 records"));
    assert_true(RUN(&scene, INDEX_FIND, false, &out, "given=Zebedee", "family=Quillfeather", "born=1931-07-09"));
    assert_true(says(out, "gp:500, one of the 1 records of gp:500"));
    assert_true(RUN(&scene, INDEX_ADD, true, &out, "late.csv"));
    assert_true(says(out, "\"added\":1"));
    assert_false(says(out, "\"change\":\"made\"")); /* it came to somebody who was there */
    assert_true(RUN(&scene, INDEX_FIND, true, &out, "given=Zebedee", "born=1931-07-09"));
    assert_true(says(out, "\"record\":\"late:1\"") && says(out, "\"records_of_entity\":2"));
    assert_true(RUN(&scene, INDEX_ADD, true, &out, "gp.csv")); /* nothing in it is new */
    assert_true(says(out, "\"events\":[]"));
    assert_true(host_write_file(host_real(), arena_format(scene.arena, "%s/brief.csv", scene.folder),
                                S("id,given,family,born\n7,Ottoline,Marchbank,1940-02-03\n"), &err));
    assert_true(RUN(&scene, INDEX_ADD, true, &out, "brief.csv")); /* a column that it lacks is missing */
    assert_true(says(out, "\"added\":1"));
    const char *brief[] = {"brief", "7", NULL};
    assert_true(run(&scene, INDEX_REMOVE, false, true, &out, &err, brief));
    const char *who[] = {"gp", "500", NULL};
    assert_true(run(&scene, INDEX_REMOVE, false, true, &out, &err, who));
    assert_true(says(out, "0 new, 0 joined, 0 split, 0 ended"));
    const char *late[] = {"late", "1", NULL};
    assert_true(run(&scene, INDEX_REMOVE, true, true, &out, &err, late));
    assert_true(says(out, "\"change\":\"ended\""));
    assert_true(RUN(&scene, INDEX_FIND, false, &out, "given=Zebedee", "born=1931-07-09"));
    assert_true(says(out, "nobody fits"));
    assert_true(RUN(&scene, INDEX_CHECK, false, &out, NULL));
    assert_true(says(out, "those of linking its records anew"));
    end(&scene);
}

static void what_does_not_fit_is_said_in_a_sentence(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    struct slice out;
    start(&scene);
    assert_false(RUN(&scene, INDEX_FIND, false, &out, "given=Zebedee"));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_true(RUN(&scene, INDEX_BUILD, false, &out, "s.yaml", "gp.csv"));
    assert_false(RUN(&scene, INDEX_BUILD, false, &out, "s.yaml", "gp.csv"));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_false(RUN(&scene, INDEX_FIND, false, &out, "givn=Zebedee"));
    assert_true(says(slice_of(err.text), "did you mean given"));
    assert_false(RUN(&scene, INDEX_REMOVE, false, &out, "gp", "9999"));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(RUN(&scene, INDEX_ADD, false, &out, "nothing.csv"));
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_of_files_is_built_asked_changed_and_checked),
        cmocka_unit_test(what_does_not_fit_is_said_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
