/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanCore: everything about people and conversations, without I/O. Rows of the store, frames of
 * authenticated channels, commands of the person and the time go in; what to send, to keep, to read
 * and to show comes out of a queue of actions (lan-core-action.h). See README.md of this folder.
 *
 *   store rows --load--> | LanCore | --COMMIT, READ, FIND--> store --committed, rows, found--> |
 *   channels ----------> |         | --SEND, CLOSE, WANT_CHANNEL--> channels
 *   person ------------> |         | --events--> window
 *
 * After any call, drain lan_core_next_action() and look at lan_core_next_deadline() again.
 * A message reaches nobody, and is shown to nobody, before the batch that holds it is committed.
 * One thread. Nothing here blocks, and nothing a remote party sends makes it assert.
 */
#pragma once

#include "lan-cert.h"
#include "lan-change.h"
#include "lan-content.h"
#include "lan-core-action.h"
#include "lan-frame.h"
#include "lan-identity.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_REQUEST_MAX_RECORDS 200 /* of one stranger, until accepted */
#define LAN_REQUEST_MAX_OFFERS  3
#define LAN_REQUEST_MAX_PEOPLE  200 /* strangers with something waiting */
#define LAN_CLOCK_TOLERANCE_MS  (5 * 60 * 1000)
#define LAN_CORE_MAX_CHANNELS   512
#define LAN_CORE_MAX_STRANGERS  1024 /* known but never kept on disk; the oldest is forgotten */

typedef struct _LanCore LanCore;

/* Everything is borrowed and must stay until lan_core_free() or lan_core_set_identity(). */
typedef struct {
  const LanDeviceKeys *device; /* carries the account id */
  GBytes *list;                /* own LDL1 */
  GBytes *cert;                /* own LDC1 of @device, names the person */
  const LanRandom *random;
} LanCoreConfig;

LanCore *lan_core_new (const LanCoreConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_core_free (LanCore *core);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanCore, lan_core_free)

/* ---- start: rows in any order within this order of calls, then start ---- */

void lan_core_load_person (LanCore *core, const LanPersonRow *row);
void lan_core_load_device (LanCore *core, const LanDeviceRow *row);
void lan_core_load_conversation (LanCore *core, const LanConversationRow *row);

/** The newest record of one log: @order is its LanRecordRow.order. */
void lan_core_load_head (LanCore *core, const LanConversationId *conversation,
                         const LanDeviceId *device, guint64 seq, const LanHash *hash, guint64 hlc,
                         guint64 order);
void lan_core_load_vector (LanCore *core, const LanVectorRow *row);

/** Keys "core.…" are used, all others ignored. */
void lan_core_load_setting (LanCore *core, const char *key, GBytes *value);

void lan_core_start (LanCore *core, const LanTime *now);

/**
 * The end is near: what waits for its time (a read receipt, a text behind own records that are being
 * brought back) is written now. When no COMMIT is unanswered after this, everything is on disk.
 */
void lan_core_quit (LanCore *core, const LanTime *now);

/* ---- channels ---- */

/**
 * A channel is up: its handshake proved @remote_dh (32 bytes). @channel: node's handle, never used
 * again after lan_core_channel_down(). IDENTIFIED follows when the other's Identity was verified.
 */
void lan_core_channel_up (LanCore *core, guint64 channel, LanCarrier carrier,
                          const guint8 *remote_dh, const LanTime *now);
void lan_core_channel_down (LanCore *core, guint64 channel, const LanTime *now);

/** One frame. @carrier: CARRIER_LINK_FILES for those of the link's files channel. */
void lan_core_channel_frame (LanCore *core, guint64 channel, LanCarrier carrier, const guint8 *data,
                             gsize len, const LanTime *now);

/** The channel's queue is full (FALSE) or drained (TRUE): records wait in between. */
void lan_core_channel_writable (LanCore *core, guint64 channel, gboolean writable,
                                const LanTime *now);

/** How far the other end of @channel is known; UNIDENTIFIED for unknown channels. */
LanStage lan_core_channel_stage (LanCore *core, guint64 channel);

/**
 * Discovery sees @account (@here) or no longer does; @state is the coarse state of its record: a
 * hint that only colours presence. Unknown accounts are ignored.
 */
void lan_core_discovered (LanCore *core, const LanAccountId *account, gboolean here,
                          LanPresence state, const LanTime *now);

/* ---- answers to actions ---- */

/** @ok FALSE: nothing of the batch is on disk (full, locked...). Also carries out what waited. */
void lan_core_committed (LanCore *core, guint64 batch, gboolean ok, const LanTime *now);

/** Answer to READ: (element-type LanRecordRow), ascending seq from from_seq on; NULL: failed. */
void lan_core_rows (LanCore *core, guint64 request, GPtrArray *rows, const LanTime *now);

/** Answer to FIND. */
void lan_core_found (LanCore *core, guint64 request, gboolean found, const LanTime *now);

/* ---- commands ---- */

/*
 * Writing. @id is chosen by the caller and random; the same id of our own again does nothing but
 * report MESSAGE_STATE. Sending to a stranger accepts them. Returns OK (MESSAGE or SEND_FAILED
 * follows), OVERSIZED, MALFORMED (not UTF-8, empty), STATE (blocked, merged away, revoked, self),
 * MISMATCH (no such person).
 */
LanStatus lan_core_send_text (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                              const char *text, const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_core_offer_file (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                               const Lanyard__FileOffer *offer,
                               const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** The record of a call of ours that is over; @id: the call's. */
LanStatus lan_core_record_call (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                                const Lanyard__CallRecord *record,
                                const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/* What stands beside a text or an offer; members may be NULL or empty. Borrowed. */
typedef struct {
  const Lanyard__Quote *quote;
  const Lanyard__Forwarded *forwarded;
  Lanyard__Mention **mentions;
  gsize n_mentions;
  gboolean urgent;
} LanBeside;

/** As lan_core_send_text(), with what stands beside it. @beside: (nullable). */
LanStatus lan_core_send_text_with (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                                   const char *text, const LanBeside *beside,
                                   const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** What is a record of its own, a voice note or a sticker: @kind and @content with what stands beside it. Else as lan_core_send_text(). */
LanStatus lan_core_send_body (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                              guint16 kind, const LanContent *content,
                              const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Says something about a message of the conversation with @to: PROTOCOL.md, Operations. @op: author,
 * target, kind, on and text are looked at. Returns: as lan_core_send_text(); also STATE for what
 * only the message's author may do.
 */
LanStatus lan_core_operate (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                            const LanOperationRow *op,
                            const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** Everything by the other up to @hlc (of record @device, @seq) has been shown. */
void lan_core_mark_read (LanCore *core, const LanConversationId *conversation,
                         const LanDeviceId *device, guint64 seq, guint64 hlc, const LanTime *now);

/** Call it for each key stroke if you like: it is rate-limited here, and ends by itself. */
void lan_core_set_typing (LanCore *core, const LanAccountId *to, gboolean on, const LanTime *now);

/** @text: (nullable): own status; cleaned and cut here. OFFLINE is shown to others as away. */
void lan_core_set_presence (LanCore *core, LanPresence state, const char *text, const LanTime *now);

/** Keeps "core.read-receipts" and "core.typing" ("0" or "1"; both on at first). */
void lan_core_set_receipts (LanCore *core, gboolean read_receipts, gboolean typing);
gboolean lan_core_get_read_receipts (LanCore *core);
gboolean lan_core_get_typing (LanCore *core);

/* People. Each returns MISMATCH for unknown accounts, STATE where the rules of lan-trust.h refuse. */
LanStatus lan_core_accept (LanCore *core, const LanAccountId *account, const LanTime *now);
LanStatus lan_core_block (LanCore *core, const LanAccountId *account, gboolean on,
                          const LanTime *now);
/** After number or words were compared: node compares, core notes it. */
LanStatus lan_core_verify (LanCore *core, const LanAccountId *account, const LanTime *now);
/** @into is who @old was: what waits for @old is written again for @into, logs show as one. */
LanStatus lan_core_merge (LanCore *core, const LanAccountId *old, const LanAccountId *into,
                          const LanTime *now);
/** Off the contact list; history stays, and so does a block. */
LanStatus lan_core_remove (LanCore *core, const LanAccountId *account, const LanTime *now);
/** Sets and clears LAN_PERSON_FAVOURITE and LAN_PERSON_MUTED bits. */
LanStatus lan_core_set_flags (LanCore *core, const LanAccountId *account, guint32 set,
                              guint32 clear);
LanStatus lan_core_set_note (LanCore *core, const LanAccountId *account, const char *note);
LanStatus lan_core_set_draft (LanCore *core, const LanConversationId *conversation,
                              const char *draft);

/** Makes the conversation with a known person exist (as an empty one) and returns its id. */
LanStatus lan_core_open_conversation (LanCore *core, const LanAccountId *account,
                                      LanConversationId *out);

/**
 * New own list and certificate (a rename), sent to everybody at hand; or, after NEW_KEYS, a new
 * device: logs then start again and what was undelivered is written again under the same ids.
 */
void lan_core_set_identity (LanCore *core, const LanCoreConfig *config, const LanTime *now);

/* ---- time and output ---- */

/** Monotonic microseconds, LAN_NO_DEADLINE when nothing waits for time. */
gint64 lan_core_next_deadline (const LanCore *core);
void lan_core_advance (LanCore *core, const LanTime *now);

/** Before closing: what waits for company on its way to the disk is given to COMMIT now. */
void lan_core_flush (LanCore *core, const LanTime *now);

/** Takes the next action; FALSE when there is none. Clear it with lan_core_action_clear(). */
gboolean lan_core_next_action (LanCore *core, LanCoreAction *action) G_GNUC_WARN_UNUSED_RESULT;

/* ---- looking: borrowed until the next call into core ---- */

const LanPersonRow *lan_core_get_person (LanCore *core, const LanAccountId *account);
const LanConversationRow *lan_core_get_conversation (LanCore *core,
                                                     const LanConversationId *conversation);
/** Every person known now, kept or not. Returns: (transfer container) (element-type LanPersonRow). */
GPtrArray *lan_core_list_people (LanCore *core);
/** Returns: (transfer container) (element-type LanConversationRow). */
GPtrArray *lan_core_list_conversations (LanCore *core);
/** @text: (out) (nullable) (transfer none): status text of accepted people, "" when unknown. */
LanPresence lan_core_get_presence (LanCore *core, const LanAccountId *account, const char **text);
/** TRUE when records wait for @account, so that a channel is wanted. */
gboolean lan_core_has_waiting (LanCore *core, const LanAccountId *account);
/** What a person should see beside an own record that was read from the store. */
LanMessageState lan_core_record_state (LanCore *core, const LanRecordRow *row);
/** The device whose DH key a dial to @account may expect. Returns: number of @certs filled. */
guint lan_core_get_devices (LanCore *core, const LanAccountId *account, LanCert *certs, guint max);
/** FALSE for a device of a known person that is revoked, or no longer in their list. */
gboolean lan_core_is_active_device (LanCore *core, const LanAccountId *account,
                                    const LanDeviceId *device);
/** Which person has an accepted or known device with this DH key; FALSE: nobody known. */
gboolean lan_core_find_dh (LanCore *core, const guint8 *dh, LanAccountId *account,
                           LanDeviceId *device);

/* --- the devices of this account --- */

typedef struct {
  LanDeviceId id;
  const char *name; /* (nullable): what it is called; borrowed until the next call into core */
  gboolean self;    /* this one */
  gboolean active;  /* FALSE: revoked */
  gboolean online;  /* there is a channel to it, or it is this one */
  gint64 since_s;   /* start of its certificate, Unix seconds; 0: not known */
} LanOwnDevice;

/** Returns: (transfer full) (element-type LanOwnDevice): in the order of the device list. */
GArray *lan_core_list_devices (LanCore *core) G_GNUC_WARN_UNUSED_RESULT;

/** What this device is called, for the person's other devices. @name: clean, at most 64 bytes. */
void lan_core_set_device_name (LanCore *core, const char *name, const LanTime *now);

/** What another device of this account said that it is called, before it can say so itself. */
void lan_core_name_device (LanCore *core, const LanDeviceId *device, const char *name,
                           const LanTime *now);

/** @cert, of another device of this account, is known from now on: call lan_core_set_identity()
 * with the list that names it. */
void lan_core_add_own_cert (LanCore *core, GBytes *cert);

/** Certificates of all devices of this account that are known; borrowed. Returns: how many. */
guint lan_core_get_own_certs (LanCore *core, GBytes **certs, guint max);

/**
 * What all devices of this account go by: kept, and told to the others; OWN_SETTING is how it arrives
 * there. @key: 1 to 64 bytes, @value: at most 1,024. Nothing happens where it is known already.
 */
void lan_core_set_own_setting (LanCore *core, const char *key, const char *value,
                               const LanTime *now);

/* Frames and records that were dropped since the start, for `link.stats` and tests. */
typedef struct {
  guint64 frames_unknown;  /* of a newer version */
  guint64 frames_refused;  /* malformed, oversized or not allowed then */
  guint64 records_refused; /* bad signature, wrong link, wrong conversation */
  guint64 records_again;   /* had already */
  guint64 requests_over;   /* over a stranger's limits */
} LanCoreCounters;

const LanCoreCounters *lan_core_get_counters (LanCore *core);

G_END_DECLS
