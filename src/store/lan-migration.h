/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Brings a database to this version's layout, one numbered step after the other, each in a
 * transaction of its own together with its number (PRAGMA user_version). A step's file is never
 * changed once released: a change is a new step with a fixture of the version before
 * (tests/store/fixtures). Private to the store.
 */
#pragma once

#include "lan-db.h"

G_BEGIN_DECLS

/** The newest layout this program knows. */
int lan_migration_latest (void);

/** Errors: NEWER when the database is ahead of this program, else what the disk says. */
gboolean lan_migration_run (LanDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same, up to @layout. */
gboolean lan_migration_run_to (LanDb *db, int layout, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The steps' SQL, one file each: lan-migration-N.c. */
extern const char lan_migration_1_sql[];
extern const char lan_migration_2_sql[];
extern const char lan_migration_3_sql[];
extern const char lan_migration_4_sql[];
extern const char lan_migration_5_sql[];
extern const char lan_migration_6_sql[];
extern const char lan_migration_7_sql[];

G_END_DECLS
