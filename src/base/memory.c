/* memory.c: /proc and the control group's own files, where there are such; each says a number of bytes or "max". */
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t limit_in(const char *path)
{
    char text[32] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return UINT64_MAX;
    bool read = fgets(text, sizeof text, file) != NULL;
    (void)fclose(file);
    char *end;
    errno = 0;
    unsigned long long limit = strtoull(text, &end, 10);
    return read && end != text && errno == 0 && limit > 0 ? limit : UINT64_MAX;
}

/* The group's own folder: the line of /proc/self/cgroup with no controller (version 2), or with that of memory. */
static void group_path(const char *controller, char *ret, size_t size)
{
    char line[512];
    FILE *file = fopen("/proc/self/cgroup", "re");
    ret[0] = '\0';
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *first = strchr(line, ':'), *second = first ? strchr(first + 1, ':') : NULL;
        if (!second)
            continue;
        *second = '\0';
        if (strcmp(first + 1, controller) == 0)
            (void)snprintf(ret, size, "%s", second + 1);
    }
    if (file)
        (void)fclose(file);
}

/* The least limit of the group and of those that it lies in. */
static uint64_t limit_of_group(const char *controller, const char *root, const char *name)
{
    char group[400], path[600];
    uint64_t least = UINT64_MAX;
    group_path(controller, group, sizeof group);
    for (;;) {
        (void)snprintf(path, sizeof path, "%s%s/%s", root, group, name);
        uint64_t limit = limit_in(path);
        least = limit < least ? limit : least;
        char *slash = strrchr(group, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

uint64_t memory_of_machine(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    uint64_t all = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : (uint64_t)4 << 30;
    uint64_t group = limit_of_group("", "/sys/fs/cgroup", "memory.max");
    uint64_t older = limit_of_group("memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes");
    group = older < group ? older : group;
    return group < all ? group : all;
}

uint64_t memory_most(void)
{
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

bool memory_read(struct slice text, uint64_t *ret)
{
    static const char units[] = "kmgt";
    char number[32], *end;
    if (text.len == 0 || text.len >= sizeof number || text.at[0] < '0' || text.at[0] > '9')
        return false;
    memcpy(number, text.at, text.len);
    number[text.len] = '\0';
    double size = strtod(number, &end);
    struct slice unit = slice_trim(slice_of(end));
    if (unit.len > 0 && unit.at[0] != 'B' && unit.at[0] != 'b') {
        const char *found = strchr(units, unit.at[0] | ' ');
        if (!found)
            return false;
        size = ldexp(size, 10 * (int)(found - units + 1));
        unit = slice_part(unit, 1, unit.len);
    }
    bool said = unit.len == 0 || slice_equal_nocase(unit, S("b")) || slice_equal_nocase(unit, S("ib"));
    if (!said || !(size >= 1 && size < 0x1p62))
        return false;
    *ret = (uint64_t)size;
    return true;
}
