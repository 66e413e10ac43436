/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Reading and writing the sealed units of one file, whole or in part. All functions give SQLite
 * result codes and are used by the connection's thread. Private to the store.
 */
#pragma once

#include "lan-vfs-file.h"

G_BEGIN_DECLS

typedef enum {
  LAN_VFS_UNIT_GENUINE,
  LAN_VFS_UNIT_ABSENT, /* nothing of it in the file */
  LAN_VFS_UNIT_BAD,    /* cut short, or does not open */
} LanVfsUnitState;

/**
 * Reads @unit to @plain (LAN_PAGE_UNIT_MAX bytes, zeroed where nothing genuine is). The code tells of
 * errors of the disk only.
 */
int lan_vfs_unit_load (LanVfsFile *file, const LanPageUnit *unit, guint8 *plain,
                       LanVfsUnitState *state) G_GNUC_WARN_UNUSED_RESULT;

/** Seals @unit from @plain and writes it. */
int lan_vfs_unit_save (LanVfsFile *file, const LanPageUnit *unit,
                       const guint8 *plain) G_GNUC_WARN_UNUSED_RESULT;

/** How many bytes of a loaded unit SQLite sees: all, but of the last block only what is in use. */
int lan_vfs_unit_visible (LanVfsFile *file, const LanPageUnit *unit, const guint8 *plain,
                          LanVfsUnitState state, gsize *visible) G_GNUC_WARN_UNUSED_RESULT;

/** Writes @len bytes at @in_unit of @unit: opens what is there, changes it, seals it again. */
int lan_vfs_unit_write (LanVfsFile *file, const LanPageUnit *unit, gsize in_unit,
                        const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Prepares a truncation: the block that will be the last says where the file ends. */
int lan_vfs_unit_end_at (LanVfsFile *file, guint64 size) G_GNUC_WARN_UNUSED_RESULT;

/** How long the file looks to SQLite. */
int lan_vfs_unit_file_size (LanVfsFile *file, guint64 *size) G_GNUC_WARN_UNUSED_RESULT;

/** Remembers that @unit is not genuine. Returns: the code for SQLite. */
int lan_vfs_unit_report (LanVfsFile *file, const LanPageUnit *unit);

G_END_DECLS
