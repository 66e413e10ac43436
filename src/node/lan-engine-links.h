/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Channels and the sessions that decide about them. A *peer* is one remote device with its
 * LanSession; a *channel* is a lane or a link. A channel that somebody else dialled, or that was
 * dialled to an unknown address, belongs to no peer until core has identified its other end.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEngineLinks LanEngineLinks;

/* Bits: why a channel to a person is wanted. */
typedef enum {
  LAN_WANT_RECORDS = 1 << 0, /* core has something to send */
  LAN_WANT_FILES = 1 << 1,   /* a transfer is to go on */
  LAN_WANT_VIEW = 1 << 2,    /* their conversation is being looked at: an idle lane will do */
  LAN_WANT_SIGN = 1 << 3,   /* found by a typed address: only a lane shows whether they are there */
  LAN_WANT_SHARES = 1 << 4, /* a shared folder has news for them, or wants theirs */
  LAN_WANT_CALL = 1 << 5,   /* there is a call */
} LanWant;

/** Listens. Returns: FALSE with NETWORK when the port cannot be had. */
gboolean lan_engine_links_open (LanEngine *engine, GError **error);

/** Ends every channel in order; lan_engine_links_count() tells when all are gone. */
void lan_engine_links_shut (LanEngine *engine);
guint lan_engine_links_count (LanEngine *engine);
void lan_engine_links_free (LanEngine *engine);

guint16 lan_engine_links_port (LanEngine *engine);
void lan_engine_links_load (LanEngine *engine, const LanSnapshot *snapshot);

/* --- what core and transfers ask --- */
void lan_engine_links_send (LanEngine *engine, guint64 channel, GBytes *bytes,
                            LanSendPriority priority);
void lan_engine_links_send_file (LanEngine *engine, guint64 channel, GBytes *frame, gboolean bulk);

/** Bytes of bulk frames that @channel takes now. */
gsize lan_engine_links_room (LanEngine *engine, guint64 channel);
void lan_engine_links_close (LanEngine *engine, guint64 channel, LanFarewell reason,
                             guint32 retry_ms);
/** Core has something to send to @device, a zero one: to any of the person's. */
void lan_engine_links_want_device (LanEngine *engine, const LanAccountId *account,
                                   const LanDeviceId *device, gboolean on);
void lan_engine_links_want (LanEngine *engine, const LanAccountId *account, LanWant want,
                            gboolean on);
void lan_engine_links_identified (LanEngine *engine, guint64 channel, const LanAccountId *account,
                                  const LanDeviceId *device);
void lan_engine_links_on_signal (LanEngine *engine, const LanCoreAction *frame);

/** Trust, block or favourite of @account may have changed. */
void lan_engine_links_on_person (LanEngine *engine, const LanAccountId *account);

/* --- what discovery sees --- */
void lan_engine_links_add_address (LanEngine *engine, const LanAccountId *account,
                                   const char *address, guint16 port, gboolean seen);
void lan_engine_links_lose_address (LanEngine *engine, const LanAccountId *account,
                                    const char *address, guint16 port);
void lan_engine_links_set_hidden (LanEngine *engine, const LanAccountId *account, gboolean hidden);

/**
 * Dials addresses ("address port", element-type utf8) of somebody unknown by XX to learn who it is.
 * Discovery hears of the outcome by lan_engine_discovery_probed().
 */
void lan_engine_links_probe (LanEngine *engine, guint64 candidate, GPtrArray *addresses);

/** TRUE when a channel to @account is up. */
gboolean lan_engine_links_is_up (LanEngine *engine, const LanAccountId *account);
void lan_engine_links_network_changed (LanEngine *engine);
void lan_engine_links_resumed (LanEngine *engine);

/** Something speaks for @account's end: their links are asked, and ended when nothing answers. */
void lan_engine_links_doubt (LanEngine *engine, const LanAccountId *account);

/* --- what the owner is told --- */
void lan_engine_links_describe (LanEngine *engine, const LanAccountId *account, const char **path,
                                gint64 *rtt_us);

/** Returns: (transfer full). */
LanPersonStats *lan_engine_links_stats (LanEngine *engine, const LanAccountId *account);

/** Our own device changed: everything is dialled again with the new keys. */
void lan_engine_links_new_device (LanEngine *engine);

gboolean lan_engine_links_run (LanEngine *engine);
gint64 lan_engine_links_deadline (LanEngine *engine);

G_END_DECLS
