/* attribute.c: the table of attribute.h as data. Looked through from front to back: it has some forty rows and is read
 * when contracts are, never per record. */
#include "catalogue/attribute.h"

#include "base/text.h"

static const struct {
    struct slice name, title, kind;
} attributes[ATTRIBUTE_COUNT] = {
#define X(name, text, title, kind) {S_INIT(text), S_INIT(title), S_INIT(kind)},
    ATTRIBUTES(X)
#undef X
};

struct slice attribute_name(enum attribute attribute)
{
    return attribute < ATTRIBUTE_COUNT ? attributes[attribute].name : NO_SLICE;
}

struct slice attribute_title(enum attribute attribute)
{
    return attribute < ATTRIBUTE_COUNT ? attributes[attribute].title : NO_SLICE;
}

struct slice attribute_link_kind(enum attribute attribute)
{
    if (attribute >= ATTRIBUTE_COUNT || slice_equal(attributes[attribute].kind, S("-")))
        return NO_SLICE;
    return attributes[attribute].kind;
}

bool attribute_find(struct slice name, enum attribute *ret)
{
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        if (slice_equal(attributes[i].name, name)) {
            *ret = (enum attribute)i;
            return true;
        }
    return false;
}

struct slice attribute_nearest(struct slice name)
{
    struct slice names[ATTRIBUTE_COUNT];
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        names[i] = attributes[i].name;
    struct slice near = text_nearest(name, names, ATTRIBUTE_COUNT);
    if (near.len)
        return near;
    /* "family_name", written without its kind, is the commonest slip. */
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        size_t dot = slice_find(names[i], '.');
        if (slice_equal(slice_part(names[i], dot + 1, names[i].len), name))
            return names[i];
    }
    return NO_SLICE;
}
