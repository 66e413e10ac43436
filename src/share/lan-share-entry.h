/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One name in a shared folder, and which of two versions of it holds. A version counts the changes of
 * each device; where neither of two includes the other, both were made without knowing of the other,
 * and one rule that everybody follows picks the one that keeps the name.
 *
 * Layout in a page: path length u16 | path | kind u8 | mode u8 | size u64 | mtime ms i64 | root 32
 * | author device 8 | n u8 | n times (device 8 | count u64), devices ascending, counts not zero.
 * Pure; any thread.
 */
#pragma once

#include "lan-bytes.h"
#include "lan-share-job.h"
#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_SHARE_MAX_COUNTS  64
#define LAN_SHARE_MAX_COUNT   (G_GUINT64_CONSTANT (1) << 48)
#define LAN_SHARE_MAX_ENTRIES 100000
#define LAN_SHARE_MAX_PAGES   1024
#define LAN_SHARE_PAGE_BYTES  49152 /* a page ends at this length at the latest */
#define LAN_SHARE_PAGE_MAX    60000
#define LAN_SHARE_MAX_SIZE    (G_GUINT64_CONSTANT (1) << 40)

typedef struct {
  LanDeviceId device;
  guint64 count;
} LanShareCount;

typedef struct {
  char *path;
  LanShareKind kind;
  guint8 mode;
  guint64 size;
  gint64 mtime_ms;
  LanHash root;
  LanDeviceId author; /* who made this version */
  guint n_counts;
  LanShareCount *counts; /* by device */
} LanShareEntry;

typedef enum {
  LAN_SHARE_EQUAL,
  LAN_SHARE_BEFORE, /* the first is part of the second's past */
  LAN_SHARE_AFTER,
  LAN_SHARE_APART, /* neither knew of the other */
} LanShareOrder;

void lan_share_entry_copy (LanShareEntry *to, const LanShareEntry *from);
void lan_share_entry_clear (LanShareEntry *entry);

LanShareOrder lan_share_entry_order (const LanShareEntry *a, const LanShareEntry *b);

/** TRUE when both are the same on a disk: kind, content, executable bit. */
gboolean lan_share_entry_same (const LanShareEntry *a, const LanShareEntry *b);

/** TRUE when @a keeps the name against @b: what is there before what is gone, later before earlier. */
gboolean lan_share_entry_beats (const LanShareEntry *a, const LanShareEntry *b);

/** @to knows of everything that @from knows of. */
void lan_share_entry_join (LanShareEntry *to, const LanShareEntry *from);

/** @device made a new version, its change number @count. */
void lan_share_entry_bump (LanShareEntry *entry, const LanDeviceId *device, guint64 count);

/** What @entry counts of @device, 0: nothing. */
guint64 lan_share_entry_count (const LanShareEntry *entry, const LanDeviceId *device);

/** Appends the layout to @to. */
void lan_share_entry_write (GByteArray *to, const LanShareEntry *entry);

/** Reads one; every rule of lan-manifest.h for names holds. FALSE: malformed, nothing is set. */
gboolean lan_share_entry_read (LanReader *r, LanShareEntry *entry);

/* -- pages: all entries of a folder in order of path, cut where a path says so -- */

/** Returns: (transfer full) (element-type GBytes): pages of @entries, which are in order. */
GPtrArray *lan_share_pages_make (const GPtrArray *entries) G_GNUC_WARN_UNUSED_RESULT;

typedef void (*LanShareEntryFunc) (LanShareEntry *entry, gpointer data);

/**
 * Reads a page. @last: (inout) (transfer full): path of the entry before the page, NULL at first; set
 * to the page's last. @func may steal what its entry points to. MALFORMED: also where the order is broken.
 */
LanStatus lan_share_page_read (GBytes *page, char **last, LanShareEntryFunc func, gpointer data,
                               guint *n) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
