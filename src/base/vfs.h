/* vfs.h: SQLite's file layer, over the host table.
 *
 * A shim around SQLite's own unix VFS: every write, truncate, sync and delete is announced to host->before first and
 * fails as SQLite reports a failing disk when that says so. Locks and shared memory go straight through.
 * vfs_register is called once per host; the name is given to sqlite3_open_v2. The host must outlive SQLite's use of it.
 */
#ifndef STAITHE_BASE_VFS_H
#define STAITHE_BASE_VFS_H

#include "base/host.h"

/* Registers the VFS for this host (or finds it) and gives its name, which lives as long as the program. Thread-safe. */
bool vfs_register(const struct host *host, const char **ret_name, struct error *err) MUST_USE;

#endif
