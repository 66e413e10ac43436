/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A sync bundle: sealed letters in a file, for a stick that is carried by hand (PROTOCOL.md, Bundles).
 *
 *     "LYBU0001" | 8 zeros | entries | end
 *     entry   type u8 | length u32 | body
 *     LETTER  1: day u32 | fetch lock 16 | ack lock 16 | envelope of type 2, 161 to 57,344 bytes
 *     WORD    2: day u32 | tag 16 | salt 16 | sealed (lan-bundle-word.h)
 *     END     0: BLAKE2b-256 of everything before it; nothing follows
 *
 * Day: the Unix day of the tag. The digest finds what a stick lost or a hand bent by accident; who alters on
 * purpose gains nothing by making it anew, since letters and words authenticate themselves. Reading is
 * strict, needs memory for one entry, and ends in a LanStatus: TRUNCATED, VERSION, OVERSIZED, AUTH (the
 * digest), MALFORMED, or what the caller's function says. Any thread, one at a time.
 */
#pragma once

#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_BUNDLE_HEADER_BYTES 16
#define LAN_BUNDLE_BYTES_MAX    (256 * 1024 * 1024)
#define LAN_BUNDLE_ENTRIES_MAX  32768
#define LAN_BUNDLE_END_BYTES    (5 + 32)

typedef enum {
  LAN_BUNDLE_LETTER = 1,
  LAN_BUNDLE_WORD = 2,
} LanBundleType;

/* Of an entry; the pointers are borrowed, and of 16 bytes where no length says otherwise. */
typedef struct {
  LanBundleType type;
  guint32 day;
  const guint8 *fetch_lock; /* LETTER */
  const guint8 *ack_lock;   /* LETTER */
  const guint8 *tag;        /* of a LETTER: in its envelope */
  const guint8 *body;       /* envelope, or salt and sealed word */
  gsize len;
} LanBundleEntry;

/* --- writing: what is appended to @out goes into the file, in this order --- */

typedef struct _LanBundleWriter LanBundleWriter;

LanBundleWriter *lan_bundle_writer_new (GByteArray *out) G_GNUC_WARN_UNUSED_RESULT;
/** @entries: as made by lan_bundle_entry_write(). */
void lan_bundle_writer_add (LanBundleWriter *writer, const guint8 *entries, gsize len,
                            GByteArray *out);
void lan_bundle_writer_finish (LanBundleWriter *writer, GByteArray *out);
void lan_bundle_writer_free (LanBundleWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBundleWriter, lan_bundle_writer_free)

void lan_bundle_entry_write (const LanBundleEntry *entry, GByteArray *out);

/* --- reading --- */

/* Not OK ends the reading with that. */
typedef LanStatus (*LanBundleFunc) (const LanBundleEntry *entry, gpointer user_data);

typedef struct _LanBundleReader LanBundleReader;

LanBundleReader *lan_bundle_reader_new (LanBundleFunc func,
                                        gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/** The next bytes of the file. After anything but OK it always says that. */
LanStatus lan_bundle_reader_feed (LanBundleReader *reader, const guint8 *data,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;
/** The file has ended. OK: it was whole. */
LanStatus lan_bundle_reader_end (LanBundleReader *reader) G_GNUC_WARN_UNUSED_RESULT;
void lan_bundle_reader_free (LanBundleReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBundleReader, lan_bundle_reader_free)

G_END_DECLS
