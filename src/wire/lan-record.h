/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The one record layout (DESIGN section 5), little-endian:
 *
 *   conversation 16 | device 8 | seq 8 | previous hash 32 | message id 16 | hlc 8 | kind 2 |
 *   length 4 | content | signature 64
 *
 * Everything before the signature is the signed part. This is the codec only: hashing, signing and
 * checking signatures need keys and are core's. A record is at most 48 KiB. Pure; any thread.
 */
#pragma once

#include "lan-id.h"
#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_RECORD_HEAD_BYTES      94
#define LAN_RECORD_SIGNATURE_BYTES 64
#define LAN_RECORD_MAX_BYTES       (48 * 1024)
#define LAN_RECORD_MAX_CONTENT                                                                     \
  (LAN_RECORD_MAX_BYTES - LAN_RECORD_HEAD_BYTES - LAN_RECORD_SIGNATURE_BYTES)
#define LAN_RECORD_TAG "LYR1"                         /* signed as a prefix of the signed part */
#define LAN_HLC_MAX    (G_GUINT64_CONSTANT (1) << 59) /* year 2248: nobody is there */

typedef struct {
  LanConversationId conversation;
  LanDeviceId device;
  guint64 seq;      /* from 1 */
  LanHash previous; /* of the author's record before, zeros at seq 1 */
  LanMessageId message;
  guint64 hlc;           /* Unix ms << 16 | counter */
  guint16 kind;          /* LanRecordKind, or a newer one */
  const guint8 *content; /* borrowed from the decoded bytes */
  gsize content_len;
  const guint8 *signed_part; /* borrowed; set by decode */
  gsize signed_len;
  const guint8 *signature; /* borrowed, 64 bytes; set by decode */
} LanRecordView;

/**
 * Decodes the layout and checks what can be checked without keys: exact length, seq from 1, zero
 * previous hash exactly at seq 1, kind not 0, hlc below LAN_HLC_MAX, ids not zero.
 * Returns: OK, TRUNCATED, OVERSIZED or MALFORMED.
 */
LanStatus lan_record_decode (const guint8 *data, gsize len,
                             LanRecordView *view) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Writes head and content of @view (its last three fields are not looked at) to @out, which has
 * room for LAN_RECORD_HEAD_BYTES + content_len + LAN_RECORD_SIGNATURE_BYTES.
 * Returns: the length of the signed part; the signature goes right behind it. 0 when too long.
 */
gsize lan_record_encode (const LanRecordView *view, guint8 *out, gsize cap);

G_END_DECLS
