/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A look at the files before SQLite gets them. SQLite takes a WAL frame that it cannot use for the
 * end of what a crash left, goes on without it and later deletes the WAL: with a wrong key that
 * would throw away everything not yet moved to the database. Private to the store.
 */
#pragma once

#include "lan-vfs.h"

G_BEGIN_DECLS

/**
 * Looks whether the files at @path open with the key of @vfs, and whether the WAL is whole up to
 * its last transaction. Changes nothing. Errors: WRONG_KEY, DAMAGED, LOCKED, MISSING (only when
 * @must_exist: no database, or an empty one), ACCESS, IO.
 */
gboolean lan_db_probe (LanVfs *vfs, const char *path, gboolean must_exist,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
