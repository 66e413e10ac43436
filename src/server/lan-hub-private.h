/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The inside of the running server, shared by its lan-hub*.c files. */
#pragma once

#include "lan-hub-gate.h"
#include "lan-hub-log.h"
#include "lan-hub-store.h"
#include "lan-hub.h"
#include "lan-invite.h"
#include "lan-registry.h"
#include "lan-slim-lane.h"

#include <uv.h>

G_BEGIN_DECLS

#define LAN_HUB_READ_BYTES 65536

typedef struct _LanHubConn LanHubConn;
typedef struct _LanHubRelayChild LanHubRelayChild;
typedef struct _LanHubHttp LanHubHttp;
typedef struct _LanHubControl LanHubControl;

typedef struct {
  guint64 accepted;
  guint64 refused[LAN_HUB_GATE_N];
  guint64 handshakes;
  guint64 handshakes_failed;
  guint64 bytes_in, bytes_out;
  guint64 writes;
  guint64 dropped_slow; /* clients that did not read */
  guint64 relay_starts;
} LanHubCounters;

struct _LanHub {
  LanHubConfig *config;
  LanHubKeys *keys;
  GPtrArray *old_keys; /* of LanHubKeys: the registry may still hold their issuers */
  guint8 net_id[LAN_NET_ID_BYTES];
  int lock_fd;
  gboolean serves;

  uv_loop_t loop;
  uv_timer_t deadline; /* of the registry */
  gint64 deadline_us;  /* what it is set to */
  uv_timer_t tick;     /* handshakes, counters */
  uv_prepare_t prepare;
  uv_check_t check;
  uv_async_t answers; /* of the store */
  uv_signal_t signals[3];
  uv_tcp_t *listeners;
  guint n_listeners;
  LanTime turn_time;
  guint64 turn_stamp; /* the loop's own time when turn_time was read */
  gint64 stopping_us; /* 0, or when the patience with what is under way ends */
  gboolean is_over;

  LanRegistry *registry;
  LanHubStore *store;
  LanHubGate *gate;
  LanSlimPool *pool;
  LanHubControl *control;
  LanHubRelayChild *relay;
  LanHubHttp *http;
  GHashTable *commands; /* ticket -> LanHubCommand */
  guint64 next_ticket;
  guint jobs; /* under way */

  GQueue handshaking; /* of LanHubConn, oldest first */
  GPtrArray *dirty;   /* of LanHubConn with something to write */
  GPtrArray *unread;  /* of LanHubConn with more to read than one turn takes */
  GPtrArray *closed;  /* of LanHubConn, freed at the end of the turn */
  LanHubConn *open;   /* all that are not closed, by next */
  int poll_fd;        /* connections, and the loop's own descriptor */
  GPtrArray *buffers; /* spare GByteArrays */
  guint conns;
  LanHubCounters counters;
  guint8 *read_buffer; /* one for all connections */
};

typedef enum {
  CONN_HANDSHAKE,
  CONN_OPEN,
  CONN_CLOSED, /* freed at the end of the turn */
} ConnState;

/* What a frame needs lies in front, in one line of the cache. */
struct _LanHubConn {
  LanHub *hub;
  LanRegistryConn *peer; /* registry's; NULL before and after */
  LanSlimLane *slim;
  GByteArray *out; /* sealed and not written; NULL when empty */
  int fd;          /* -1: closed */
  guint8 state;
  guint8 is_dirty : 1;
  guint8 has_spoken : 1;
  guint8 is_finished : 1;    /* the gate knows that it logged in */
  guint8 is_full : 1;        /* the registry knows that the queue is long */
  guint8 is_ending : 1;      /* close when all is written */
  guint8 is_listed : 1;      /* the listener accepted it */
  guint8 is_shut : 1;        /* our side of the stream has ended */
  guint8 is_blocked : 1;     /* the kernel did not take everything: out waits for it */
  guint8 was_blocked : 1;    /* .. since out was empty */
  guint8 is_hung_up : 1;     /* there will be an end when everything is read */
  guint8 is_unread : 1;      /* in the hub's list */
  LanLane *lane;             /* until the keys are there */
  GList *link;               /* in handshaking */
  LanHubConn *next, *before; /* among the open ones */
  LanHubGateKey key;
  guint32 accepted_ms; /* of the monotonic clock, for the handshake's deadlines */
};

void lan_hub_now (LanTime *now);

/** The same as it was when this turn of the loop woke up: at most a millisecond old, and cheap. */
void lan_hub_turn_time (LanHub *hub, LanTime *now);

/** Carries out what the registry wants; after every call into it, at the latest when a batch ends. */
void lan_hub_drain (LanHub *hub);
/** What was put together in this turn goes out, and who was closed is freed. */
void lan_hub_end_turn (LanHub *hub);
/** From any thread: the store has answers for @hub. */
void lan_hub_wake (gpointer hub);
void lan_hub_tick_every (LanHub *hub, guint ms);
void lan_hub_loop_init (LanHub *hub);

/** Limits of @config to registry and gate. */
void lan_hub_apply_limits (LanHub *hub);
/** Takes over an issuer that stands in the state folder now. */
gboolean lan_hub_reload_keys (LanHub *hub, GError **error);
/** Reads the configuration and the issuer's key again. FALSE: nothing has changed, and why. */
gboolean lan_hub_reload (LanHub *hub, GError **error);
void lan_hub_stop (LanHub *hub);

/* lan-hub-listen.c */
gboolean lan_hub_listen (LanHub *hub, GError **error);

/* lan-hub-conn.c */
void lan_hub_conn_end (LanHubConn *conn);
void lan_hub_conn_logged_in (LanHubConn *conn);
const char *lan_hub_conn_address (LanHubConn *conn, char *text, gsize len);
void lan_hub_conns_tick (LanHub *hub, gint64 now_us);
void lan_hub_conns_drop_all (LanHub *hub);
/** The registry hears of it; memory goes with lan_hub_conns_reap(). @failed: counts against the address. */
void lan_hub_conn_close (LanHubConn *conn, gboolean failed);

/** What came, as far as one turn takes it. */
void lan_hub_conn_read (LanHubConn *conn);
/** (transfer full) @fd: a new connection from @address. */
void lan_hub_conn_accept (LanHub *hub, int fd, const struct sockaddr *address);
/** Frees those that were closed; nobody may hold one. */
void lan_hub_conns_reap (LanHub *hub);

/* lan-hub-poll.c */
gboolean lan_hub_poll_init (LanHub *hub);
void lan_hub_poll_clear (LanHub *hub);
gboolean lan_hub_poll_add (LanHubConn *conn);
/** Waits as long as libuv may, and reads what came; libuv's own turn is the caller's. */
void lan_hub_poll_turn (LanHub *hub);

/* lan-hub-conn-write.c */
/** The kernel takes something again. */
void lan_hub_conn_unblock (LanHubConn *conn);
void lan_hub_conn_send (LanHubConn *conn, const guint8 *frame, gsize len, gboolean idle);
void lan_hub_conns_flush (LanHub *hub);
/** Returns: (transfer none): what is appended here is written at the end of the turn. */
GByteArray *lan_hub_conn_out (LanHubConn *conn);
/** (transfer full) @buffer: among the spare ones, or freed. */
void lan_hub_give_buffer (LanHub *hub, GByteArray *buffer);

/* lan-hub-commands.c: answers of the registry */
void lan_hub_command_done (LanHub *hub, const LanRegistryAction *action);
void lan_hub_commands_clear (LanHub *hub);

/* lan-hub-control.c */
LanHubControl *lan_hub_control_new (LanHub *hub, GError **error);
void lan_hub_control_close (LanHubControl *control);

/* lan-hub-relay.c */
LanHubRelayChild *lan_hub_relay_new (LanHub *hub);
void lan_hub_relay_reload (LanHubRelayChild *relay);
void lan_hub_relay_close (LanHubRelayChild *relay); /* ends coturn; frees itself in the loop */

/* lan-hub-http.c */
LanHubHttp *lan_hub_http_new (const char *address, GError **error);
void lan_hub_http_free (LanHubHttp *http);
void lan_hub_http_publish (LanHub *hub); /* what /metrics and /healthz say from now on */

G_END_DECLS
