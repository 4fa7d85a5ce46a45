/* what_if_part.h: what the two files of what_if.h share. Private to this room. */
#ifndef STAITHE_HUB_WHAT_IF_PART_H
#define STAITHE_HUB_WHAT_IF_PART_H

#include "hub/what_if.h"

/* A steward's session, or the hub's own for linking. */
bool what_if_may(const struct guard_session *session, struct error *err) MUST_USE;

#endif
