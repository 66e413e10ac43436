/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sealed mail for people whose computers are off (SECURITY section 5): LanCore's doors to a server's
 * mailbox. What waits for a device that no channel leads to is sealed for it and left there; what
 * was left for this device is opened and takes the same way as any other record. A message that
 * comes by channel and by mail is one message, because its place in its author's log is one.
 *
 *   core --WANT_BUNDLE--> server --lan_core_bundle()--> core --DEPOSIT--> server
 *   server --lan_core_deposit_stored()--> core: 'left at the server', kept on disk
 *   server --lan_core_mail()--> core --COMMIT--> store --> MAIL_ACK --> server
 *   server --lan_core_prekeys_left()--> core --COMMIT--> store --> PUBLISH_PREKEYS --> server
 *
 * Mail is only a carrier: 'delivered' still comes from the other's vector or read-up-to record, and
 * what is lost on the way is given at the next meeting. One thread, the rules of lan-core.h.
 */
#pragma once

#include "lan-core.h"

G_BEGIN_DECLS

#define LAN_MAIL_ID_BYTES 16 /* of a deposit */

typedef enum {
  LAN_MAILBOX_NONE, /* no server, or it was left: what is under way is forgotten */
  LAN_MAILBOX_AWAY, /* cannot be reached now: what is under way stays so */
  LAN_MAILBOX_OPEN,
} LanMailbox;

/** NONE at first. OPEN looks at once for what waits; call it at each login. */
void lan_core_set_mailbox (LanCore *core, LanMailbox mailbox, const LanTime *now);

/* ---- own prekeys ---- */

/**
 * What the server says it has of this device: one-time prekeys, and when the signed one expires
 * (Unix seconds, 0: none). PUBLISH_PREKEYS follows when there is too little.
 */
void lan_core_prekeys_left (LanCore *core, guint one_time, gint64 signed_expires_s,
                            const LanTime *now);

/* ---- leaving mail ---- */

/**
 * Answer to WANT_BUNDLE. @signed_prekey: LSP1; @one_time: (nullable): 36 bytes. Neither has been
 * looked at; a bundle that is not the device's own is refused here.
 */
void lan_core_bundle (LanCore *core, const LanDeviceId *device, GBytes *signed_prekey,
                      GBytes *one_time, const LanTime *now);
/** @retry_ms: 0: the device has no prekeys there, ask again much later. */
void lan_core_bundle_refused (LanCore *core, const LanDeviceId *device, guint32 retry_ms,
                              const LanTime *now);

/** Answers to DEPOSIT; ids of others are ignored. */
void lan_core_deposit_stored (LanCore *core, const guint8 id[LAN_MAIL_ID_BYTES],
                              const LanTime *now);
/** It will not be stored; tried again after @retry_ms (0: in an hour). */
void lan_core_deposit_refused (LanCore *core, const guint8 id[LAN_MAIL_ID_BYTES], guint32 retry_ms,
                               const LanTime *now);

/* ---- taking mail ---- */

/** One envelope from the mailbox. MAIL_ACK with @id follows once it is done with. */
void lan_core_mail (LanCore *core, guint64 id, GBytes *envelope, const LanTime *now);

/**
 * The server has lost what was left there (it came back from a backup, or says so): whatever the other
 * is not known to have is left once more.
 */
void lan_core_mail_lost (LanCore *core, const LanTime *now);

/* For `link.stats` and tests. */
typedef struct {
  guint64 deposits;   /* sealed and given out */
  guint64 stored;     /* of these */
  guint64 received;   /* envelopes that came, each once */
  guint64 unreadable; /* for keys that are not here (any more), or damaged */
  guint64 refused;    /* from nobody known, or somebody blocked or revoked */
  guint waiting;      /* received, and not done with yet */
  guint under_way;    /* given out, and not stored yet */
} LanMailCounters;

void lan_core_get_mail_counters (LanCore *core, LanMailCounters *out);

G_END_DECLS
