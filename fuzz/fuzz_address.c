/* Addresses on any bytes: the input's lines are a small gazetteer and then questions; every answer is one of its homes
 * or none, the same when asked again, and its reason is text. */
#include "link/address.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HOMES = 8, PARTS = 6 };

static void ask(const struct address_index *index, size_t count, struct slice address, struct slice postcode)
{
    struct arena *scratch = arena_make(0);
    struct address_answer answer, again;
    struct address_reason reason;
    address_match(index, address, postcode, scratch, &answer);
    address_match(index, address, postcode, scratch, &again);
    must(answer.entry == again.entry && answer.class == again.class && answer.candidate_count == again.candidate_count);
    must(answer.entry < (int64_t)count && (answer.entry >= 0) == (answer.class >= ADDRESS_NEAR));
    must(answer.candidate_count <= ADDRESS_CANDIDATES);
    for (size_t i = 0; i < answer.candidate_count; i++)
        must(answer.candidates[i].entry < count);
    address_reason(index, &answer, scratch, &reason);
    must(reason.sentence.len > 0);
    arena_free(scratch);
}

/* Lines "uprn|unit|building|street|place|postcode", or one part alone: the whole address. */
static void read_home(struct slice line, struct address_entry *ret)
{
    struct slice part[PARTS] = {NO_SLICE};
    size_t count = 0;
    while (count < PARTS && line.len && slice_cut(&line, '|', &part[count]))
        count++;
    *ret = (struct address_entry){.uprn = part[0]};
    if (count == 1) {
        ret->line = part[0];
        return;
    }
    ret->unit = part[1];
    ret->building = part[2];
    ret->street = part[3];
    ret->place = part[4];
    ret->postcode = part[5];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct address_entry homes[HOMES];
    struct slice rest = slice_from(data, size), line;
    size_t count = 0;
    while (count < HOMES && rest.len && slice_cut(&rest, '\n', &line))
        read_home(line, &homes[count++]);
    const struct address_index *index = address_index_make(homes, count, arena);
    for (size_t i = 0; i < count; i++)
        ask(index, count, address_shown(index, (uint32_t)i), homes[i].postcode);
    ask(index, count, rest, NO_SLICE);
    while (rest.len && slice_cut(&rest, '\n', &line))
        ask(index, count, line, slice_part(line, line.len > 8 ? line.len - 8 : 0, line.len));
    arena_free(arena);
    return 0;
}
