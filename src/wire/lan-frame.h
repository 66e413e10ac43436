/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Frames: what travels inside an authenticated channel, as protobuf (lanyard.proto, PROTOCOL.md).
 * Decoding uses an allocator with a ceiling, and checks every length and count of the table in
 * PROTOCOL.md "Limits" before a frame is handed out, so that nobody above looks at sizes again.
 * Building is done with the generated structs directly. Pure; any thread.
 */
#pragma once

#include <glib.h>

#include "lan-id.h"
#include "lan-status.h"
#include "lanyard.pb-c.h"

G_BEGIN_DECLS

#define LAN_FRAME_MAX_BYTES   65000
#define LAN_FRAME_MAX_MEMORY  (512 * 1024) /* what one decoded frame may take */
#define LAN_RECORDS_MAX_BYTES 60000        /* what a sender puts into one Records frame */
#define LAN_RECORDS_MAX_COUNT 400
#define LAN_CERTS_MAX_COUNT   16
#define LAN_HEADS_MAX_COUNT   64
#define LAN_HASHES_MAX_COUNT  1900
#define LAN_BLOCK_MAX_BYTES   (60 * 1024)
#define LAN_SIGNAL_MAX_BYTES  4096
#define LAN_PAGE_MAX_BYTES    60000 /* of a manifest, or bits of leaves */
#define LAN_BULK_ADDRESSES    16
#define LAN_SHARE_PAPER_MAX   4096
#define LAN_SHARE_PAGES_MAX   1024 /* of one head */
#define LAN_SHARE_ASK_MAX     32   /* pages asked for in one frame */
#define LAN_SHARE_PATH_MAX    1024
#define LAN_SHARE_SHORT_MAX   (16 * 1024) /* a content that comes as an answer */

/* What the packed fields of groups' frames consist of, in bytes. */
#define LAN_GROUP_DIGEST_BYTES    16
#define LAN_GROUP_HEAD_BYTES      24 /* device, seq, start of the hash */
#define LAN_GROUP_RANGE_BYTES     24 /* device, from, to */
#define LAN_GROUP_CHAIN_KEY_BYTES 68 /* name, index, key */
#define LAN_GROUP_PACKED_MAX      60000

/* Carried mail. */
#define LAN_CARRY_ID_BYTES     16 /* of an envelope, a tag, a lock and what opens it */
#define LAN_CARRY_ENTRY_BYTES  32
#define LAN_CARRY_LIST_MAX     1024 /* entries of one frame */
#define LAN_CARRY_DROP_MAX     256
#define LAN_CARRY_ENVELOPE_MIN 161
#define LAN_CARRY_ENVELOPE_MAX (56 * 1024)
#define LAN_CARRY_PREKEY_BYTES 128

typedef Lanyard__Frame LanFrame;

/* The numbers of Frame.body in lanyard.proto. Append-only. */
typedef enum {
  LAN_FRAME_UNKNOWN = 0, /* a body of a newer version: ignored and counted */
  LAN_FRAME_IDENTITY = 1,
  LAN_FRAME_VECTOR = 2,
  LAN_FRAME_RECORDS = 3,
  LAN_FRAME_FETCH = 4,
  LAN_FRAME_PRESENCE = 5,
  LAN_FRAME_TYPING = 6,
  LAN_FRAME_CONTACT_ACCEPT = 7,
  LAN_FRAME_LINK_SIGNAL = 8,
  LAN_FRAME_FILE_HASHES_REQUEST = 9,
  LAN_FRAME_FILE_HASHES = 10,
  LAN_FRAME_FILE_REQUEST = 11,
  LAN_FRAME_FILE_BLOCK = 12,
  LAN_FRAME_FILE_STATE = 13,
  LAN_FRAME_PING = 14,
  LAN_FRAME_PONG = 15,
  LAN_FRAME_CLOSE = 16,
  LAN_FRAME_FILE_MANIFEST_REQUEST = 17,
  LAN_FRAME_FILE_MANIFEST = 18,
  LAN_FRAME_FILE_HAVE = 19,
  LAN_FRAME_BULK_OPEN = 20,
  LAN_FRAME_GROUP_VECTOR = 60,
  LAN_FRAME_GROUP_FETCH = 61,
  LAN_FRAME_GROUP_KEYS_WANTED = 62,
  LAN_FRAME_GROUP_KEYS = 63,
  LAN_FRAME_GROUP_NOTICE = 64,
  LAN_FRAME_SHARE_ROSTER = 80,
  LAN_FRAME_SHARE_HEAD = 81,
  LAN_FRAME_SHARE_PAGES_WANTED = 82,
  LAN_FRAME_SHARE_PAGE = 83,
  LAN_FRAME_SHARE_WANT = 84,
  LAN_FRAME_SHARE_ANSWER = 85,
  LAN_FRAME_CALL_SIGNAL = 110,
  LAN_FRAME_CARRY_HELLO = 150,
  LAN_FRAME_CARRY_PUT = 151,
  LAN_FRAME_CARRY_RESULT = 152,
  LAN_FRAME_CARRY_LIST = 153,
  LAN_FRAME_CARRY_FETCH = 154,
  LAN_FRAME_CARRY_MAIL = 155,
  LAN_FRAME_CARRY_ACK = 156,
  LAN_FRAME_CARRY_RECEIPT = 157,
  LAN_FRAME_CARRY_DROP = 158,
  LAN_FRAME_TYPE_N
} LanFrameType;

/* What kind of pipe brought a frame. */
typedef enum {
  LAN_CARRIER_LANE = 0,       /* peer lane: Noise over TCP */
  LAN_CARRIER_LINK = 1,       /* ICE, sealed datagrams, ENet channel 0 */
  LAN_CARRIER_LINK_FILES = 2, /* the same link's ENet channel for files */
  LAN_CARRIER_N
} LanCarrier;

/* How far the two ends know each other. */
typedef enum {
  LAN_STAGE_UNIDENTIFIED = 0, /* the other's Identity has not been verified yet */
  LAN_STAGE_STRANGER = 1,     /* verified, but not accepted here */
  LAN_STAGE_ACCEPTED = 2,
  LAN_STAGE_N
} LanStage;

/* Close.reason. Append-only. */
typedef enum {
  LAN_FAREWELL_NORMAL = 0,
  LAN_FAREWELL_IDLE = 1,
  LAN_FAREWELL_PROTOCOL = 2, /* a frame broke a rule */
  LAN_FAREWELL_IDENTITY = 3, /* list or certificate not acceptable */
  LAN_FAREWELL_REVOKED = 4,
  LAN_FAREWELL_LIMIT = 5,
  LAN_FAREWELL_REPLACED = 6, /* another channel to the same device took over */
  LAN_FAREWELL_N
} LanFarewell;

/** A short name for logs: "records"; never NULL. */
const char *lan_frame_type_name (LanFrameType type);

LanFrameType lan_frame_type (const LanFrame *frame);

/**
 * Looks at the type of an encoded frame without decoding it, to route it: what it says about a
 * frame that lan_frame_decode() accepts is what lan_frame_type() says. Junk is LAN_FRAME_UNKNOWN.
 */
LanFrameType lan_frame_peek_type (const guint8 *data, gsize len);

/**
 * The table of SECURITY section 10, row 2 (T2). Unknown types are allowed everywhere (and do
 * nothing). FALSE: the frame is dropped; before identification the channel is closed as well.
 */
gboolean lan_frame_allowed (LanFrameType type, LanCarrier carrier, LanStage stage);

/**
 * Decodes and checks one frame.
 * @frame: (out) (transfer full): free with lan_frame_free(); set only on LAN_STATUS_OK
 * Returns: OK, OVERSIZED (frame or its memory), MALFORMED (not protobuf, or a length or count
 *   outside its limit).
 */
LanStatus lan_frame_decode (const guint8 *data, gsize len,
                            LanFrame **frame) G_GNUC_WARN_UNUSED_RESULT;

void lan_frame_free (LanFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanFrame, lan_frame_free)

/**
 * Encodes a frame that the caller built (its parts stay the caller's). The caller keeps the limits;
 * exceeding LAN_FRAME_MAX_BYTES is a programmer's mistake.
 * Returns: (transfer full).
 */
GBytes *lan_frame_encode (const LanFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @field has exactly @len bytes. */
gboolean lan_field_is (const ProtobufCBinaryData *field, gsize len);

G_END_DECLS
