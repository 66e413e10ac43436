/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The records of an established lane (SECURITY 1.7):
 *
 *   length u16 BE | sealed (type u8 | pad length u16 | body | pad zeros) | tag 16
 *
 * where length covers everything after itself. Each direction counts its records and bytes, and
 * changes its key in time. Private to this module. One thread.
 */
#pragma once

#include "lan-cipher.h"

G_BEGIN_DECLS

#define LAN_RECORD_HEADER_BYTES 2
#define LAN_RECORD_PREFIX_BYTES 3 /* type and pad length, inside the seal */
#define LAN_RECORD_SEALED_MIN   (LAN_RECORD_PREFIX_BYTES + LAN_CIPHER_TAG_BYTES)
#define LAN_RECORD_SEALED_MAX   (65535 - LAN_RECORD_HEADER_BYTES)
#define LAN_RECORD_REKEY_COUNT  65536
#define LAN_RECORD_REKEY_BYTES  (G_GUINT64_CONSTANT (1) << 30)

/* Wire values, append-only. */
typedef enum {
  LAN_RECORD_DATA = 0, /* an empty one says only 'I am here' */
  LAN_RECORD_REKEY = 1,
  LAN_RECORD_END = 2,
  LAN_RECORD_ERROR = 3,
} LanRecordType;

/* One direction. Lives in guarded memory. */
typedef struct {
  LanCipher cipher;
  guint32 records; /* under the present key */
  guint64 bytes;   /* sealed bytes under the present key */
} LanRecordFlow;

/** Seals one record at the end of @out, after a REKEY record when the key is due for a change. */
LanStatus lan_record_seal (LanRecordFlow *flow, LanRecordType type, const guint8 *body, gsize len,
                           GByteArray *out) G_GNUC_WARN_UNUSED_RESULT;

/** Seals a REKEY record and changes the sending key. */
LanStatus lan_record_change_key (LanRecordFlow *flow, GByteArray *out) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Opens the @len sealed bytes after a header into @out (room for @len, may be @sealed); REKEY takes effect here.
 * @body points into @out.
 */
LanStatus lan_record_open (LanRecordFlow *flow, const guint8 *sealed, gsize len, guint8 *out,
                           guint8 *type, const guint8 **body,
                           gsize *body_len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
