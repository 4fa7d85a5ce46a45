/* request.c: reading of parameters by their kind, with sentences that name them. */
#include "web/request.h"

struct slice request_value(const struct request *request, struct slice name)
{
    if (parameters_has(&request->path_values, name))
        return parameters_get(&request->path_values, name);
    if (parameters_has(&request->form, name))
        return parameters_get(&request->form, name);
    return parameters_get(&request->query, name);
}

bool request_integer(const struct request *request, struct slice name, int64_t *ret, struct error *err)
{
    int64_t value;
    if (!slice_integer(request_value(request, name), &value) || value <= 0)
        return error_set(err, ERROR_USAGE, "%.*s must be a whole number above 0", PRINT(name));
    *ret = value;
    return true;
}

bool request_integer_or(const struct request *request, struct slice name, int64_t otherwise, int64_t *ret,
                        struct error *err)
{
    if (!slice_empty(request_value(request, name)))
        return request_integer(request, name, ret, err);
    *ret = otherwise;
    return true;
}

bool request_text(const struct request *request, struct slice name, const char *title, size_t longest,
                  struct slice *ret, struct error *err)
{
    struct slice text = slice_trim(request_value(request, name));
    if (slice_empty(text))
        return error_set(err, ERROR_INPUT, "%s is empty; fill it in", title);
    if (text.len > longest)
        return error_set(err, ERROR_INPUT, "%s is longer than %zu characters; shorten it", title, longest);
    *ret = text;
    return true;
}
