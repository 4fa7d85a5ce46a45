/* vfs.h: SQLite's file layer, over the host table.
 *
 * A shim around SQLite's own unix VFS: every opening for writing, write, truncate, sync and delete, and the syncs of a
 * folder that go with them, are announced to host->before first, and fail as SQLite reports a failing disk when that
 * says so: SQLITE_FULL for ENOSPC and EDQUOT, else SQLITE_IOERR_WRITE, _TRUNCATE, _FSYNC, _DELETE, _DIR_FSYNC or
 * SQLITE_CANTOPEN. Temporary files, which have no name, are announced with the path "". Locks and shared memory go
 * straight through, and so does a map for reading (PRAGMA mmap_size): a page of it that the disk cannot give is a
 * SIGBUS, not an error. SQLite's time and randomness are the host's.
 *
 * vfs_register is called once per host; the name is given to sqlite3_open_v2. The host must outlive SQLite's use of it.
 */
#ifndef STAITHE_BASE_VFS_H
#define STAITHE_BASE_VFS_H

#include "base/host.h"

/* Registers the VFS for this host (or finds it) and gives its name, which lives as long as the program. Thread-safe. */
bool vfs_register(const struct host *host, const char **ret_name, struct error *err) MUST_USE;

#endif
