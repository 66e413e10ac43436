/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Content of signed records: protobuf Content of lanyard.proto, checked against the kind that the
 * record names. Kinds of newer versions pass unread, so that they survive a round trip. Pure.
 */
#pragma once

#include <glib.h>

#include "lan-id.h"
#include "lan-status.h"
#include "lanyard.pb-c.h"

G_BEGIN_DECLS

#define LAN_HOLDERS_MAX_COUNT      64
#define LAN_SHARE_BYTES            32
#define LAN_READ_MARK_MAX_COUNT    64
#define LAN_DEVICE_NAME_MAX_BYTES  64
#define LAN_PERSON_FIELD_MAX_COUNT 32
#define LAN_PERSON_FIELD_MAX_BYTES 4096
#define LAN_FILE_NAME_MAX_BYTES    255
#define LAN_EXCERPT_MAX_BYTES      512
#define LAN_EMOJI_MAX_BYTES        64
#define LAN_MENTION_MAX_COUNT      64
#define LAN_NOTE_MAX_MS            60000
#define LAN_NOTE_MAX_PEAKS         100
#define LAN_NOTE_MAX_BYTES         (44 * 1024)
#define LAN_NOTE_PACKET_MAX        1275 /* what Opus allows */
#define LAN_STICKER_MAX_BYTES      (40 * 1024)
#define LAN_STICKER_NAME_MAX_BYTES 64
#define LAN_STICKER_MAX_SIDE       512 /* px */
#define LAN_FILE_LEAF_BYTES        (256 * 1024)
#define LAN_CALL_MAX_MS            (G_GUINT64_CONSTANT (1) << 40)
#define LAN_FILE_MAX_BYTES         (G_GUINT64_CONSTANT (1) << 46)

#define LAN_GROUP_PEOPLE_MAX_COUNT  64 /* in one operation */
#define LAN_GROUP_PARENTS_MAX_COUNT 64
#define LAN_GROUP_CUTS_MAX_COUNT    64
#define LAN_GROUP_BOXES_MAX_COUNT   800
#define LAN_GROUP_NAME_MAX_BYTES    128
#define LAN_GROUP_TOPIC_MAX_BYTES   1024
#define LAN_GROUP_PICTURE_MAX_BYTES (32 * 1024)
#define LAN_GROUP_CUT_BYTES         16 /* device, seq */
#define LAN_GROUP_KEY_BOX_BYTES     56 /* device, box */

typedef Lanyard__Content LanContent;

/* PersonField.field. Append-only; others are passed over. */
typedef enum {
  LAN_FIELD_CONTACT = 1,   /* number: bit 0 accepted, bit 1 taken off the list, from bit 8: trust */
  LAN_FIELD_BLOCKED = 2,   /* number */
  LAN_FIELD_FAVOURITE = 3, /* number */
  LAN_FIELD_MUTED = 4,     /* number */
  LAN_FIELD_NOTE = 5,      /* data: text */
  LAN_FIELD_MERGED = 6,    /* data: account they went on as, or empty */
  LAN_FIELD_SECRET = 7,    /* data: contact secret, or empty */
  LAN_FIELD_KEEP = 8,      /* number: LAN_KEEP_: how long the chat is kept */
  LAN_FIELD_N
} LanPersonFieldType;

/* Record kinds. Append-only: signed, and on people's disks. 5 and 9 to 15 are reserved for what
 * DESIGN section 5 names (image). */
typedef enum {
  LAN_KIND_NONE = 0, /* never in a record */
  LAN_KIND_TEXT = 1,
  LAN_KIND_FILE_OFFER = 2,
  LAN_KIND_READ_UP_TO = 3,
  LAN_KIND_CALL = 4,       /* a call that is over */
  LAN_KIND_NOTE = 6,       /* something said */
  LAN_KIND_STICKER = 7,    /* a small picture */
  LAN_KIND_MESSAGE_OP = 8, /* about an earlier message: edit, recall, reaction, pin */
  LAN_KIND_OWN_OP = 16,    /* in the conversation of one person's own devices */
  LAN_KIND_GROUP_OP = 60,  /* in groups only, as the two below */
  LAN_KIND_GROUP_KEY = 61, /* never on screen */
  LAN_KIND_SEALED = 62,    /* what is inside has its own kind; as a row: not opened yet */
} LanRecordKind;

/** TRUE for kinds that are a row on screen (also unknown ones: 'needs a newer version'). */
gboolean lan_kind_is_visible (guint32 kind);

/** TRUE for kinds whose way to the other side is told: what is visible, and operations. */
gboolean lan_kind_has_state (guint32 kind);

/** TRUE for kinds whose content this version reads. */
gboolean lan_kind_is_known (guint32 kind);

/** TRUE for what may be a reaction: 1 to 64 bytes of the characters that PROTOCOL.md names: blocks with
 * emoji, and what holds emoji together. */
gboolean lan_emoji_is_valid (const char *emoji);

/**
 * Decodes the content of a record of @kind. Text is valid UTF-8, sizes and counts are within the
 * limits of PROTOCOL.md, the body is the one that @kind names; of an unknown kind nothing is asked.
 * Returns: OK, OVERSIZED or MALFORMED; @content (transfer full) only on OK.
 */
LanStatus lan_content_decode (guint32 kind, const guint8 *data, gsize len,
                              LanContent **content) G_GNUC_WARN_UNUSED_RESULT;

void lan_content_free (LanContent *content);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanContent, lan_content_free)

/** Returns: (transfer full): @content as bytes. */
GBytes *lan_content_encode (const LanContent *content) G_GNUC_WARN_UNUSED_RESULT;

/** Decodes what was inside of a Sealed body: @kind and Content, as lan_content_decode(). */
LanStatus lan_content_decode_sealed (const guint8 *data, gsize len, guint16 *kind,
                                     LanContent **content) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): @kind and @content as bytes to be sealed, and to be kept. */
GBytes *lan_content_encode_sealed (guint16 kind,
                                   const LanContent *content) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
