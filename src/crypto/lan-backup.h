/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A backup as bytes (SECURITY section 9): a slot as in the key store, by which a passphrase or the recovery
 * code gives the file's own random key, then a stream of sealed chunks.
 *
 *     0  "LYBK0001"
 *     8  slot 104 (lan-key-store.h; kind passphrase or recovery)
 *   112  header of the stream 24
 *   136  chunks: crypto_secretstream_xchacha20poly1305 of 65,536 bytes of the plain stream each, 17 more
 *        on disk; the last one may be shorter, ends the file and carries TAG_FINAL. The AD of
 *        every chunk are the first 136 bytes.
 *
 * The stream's key is KDF (key, "LY1-backup", salt of the slot). The plain stream is items: type u8 | length u32 |
 * bytes; lan-backup-format.h says what they mean. Nothing is compressed: lengths tell nothing about
 * contents. A file cut short anywhere does not end in TAG_FINAL and is refused, as is one with
 * anything behind it.
 *
 *   writer:  new --> add* --> finish --> free          out: bytes for the file after each call
 *   reader:  new --feed--> SLOT? --unlock--> feed* --> end      items after each call
 *
 * No I/O; one thread.
 */
#pragma once

#include "lan-key-store.h"

G_BEGIN_DECLS

#define LAN_BACKUP_HEADER_BYTES 136
#define LAN_BACKUP_CHUNK_BYTES  65536
#define LAN_BACKUP_ITEM_MAX     (16 * 1024 * 1024)

typedef struct _LanBackupWriter LanBackupWriter;
typedef struct _LanBackupReader LanBackupReader;

/**
 * @slot: prepared by lan_key_slot_prepare(); @input: as for lan_key_store_add_slot(). @out: gets the
 * bytes of the file. Returns: (transfer full) (nullable): NULL for a slot of another kind.
 */
LanBackupWriter *lan_backup_writer_new (const LanKeySlot *slot, const guint8 *input,
                                        const LanRandom *random,
                                        GByteArray *out) G_GNUC_WARN_UNUSED_RESULT;
void lan_backup_writer_free (LanBackupWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBackupWriter, lan_backup_writer_free)

/** Appends an item of at most LAN_BACKUP_ITEM_MAX bytes; whole chunks go to @out. */
void lan_backup_writer_add (LanBackupWriter *writer, guint8 type, const guint8 *data, gsize len,
                            GByteArray *out);

/** The last chunk; nothing may be added after it. */
void lan_backup_writer_finish (LanBackupWriter *writer, GByteArray *out);

/* @data: valid during the call only. Returns: OK to go on; else reading ends with that. */
typedef LanStatus (*LanBackupItem) (guint8 type, const guint8 *data, gsize len, gpointer user_data);

LanBackupReader *lan_backup_reader_new (LanBackupItem item,
                                        gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void lan_backup_reader_free (LanBackupReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBackupReader, lan_backup_reader_free)

/**
 * Takes the first LAN_BACKUP_HEADER_BYTES bytes of the file; @slot says what opens it.
 * Returns: OK, MALFORMED (no backup), VERSION, LIMIT (a cost out of bounds).
 */
LanStatus lan_backup_reader_header (LanBackupReader *reader,
                                    const guint8 header[LAN_BACKUP_HEADER_BYTES],
                                    LanKeySlot *slot) G_GNUC_WARN_UNUSED_RESULT;

/** @input: 32 bytes. Returns: OK, AUTH (another code or passphrase), STATE. */
LanStatus lan_backup_reader_unlock (LanBackupReader *reader,
                                    const guint8 *input) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The next bytes of the file, any number. Returns: OK, AUTH (altered), MALFORMED (items that are none,
 * bytes behind the end), OVERSIZED (an item), STATE, or what the callback said. Once it is
 * not OK it stays so.
 */
LanStatus lan_backup_reader_feed (LanBackupReader *reader, const guint8 *data,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** The file has ended. Returns: OK, TRUNCATED, or what went wrong before. */
LanStatus lan_backup_reader_end (LanBackupReader *reader) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
