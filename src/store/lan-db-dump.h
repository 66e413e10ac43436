/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The history on its way into a backup, and out of one. What is dumped is everything that belongs to a
 * person: not what is one device's (vectors of itself, prekeys, open transfers, which files of a shared
 * folder lie here), and not the index. It goes in pieces, between other work: all small tables in the first, which also
 * says up to which record it goes; a record that changes meanwhile is taken as it is when its turn comes.
 * Private to the store; used by one thread at a time.
 */
#pragma once

#include "lan-db.h"

G_BEGIN_DECLS

struct _LanStoreDump {
  GStrv settings; /* keys, or beginnings of keys that end with '.', which go along */
  gboolean has_begun;
  gboolean is_done;
  gint64 at;   /* record.id up to which it has gone */
  gint64 last; /* record.id up to which it goes */
  guint64 messages;
  guint listing; /* which of the tables without numbers comes next */
  GBytes *row;   /* of it the last one; NULL: none yet */
};

/** The next piece. Returns: (transfer full) (nullable): NULL with @error. */
GBytes *lan_db_dump_next (LanDb *db, LanStoreDump *dump, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A new database of @layout, without statements. @seal: (transfer full). */
LanStoreFill *lan_store_fill_new_on (const char *path, LanPageSeal *seal, const char *below,
                                     guint layout, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
