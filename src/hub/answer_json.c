#include "hub/answer_json.h"

static void maybe_date(struct json *json, const char *key, struct date date, struct arena *arena)
{
    if (date_known(date))
        json_pair_text(json, key, date_iso(arena, date));
}

static void texts(struct json *json, const char *key, const struct slice *list, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_text(json, list[i]);
    json_end(json);
}

void search_json(struct json *json, const struct search_answer *answer, struct arena *arena)
{
    json_object(json);
    json_pair_text(json, "read_as", answer->read_as);
    json_pair_bool(json, "more", answer->more);
    json_pair_bool(json, "too_common", answer->too_common);
    json_pair_bool(json, "in_part", answer->in_part);
    json_key(json, "hits");
    json_array(json);
    for (size_t i = 0; i < answer->hit_count; i++) {
        const struct search_hit *hit = &answer->hits[i];
        json_object(json);
        if (hit->entity)
            json_pair_integer(json, "person", hit->entity);
        json_maybe_text(json, "uprn", hit->uprn);
        json_pair_text(json, "name", hit->name);
        maybe_date(json, "born", hit->born, arena);
        json_maybe_text(json, "address", hit->address);
        json_pair_bool(json, "died", hit->died);
        if (!hit->hidden)
            json_pair_real(json, "score", hit->score);
        json_key(json, "reasons");
        json_array(json);
        for (size_t k = 0; k < hit->reason_count; k++) {
            json_object(json);
            json_pair_text(json, "asked", hit->reasons[k].asked);
            json_pair_text(json, "because", hit->reasons[k].words);
            json_end(json);
        }
        json_end(json);
        texts(json, "sources", hit->sources, hit->source_count);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static void evidence_json(struct json *json, const struct evidence *evidence, struct arena *arena)
{
    json_object(json);
    if (evidence->source)
        json_pair_text(json, "source", evidence->source->name);
    json_pair_text(json, "source_title", evidence->source_title);
    json_maybe_text(json, "agency", evidence->agency_title);
    json_pair_integer(json, "record", evidence->anchor);
    json_pair_integer(json, "version", evidence->version);
    json_pair_integer(json, "landing", evidence->landing);
    json_maybe_text(json, "file", evidence->file_name);
    json_maybe_text(json, "file_sha256", evidence->file_digest);
    json_pair_integer(json, "line", evidence->line);
    if (evidence->received_at)
        json_pair_text(json, "received", time_iso(arena, evidence->received_at));
    maybe_date(json, "as_at", evidence->as_at, arena);
    maybe_date(json, "confirmed", evidence->confirmed, arena);
    json_maybe_text(json, "agreement", evidence->agreement);
    json_maybe_text(json, "clause", evidence->clause);
    json_pair_bool(json, "stale", evidence->stale);
    json_end(json);
}

static void value_json(struct json *json, const struct person_view *view, const struct view_value *value)
{
    json_object(json);
    json_pair_text(json, "value", value->value);
    if (value->record < view->record_count) {
        const struct evidence *evidence = &view->records[value->record].evidence;
        json_pair_integer(json, "record", evidence->anchor);
        json_pair_text(json, "source_title", evidence->source_title);
    }
    json_end(json);
}

static void record_json(struct json *json, const struct view_record *record, struct arena *arena)
{
    json_object(json);
    json_key(json, "evidence");
    evidence_json(json, &record->evidence, arena);
    json_key(json, "fields");
    json_array(json);
    for (size_t i = 0; i < record->field_count; i++) {
        const struct view_field *field = &record->fields[i];
        json_object(json);
        json_pair_text(json, "column", field->column->name);
        json_pair_text(json, "title", field->column->title);
        json_pair_text(json, "value", field->value);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static void event_json(struct json *json, const struct view_event *event, struct arena *arena)
{
    json_object(json);
    maybe_date(json, "date", event->date, arena);
    json_pair_text(json, "what", event->what);
    json_maybe_text(json, "text", event->text);
    json_pair_text(json, "source_title", event->source_title);
    json_maybe_text(json, "written_by", event->written_by);
    json_end(json);
}

/* What views of people and of homes end with. */
static void told_json(struct json *json, const struct view_event *timeline, size_t event_count,
                      const struct view_record *records, size_t record_count, struct arena *arena)
{
    json_key(json, "timeline");
    json_array(json);
    for (size_t i = 0; i < event_count; i++)
        event_json(json, &timeline[i], arena);
    json_end(json);
    json_key(json, "records");
    json_array(json);
    for (size_t i = 0; i < record_count; i++)
        record_json(json, &records[i], arena);
    json_end(json);
}

void freshness_json(struct json *json, const struct freshness *freshness, size_t count, struct arena *arena)
{
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_pair_text(json, "source", freshness[i].source->name);
        json_pair_text(json, "title", freshness[i].source->title);
        if (freshness[i].landing) {
            json_pair_integer(json, "landing", freshness[i].landing);
            json_pair_text(json, "received", time_iso(arena, freshness[i].received_at));
            maybe_date(json, "as_at", freshness[i].as_at, arena);
            json_pair_integer(json, "age_days", freshness[i].age_days);
        }
        json_pair_bool(json, "stale", freshness[i].stale);
        json_end(json);
    }
    json_end(json);
}

void excluded_json(struct json *json, const struct grant *grant)
{
    json_array(json);
    for (size_t i = 0; i < grant->excluded_count; i++) {
        json_object(json);
        json_pair_text(json, "source", grant->excluded[i].name);
        json_pair_text(json, "title", grant->excluded[i].title);
        json_pair_text(json, "reason", grant->excluded[i].reason);
        json_end(json);
    }
    json_end(json);
}

static void summary_json(struct json *json, const struct person_view *view)
{
    static const char *const kinds[] = {
        [MARKER_DEATH] = "death", [MARKER_STAFF_SAFETY] = "staff safety", [MARKER_COMMUNICATION] = "communication"};
    json_key(json, "markers");
    json_array(json);
    for (size_t i = 0; i < view->marker_count; i++) {
        json_object(json);
        json_pair_text(json, "kind", slice_of(kinds[view->markers[i].kind]));
        json_key(json, "said");
        value_json(json, view, &view->markers[i].value);
        json_end(json);
    }
    json_end(json);
    json_key(json, "facts");
    json_array(json);
    for (size_t i = 0; i < view->fact_count; i++) {
        const struct view_fact *fact = &view->facts[i];
        json_object(json);
        json_pair_text(json, "attribute", attribute_name(fact->attribute));
        json_pair_text(json, "title", fact->title);
        json_key(json, "best");
        value_json(json, view, &fact->best);
        json_pair_text(json, "rule", fact->rule);
        json_pair_integer(json, "agreeing", (int64_t)fact->agreeing);
        json_key(json, "others");
        json_array(json);
        for (size_t k = 0; k < fact->other_count; k++)
            value_json(json, view, &fact->others[k]);
        json_end(json);
        json_end(json);
    }
    json_end(json);
}

static void person_homes_json(struct json *json, const struct person_view *view, struct arena *arena)
{
    json_key(json, "homes");
    json_array(json);
    for (size_t i = 0; i < view->home_count; i++) {
        const struct view_home *home = &view->homes[i];
        json_object(json);
        json_pair_text(json, "uprn", home->uprn);
        json_pair_text(json, "address", home->address);
        json_maybe_text(json, "postcode", home->postcode);
        json_maybe_text(json, "kind", home->kind);
        maybe_date(json, "from", home->from, arena);
        maybe_date(json, "until", home->until, arena);
        json_pair_bool(json, "current", home->current);
        json_pair_text(json, "how", home->how);
        json_end(json);
    }
    json_end(json);
    json_key(json, "household");
    json_array(json);
    for (size_t i = 0; i < view->household_count; i++) {
        json_object(json);
        json_pair_integer(json, "person", view->household[i].entity);
        json_pair_text(json, "name", view->household[i].name);
        maybe_date(json, "born", view->household[i].born, arena);
        json_end(json);
    }
    json_end(json);
}

void person_json(struct json *json, const struct person_view *view, struct arena *arena)
{
    json_object(json);
    json_pair_integer(json, "person", view->entity);
    json_pair_text(json, "name", view->name);
    json_pair_bool(json, "caller_check_needed", view->caller_check_needed);
    summary_json(json, view);
    person_homes_json(json, view, arena);
    told_json(json, view->timeline, view->event_count, view->records, view->record_count, arena);
    json_key(json, "excluded");
    excluded_json(json, view->grant);
    json_key(json, "freshness");
    freshness_json(json, view->freshness, view->freshness_count, arena);
    json_end(json);
}

void home_json(struct json *json, const struct home_view *view, struct arena *arena)
{
    json_object(json);
    json_pair_text(json, "uprn", view->uprn);
    json_pair_text(json, "kind", view->kind);
    json_pair_text(json, "address", view->address);
    json_maybe_text(json, "postcode", view->postcode);
    json_maybe_text(json, "locality", view->locality);
    json_maybe_text(json, "town", view->town);
    json_maybe_text(json, "district", view->district);
    json_pair_bool(json, "shared", view->shared);
    json_key(json, "residents");
    json_array(json);
    for (size_t i = 0; i < view->resident_count; i++) {
        const struct home_resident *resident = &view->residents[i];
        json_object(json);
        json_pair_integer(json, "person", resident->entity);
        json_pair_text(json, "name", resident->name);
        maybe_date(json, "born", resident->born, arena);
        maybe_date(json, "from", resident->from, arena);
        maybe_date(json, "until", resident->until, arena);
        json_pair_bool(json, "current", resident->current);
        texts(json, "sources", resident->sources, resident->source_count);
        json_end(json);
    }
    json_end(json);
    json_pair_bool(json, "more_residents", view->more_residents);
    told_json(json, view->timeline, view->event_count, view->records, view->record_count, arena);
    json_key(json, "excluded");
    excluded_json(json, view->grant);
    json_end(json);
}

static void link_json(struct json *json, const struct why_view *why, const struct why_link *link)
{
    json_object(json);
    json_pair_integer(json, "a", why->records[link->a].anchor);
    json_pair_integer(json, "b", why->records[link->b].anchor);
    json_pair_real(json, "prior", link->prior);
    json_pair_real(json, "total", link->total);
    json_pair_real(json, "probability", link->probability);
    json_maybe_text(json, "said", link->said);
    json_key(json, "parts");
    json_array(json);
    for (size_t i = 0; i < link->part_count; i++) {
        const struct why_part *part = &link->parts[i];
        json_object(json);
        json_pair_text(json, "field", part->field);
        json_pair_bool(json, "shown", part->shown);
        json_maybe_text(json, "a", part->a);
        json_maybe_text(json, "b", part->b);
        json_pair_text(json, "level", part->level);
        json_pair_real(json, "weight", part->weight);
        json_pair_real(json, "frequency", part->frequency);
        json_pair_real(json, "m", part->m);
        json_pair_real(json, "u", part->u);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

void why_json(struct json *json, const struct why_view *why)
{
    json_object(json);
    if (why->entity)
        json_pair_integer(json, "person", why->entity);
    json_pair_integer(json, "model", why->model);
    json_pair_real(json, "join", why->join);
    json_pair_real(json, "review", why->review);
    json_pair_bool(json, "together", why->together);
    json_pair_text(json, "outcome", why->outcome);
    json_key(json, "records");
    json_array(json);
    for (size_t i = 0; i < why->record_count; i++) {
        json_object(json);
        json_pair_integer(json, "record", why->records[i].anchor);
        json_pair_text(json, "source_title", why->records[i].source_title);
        json_pair_text(json, "name", why->records[i].name);
        json_end(json);
    }
    json_end(json);
    json_key(json, "links");
    json_array(json);
    for (size_t i = 0; i < why->link_count; i++)
        link_json(json, why, &why->links[i]);
    json_end(json);
    json_end(json);
}

static void expected_json(struct json *json, const char *key, const struct what_if_expected *expected)
{
    json_key(json, key);
    json_object(json);
    json_pair_real(json, "precision", expected->precision);
    json_pair_real(json, "recall", expected->recall);
    json_end(json);
}

static void example_json(struct json *json, const struct what_if_view *view, const struct what_if_shown *shown)
{
    const struct why_link *link = &view->why->links[shown->link];
    const struct why_record *a = &view->why->records[link->a], *b = &view->why->records[link->b];
    json_object(json);
    json_pair_text(json, "would", shown->example->joins ? S("join") : S("split"));
    json_pair_text(json, "reason", shown->reason);
    json_pair_integer(json, "person_a", shown->entity_a);
    json_pair_integer(json, "person_b", shown->entity_b);
    json_pair_text(json, "name_a", a->name);
    json_pair_text(json, "name_b", b->name);
    json_pair_text(json, "source_title_a", a->source_title);
    json_pair_text(json, "source_title_b", b->source_title);
    json_pair_real(json, "weight_before", shown->before);
    json_pair_real(json, "weight_after", shown->after);
    json_key(json, "link");
    link_json(json, view->why, link);
    json_end(json);
}

static void what_if_counts_json(struct json *json, const struct hub_what_if *found)
{
    const struct what_if *counts = &found->counts;
    json_pair_integer(json, "records", (int64_t)found->records);
    json_pair_integer(json, "left_out", (int64_t)found->left_out);
    json_pair_integer(json, "before", counts->before);
    json_pair_integer(json, "after", counts->after);
    json_pair_integer(json, "same", counts->same);
    json_pair_integer(json, "joined", counts->joined);
    json_pair_integer(json, "split", counts->split);
    json_pair_integer(json, "made", counts->made);
    json_pair_integer(json, "ended", counts->ended);
    json_pair_integer(json, "pairs_joined", (int64_t)counts->pairs_joined);
    json_pair_integer(json, "pairs_split", (int64_t)counts->pairs_split);
    json_pair_integer(json, "links_gained", (int64_t)found->links_gained);
    json_pair_integer(json, "links_lost", (int64_t)found->links_lost);
    json_pair_integer(json, "doubts_before", (int64_t)found->doubts[0]);
    json_pair_integer(json, "doubts_after", (int64_t)found->doubts[1]);
}

void what_if_json(struct json *json, const struct hub_what_if *found, const struct what_if_view *view,
                  struct arena *arena)
{
    json_object(json);
    json_pair_integer(json, "model", found->model);
    json_pair_text(json, "linked_at", time_iso(arena, found->linked_at));
    json_pair_bool(json, "compared_anew", found->scored);
    json_pair_real(json, "join_before", found->join[0]);
    json_pair_real(json, "review_before", found->review[0]);
    json_pair_real(json, "join_after", found->join[1]);
    json_pair_real(json, "review_after", found->review[1]);
    what_if_counts_json(json, found);
    expected_json(json, "expected_before", &found->expected[0]);
    expected_json(json, "expected_after", &found->expected[1]);
    json_key(json, "by_source");
    json_array(json);
    for (size_t i = 0; i < found->pair_count; i++) {
        json_object(json);
        json_pair_text(json, "source_a", found->pairs[i].source_a);
        json_pair_text(json, "source_b", found->pairs[i].source_b);
        json_pair_integer(json, "joined", (int64_t)found->pairs[i].joined);
        json_pair_integer(json, "split", (int64_t)found->pairs[i].split);
        json_end(json);
    }
    json_end(json);
    json_key(json, "examples");
    json_array(json);
    for (size_t i = 0; i < view->count; i++)
        example_json(json, view, &view->shown[i]);
    json_end(json);
    json_end(json);
}

void versions_json(struct json *json, const struct view_record *versions, size_t count, struct arena *arena)
{
    json_object(json);
    json_pair_integer(json, "person", versions[0].entity);
    json_pair_text(json, "source_title", versions[0].evidence.source_title);
    json_pair_text(json, "row_title", versions[0].evidence.row_title);
    json_key(json, "versions");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        record_json(json, &versions[i], arena);
    json_end(json);
    json_end(json);
}

void doubt_json(struct json *json, const struct doubt_detail *detail, struct arena *arena)
{
    json_object(json);
    json_pair_integer(json, "a", detail->a);
    json_pair_integer(json, "b", detail->b);
    json_pair_real(json, "weight", detail->weight);
    json_pair_text(json, "why", detail->why);
    json_pair_bool(json, "waiting", detail->waiting);
    json_pair_integer(json, "person_a", detail->entity_a);
    json_pair_integer(json, "person_b", detail->entity_b);
    json_key(json, "record_a");
    record_json(json, &detail->record_a, arena);
    json_key(json, "record_b");
    record_json(json, &detail->record_b, arena);
    if (detail->waterfall) {
        json_key(json, "waterfall");
        why_json(json, detail->waterfall);
    }
    json_maybe_text(json, "decided", detail->decided);
    if (detail->decision)
        json_pair_integer(json, "decision", detail->decision);
    json_end(json);
}
