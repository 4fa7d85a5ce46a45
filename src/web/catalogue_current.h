/* catalogue_current.h: the county folder as it is now, for a program that runs on while people edit it.
 *
 * The folder is watched (inotify); the first request after a change reads it anew, so a withdrawn agreement bites at
 * once. When what was written does not hold together, the catalogue before stays in force and the fault is logged; it
 * is tried again at the next change. Each catalogue lives until the last request that took it has given it back. Any
 * thread may take and give. */
#ifndef STAITHE_WEB_CATALOGUE_CURRENT_H
#define STAITHE_WEB_CATALOGUE_CURRENT_H

#include "base/log.h"
#include "guard/guard.h"

struct catalogue_current;

/* Reads the folder for the first time; fails as catalogue_read does. */
bool catalogue_current_open(struct slice folder, const struct log *log, struct catalogue_current **ret,
                            struct error *err) MUST_USE;
/* Everything taken must have been given back. NULL is fine. */
void catalogue_current_close(struct catalogue_current *current);
struct guard_catalogue catalogue_current_accessor(struct catalogue_current *current);

#endif
