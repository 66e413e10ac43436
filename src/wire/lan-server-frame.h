/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Frames between a client and the rendezvous server (lanyard-server.proto, SERVER-PROTOCOL.md). Same
 * rules as lan-frame.h: a ceiling on memory, and every length and count is checked before a frame
 * is handed out. Signals, of which a server routes tens of thousands a second, can be read and
 * written without decoding anything. Pure; any thread.
 */
#pragma once

#include <glib.h>

#include "lan-id.h"
#include "lan-status.h"
#include "lanyard-server.pb-c.h"

G_BEGIN_DECLS

#define LAN_SERVER_VERSION          1
#define LAN_SERVER_FRAME_MAX_BYTES  65000
#define LAN_SERVER_FRAME_MAX_MEMORY (256 * 1024)
#define LAN_SERVER_SIGNAL_MAX       4600 /* bytes of a payload */
#define LAN_SERVER_SIGNAL_FRAME_MAX (LAN_SERVER_SIGNAL_MAX + 24)
#define LAN_SERVER_ENVELOPE_MAX     (56 * 1024)
#define LAN_SERVER_STATUS_MAX       512
#define LAN_SERVER_ACK_MAX          1024
#define LAN_SERVER_WINDOW_MAX       128
#define LAN_SERVER_WATCH_MAX        256 /* in one frame */
#define LAN_SERVER_HIDE_MAX         1024
#define LAN_SERVER_ONE_TIME_MAX     100
#define LAN_SERVER_ONE_TIME_BYTES   36
#define LAN_SERVER_PAPERS_MAX       64   /* accounts in one question */
#define LAN_SERVER_ENTRIES_MAX      1024 /* in one page */
#define LAN_SERVER_ENTRY_MAX        1024 /* bytes of one entry */
#define LAN_SERVER_PROOF_MAX        64   /* hashes of one proof */
#define LAN_SERVER_BLOB_PART        32768
#define LAN_SERVER_URIS_MAX         8
#define LAN_SERVER_LOGIN_MAX        64
#define LAN_SERVER_DISPLAY_MAX      128
#define LAN_SERVER_SECRET_BYTES     32
#define LAN_SERVER_INVITE_BYTES     16
#define LAN_SERVER_UID_BYTES        16
#define LAN_SERVER_DEPOSIT_ID_BYTES 16
#define LAN_SERVER_LSK1_BYTES       136

typedef Lanyard__Server__Frame LanServerFrame;

/* The numbers of Frame.body in lanyard-server.proto. Append-only; gaps are reserved. */
typedef enum {
  LAN_SERVER_UNKNOWN = 0,
  LAN_SERVER_SIGNAL = 1,
  LAN_SERVER_DEPOSIT = 2,
  LAN_SERVER_STORED = 3,
  LAN_SERVER_MAIL = 4,
  LAN_SERVER_MAIL_ACK = 5,
  LAN_SERVER_PRESENCE_SET = 6,
  LAN_SERVER_PRESENCE = 7,
  LAN_SERVER_REFUSED = 8,
  LAN_SERVER_DONE = 9,
  LAN_SERVER_PING = 10,
  LAN_SERVER_PONG = 11,
  LAN_SERVER_GOODBYE = 12,
  LAN_SERVER_ENROL = 16,
  LAN_SERVER_ENROLLED = 17,
  LAN_SERVER_LOGIN = 18,
  LAN_SERVER_WELCOME = 19,
  LAN_SERVER_SUBSCRIBE = 20,
  LAN_SERVER_HIDE = 21,
  LAN_SERVER_MAIL_FETCH = 22,
  LAN_SERVER_PREKEYS_PUT = 23,
  LAN_SERVER_PREKEYS_STATE = 24,
  LAN_SERVER_BUNDLE_GET = 25,
  LAN_SERVER_BUNDLE = 26,
  LAN_SERVER_DIRECTORY_GET = 27,
  LAN_SERVER_DIRECTORY_PAGE = 28,
  LAN_SERVER_HEAD_GET = 29,
  LAN_SERVER_HEAD = 30,
  LAN_SERVER_PAPERS_GET = 31,
  LAN_SERVER_PAPERS = 32,
  LAN_SERVER_PAPERS_PUT = 33,
  LAN_SERVER_TURN_GET = 34,
  LAN_SERVER_TURN = 35,
  LAN_SERVER_BLOB_PUT = 36,
  LAN_SERVER_BLOB_STATE = 37,
  LAN_SERVER_BLOB_GET = 38,
  LAN_SERVER_BLOB_PART_FRAME = 39,
  LAN_SERVER_PERSON_GET = 40,
  LAN_SERVER_PERSON = 41,
  LAN_SERVER_PASSWORD_SET = 42,
  LAN_SERVER_SERVER_KEY = 43,
  LAN_SERVER_BLOB_DROP = 44,
  LAN_SERVER_FRAME_TYPE_N
} LanServerFrameType;

/*
 * Why the server refused something (Refused.code, Goodbye.code). Append-only.
 * number, NAME, stable code for programs, English sentence for logs.
 */
#define LAN_REFUSAL_LIST(X)                                                                        \
  X (0, NONE, "none", "nothing was refused")                                                       \
  X (1, PROTOCOL, "protocol", "a frame broke a rule of the protocol")                              \
  X (2, VERSION, "version", "the other side speaks another version")                               \
  X (3, CREDENTIALS, "credentials", "login, password or invite are not right")                     \
  X (4, RATE, "rate", "too many of these in a short time")                                         \
  X (5, BUSY, "busy", "the server has too much to do just now")                                    \
  X (6, UNKNOWN, "unknown", "there is no such person or device here")                              \
  X (7, OFFLINE, "offline", "the device is not connected")                                         \
  X (8, RIGHTS, "rights", "this is not allowed for this account")                                  \
  X (9, QUOTA, "quota", "there is no room left for this")                                          \
  X (10, SIZE, "size", "this is larger than allowed")                                              \
  X (11, SUSPENDED, "suspended", "the account is suspended")                                       \
  X (12, LEFT, "left", "the account has left the company")                                         \
  X (13, REVOKED, "revoked", "the device was revoked")                                             \
  X (14, KEY_CONFLICT, "key-conflict", "the account belongs to another key")                       \
  X (15, LOGIN_TAKEN, "login-taken", "somebody has this login")                                    \
  X (16, LIST, "list", "the device list is older than or contradicts the one held")                \
  X (17, IDENTITY, "identity", "certificate, list or proof are not right")                         \
  X (18, STORAGE, "storage", "the server cannot write to its disk")                                \
  X (19, STOPPING, "stopping", "the server is stopping")                                           \
  X (20, REPLACED, "replaced", "a newer connection of the same device took over")                  \
  X (21, STATE, "state", "not at this point of the conversation")                                  \
  X (22, HASH, "hash", "the content does not match its hash")                                      \
  X (23, GONE, "gone", "it has expired or was never here")

typedef enum {
#define X(number, name, code, text) LAN_REFUSAL_##name = number,
  LAN_REFUSAL_LIST (X)
#undef X
      LAN_REFUSAL_N
} LanRefusal;

/** The stable text code: "rate"; "unknown-code" for numbers of a newer version. Never NULL. */
const char *lan_refusal_code (guint32 refusal);

/** An English sentence for logs; never NULL. */
const char *lan_refusal_text (guint32 refusal);

typedef enum {
  LAN_SERVER_FROM_CLIENT = 1,
  LAN_SERVER_FROM_SERVER = 2,
} LanServerSide;

/** A short name for logs: "mail-ack"; never NULL. */
const char *lan_server_frame_type_name (LanServerFrameType type);

LanServerFrameType lan_server_frame_type (const LanServerFrame *frame);

/** As lan_frame_peek_type(): what lan_server_frame_decode() would say, without decoding. */
LanServerFrameType lan_server_frame_peek_type (const guint8 *data, gsize len);

/** TRUE when this kind of frame may come from @side. Unknown ones may, and do nothing. */
gboolean lan_server_frame_allowed (LanServerFrameType type, LanServerSide side);

/**
 * Decodes and checks one frame.
 * @frame: (out) (transfer full): free with lan_server_frame_free(); set only on LAN_STATUS_OK
 * Returns: OK, OVERSIZED, MALFORMED (not protobuf, or a length or count outside its limit).
 */
LanStatus lan_server_frame_decode (const guint8 *data, gsize len,
                                   LanServerFrame **frame) G_GNUC_WARN_UNUSED_RESULT;

void lan_server_frame_free (LanServerFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanServerFrame, lan_server_frame_free)

/** Bytes that lan_server_frame_write() needs. */
gsize lan_server_frame_size (const LanServerFrame *frame);

/** Writes the encoded frame to @out (lan_server_frame_size() bytes). */
void lan_server_frame_write (const LanServerFrame *frame, guint8 *out);

/** Returns: (transfer full): the encoded frame. The caller keeps the limits. */
GBytes *lan_server_frame_encode (const LanServerFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

/* A Signal frame in its usual form: device first, payload second, nothing else. Borrowed. */
typedef struct {
  const guint8 *device; /* 8 bytes inside the frame */
  const guint8 *payload;
  gsize payload_len;
} LanServerSignal;

/**
 * Reads a Signal frame in place. FALSE: it is no signal, or not in its usual form (then
 * lan_server_frame_decode() decides).
 */
gboolean lan_server_signal_read (LanServerSignal *signal, const guint8 *data, gsize len);

/** Bytes of a Signal frame with a payload of @payload_len (1..LAN_SERVER_SIGNAL_MAX). */
gsize lan_server_signal_size (gsize payload_len);

/** Writes a Signal frame to @out (room for lan_server_signal_size()). Returns: its bytes. */
gsize lan_server_signal_write (guint8 *out, const guint8 device[LAN_DEVICE_ID_BYTES],
                               const guint8 *payload, gsize payload_len);

G_END_DECLS
