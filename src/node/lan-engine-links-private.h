/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the files of the engine's channels and sessions share. */
#pragma once

#include "lan-engine-links.h"
#include "lan-hello.h"
#include "lan-seen-ts.h"

G_BEGIN_DECLS

typedef struct _LanPeer LanPeer;

/* What a deadline of the links is for; the key is a peer or a channel. */
typedef enum {
  LAN_LINKS_DUE_SESSION, /* peer */
  LAN_LINKS_DUE_DOUBT,   /* peer */
  LAN_LINKS_DUE_LINGER,  /* channel */
} LanLinksDue;

/* A lane or a link. Freed when it has ended. */
typedef struct {
  guint64 id; /* for core and transfers */
  LanEngine *engine;
  LanChannel *channel;
  LanPeer *peer;     /* NULL: not known whose it is */
  guint64 handle;    /* of the peer's session; 0 for links */
  LanLinkId link_id; /* of a link */
  guint64 candidate; /* discovery's, for a probe; else 0 */
  gboolean dialled;  /* by us */
  gboolean up;       /* core knows it */
  gboolean identified;
  gboolean ending;      /* closed by us; its end is no news to the session */
  gboolean is_doubted;  /* asked whether it lives, and no answer has come since */
  gboolean has_stirred; /* but something has: it may have been on its way already */
  gboolean lingers;     /* a probe that has told who it is, and that nobody wants: ends soon */
  gboolean is_used;     /* the other side sent something that needs a channel */
  LanAccountId account; /* once identified */
  LanDeviceId device;
  guint8 dh[LAN_KEY_BYTES];
  guint32 caps;
  guint64 dir_epoch; /* of its HELLO: the directory as it was shown to them */
  guint8 dir_root[16];
  GQueue waiting;      /* of GBytes: chat frames that the channel did not take */
  gsize waiting_bytes; /* what they cost */
  gboolean is_deaf;    /* more of them than we keep: its end is asked for */
  gint64 started_us;
  gint64 opened_us; /* how long it took */
  gint64 up_ms;
  guint64 bytes_sent;
  guint64 bytes_received;
} LanEngineChannel;

struct _LanPeer {
  LanEngine *engine;
  LanDeviceId device;
  LanAccountId account;
  LanSession *session;
  GPtrArray *channels; /* of LanEngineChannel, not owned */
  gboolean touched;
  gboolean doubt_waits;   /* something spoke for its end while we were moving: ask then */
  const char *told_state; /* as told to the owner */
  const char *told_path;
};

struct _LanEngineLinks {
  LanListener *listener;
  LanLocalKeys keys;
  LanSessionPool pool;
  LanDeadlines *deadlines;
  GHashTable *channels;     /* id -> LanEngineChannel, owned */
  GHashTable *peers;        /* LanDeviceId -> LanPeer, owned */
  GHashTable *wants;        /* LanAccountId (owned) -> LanWant bits */
  GHashTable *device_wants; /* set of LanDeviceId, owned: records wait for these */
  LanSeenTs *seen_ts;
  LanSeenTs *signal_ts;
  GPtrArray *touched; /* of LanPeer */
  guint64 next_id;
  gint64 moved_us; /* when our own network changed last */
  guint8 own_ts[LAN_TS_BYTES];
  guint8 own_ts_kept[LAN_TS_BYTES]; /* what is on disk: own_ts stays below it */
};

/* --- lan-engine-channels.c --- */
LanEngineChannel *lan_engine_channel_new (LanEngine *engine, LanChannel *channel, LanPeer *peer,
                                          guint64 handle);

/** The same for one that the caller made and zeroed. */
void lan_engine_channel_init (LanEngineChannel *c, LanEngine *engine, LanChannel *channel,
                              LanPeer *peer, guint64 handle);
LanEngineChannel *lan_engine_channel_find (LanEngine *engine, guint64 id);

/**
 * Whether @c is to be used rather than @than (nullable) to the same person: a link before a lane, for it may be the
 * only one that stays; of two alike the newer, for the older may lead to a program that was killed.
 */
gboolean lan_engine_channel_is_better (const LanEngineChannel *c, const LanEngineChannel *than);

/** Says END, then it goes away by itself. */
void lan_engine_channel_end (LanEngineChannel *c);

/** Ends its being without a word to its session. */
void lan_engine_channel_drop (LanEngineChannel *c);

/** It is dead although it does not know: its session hears that it failed. */
void lan_engine_channel_break (LanEngineChannel *c, LanSessionFail fail);
void lan_engine_channel_on_up (LanEngineChannel *c, const LanChannelPeer *peer);
void lan_engine_channel_free (LanEngineChannel *c);

/* --- lan-engine-hello.c --- */
void lan_engine_hello_load (LanEngine *engine, const LanSnapshot *snapshot);
void lan_engine_hello (LanHello *out, gpointer engine);

/** Whether @dh is a device of somebody whom core knows; @engine: LanEngine. */
gboolean lan_engine_hello_is_known (const guint8 *dh, gpointer engine);

/** The next timestamp of ours, for a handshake or a signal. */
void lan_engine_hello_ts (LanEngine *engine, guint8 ts[LAN_TS_BYTES]);

/** TRUE when @ts is newer than the newest seen of @dh. */
gboolean lan_engine_hello_is_new (LanEngine *engine, const guint8 *dh, const guint8 *ts);
void lan_engine_hello_note (LanEngine *engine, const guint8 *dh, const guint8 *ts);

/* The same for signals that were sealed and carried (IK1's rule, with a row of its own). */
gboolean lan_engine_signal_is_new (LanEngine *engine, const guint8 *dh, const guint8 *ts);
void lan_engine_signal_note (LanEngine *engine, const guint8 *dh, const guint8 *ts);

/* --- lan-engine-doubt.c --- */

/** Asks the peer's link whether it lives. */
void lan_engine_peer_doubt (LanPeer *peer);
/** A frame of @type came by @c: does it speak for its other end? */
void lan_engine_channel_doubt_heard (LanEngineChannel *c, LanFrameType type);

/** The time for the answer is over. */
void lan_engine_peer_judge (LanPeer *peer);

/** A lane of the peer is gone: links that are being made and have no way for signals go too. */
void lan_engine_peer_strand (LanPeer *peer);

/* --- lan-engine-sessions.c --- */
LanPeer *lan_engine_peer_ensure (LanEngine *engine, const LanAccountId *account,
                                 const LanDeviceId *device, const guint8 *dh);
void lan_engine_peer_free (LanPeer *peer);
void lan_engine_peer_touch (LanPeer *peer);

/** TRUE when somebody has a use for a channel to @peer. */
gboolean lan_engine_peer_is_wanted (LanPeer *peer);

/** Keeps an address that worked for the next start. */
void lan_engine_links_keep_address (LanEngine *engine, const LanAccountId *account,
                                    const LanDeviceId *device, const char *address, guint16 port);

/** Gives a channel whose end is known now to its peer's session. */
void lan_engine_peer_take (LanPeer *peer, LanEngineChannel *c);

/** A lane that lingered is of use after all. */
void lan_engine_peer_adopt (LanEngineChannel *c);

/* --- lan-engine-signals.c --- */
LanEngineChannel *lan_engine_peer_find_lane (LanPeer *peer, guint64 handle);

/** OFFER_LINK and ANSWER_LINK. */
void lan_engine_peer_make_link (LanPeer *peer, const LanSessionAction *action);

/** MOVE_LINK, RESUME_LINK and CLOSE_LINK. */
void lan_engine_peer_with_link (LanPeer *peer, const LanSessionAction *action);
void lan_engine_peer_give_signal (LanPeer *peer, const LanSessionSignal *signal);
void lan_engine_peer_send_signal (LanPeer *peer, const LanSessionAction *action);

/* --- lan-engine-links.c --- */

/** Tells the owner when the state of the way to the person has changed. */
void lan_engine_peer_tell_state (LanPeer *peer);

G_END_DECLS
