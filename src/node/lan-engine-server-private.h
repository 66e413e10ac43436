/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the files of the engine's server side share. */
#pragma once

#include "lan-engine-server.h"

#include "lan-frame.h"
#include "lan-server-client.h"
#include "lan-server-name.h"
#include "lan-tcp-lane.h"

G_BEGIN_DECLS

/* What the directory says of one account. */
typedef struct {
  LanAccountId account;
  char *login, *title, *department; /* the last two may be NULL */
  guint level;
  gboolean is_active;
  const char *standing; /* static: "suspended", "left", NULL: active */
  gboolean is_watched;
  gboolean is_shown; /* on the owner's screen */
} LanColleague;

/* What the server says of where somebody is. */
typedef struct {
  LanAccountId account;
  LanPresence state;
  GArray *devices; /* of LanDeviceId, connected */
  guint session;   /* the login during which this was heard */
} LanServerPresence;

/* A lane that was dialled for the machine, or only to look at a key. */
typedef struct {
  LanEngine *engine;
  guint64 id; /* the machine's; 0: a look */
  LanServerDial dial;
  LanServerName *resolving; /* while a name is being looked up */
  LanChannel *channel;      /* NULL before that */
  gboolean is_up;
  GQueue waiting; /* of GBytes: frames that the channel did not take */
  gsize waiting_bytes;
  void (*looked) (LanEngine *engine, const guint8 *key, gpointer data); /* key NULL: in vain */
  gpointer data;
} LanServerLane;

struct _LanEngineServer {
  LanServerClient *client;
  LanServerLane *lane; /* the machine's, NULL: none */
  GPtrArray *looks;    /* of LanServerLane, owned */
  guint session;       /* logins so far */
  gboolean is_online;
  LanServerStatus told_status;
  gboolean must_tell;
  gboolean was_online; /* since the start: else it is CONNECTING */
  const char *warning; /* static; NULL: none */

  GTask *on_disk; /* succeeds as soon as all that was to be kept is; NULL: none */

  /* joining */
  struct _LanServerJoining *joining;

  /* people */
  GHashTable *colleagues; /* LanAccountId -> LanColleague, owned */
  GHashTable *presence;   /* LanAccountId -> LanServerPresence, owned */
  /* What says that a file lies here: transfer's LanMessageId -> LanRecordRow. */
  GHashTable *letters; /* still on their way; without content */
  GHashTable
      *early; /* came in one batch with their offer, of which the machine does not know yet */
  GHashTable *heard; /* LanDeviceId, owned: what sent signals during this login */
  gint64 sweep_us;   /* presence of other logins goes then; LAN_NO_DEADLINE: none */

  /* relay */
  gint64 post_sent_us;
  GPtrArray *relays; /* of LanRelay */
  char *stun_host;   /* numeric; NULL: none */
  guint16 stun_port;
  GHashTable *relay_hosts; /* name -> char *, numeric: as found last */
  GCancellable *relay_resolving;
};

/* --- lan-engine-server-lane.c --- */

/** Dials @address; the machine hears of it as lane @id. */
LanServerLane *lan_server_lane_new (LanEngine *engine, guint64 id, const LanServerAddress *address,
                                    const LanServerDial *dial);

/** Asks @address for its key; @looked comes once, and the lane is freed after it. */
void lan_server_lane_look (LanEngine *engine, const LanServerAddress *address,
                           void (*looked) (LanEngine *engine, const guint8 *key, gpointer data),
                           gpointer data);
void lan_server_lane_send (LanServerLane *lane, GBytes *bytes);
void lan_server_lane_free (LanServerLane *lane);

/* --- lan-engine-server-join.c --- */

/** ENROLLED, JOIN_FAILED or STATE: what it means for who joins. */
void lan_engine_server_on_enrolled (LanEngine *engine);
void lan_engine_server_on_join_failed (LanEngine *engine, guint32 refusal, guint32 retry_ms);
void lan_engine_server_on_join_state (LanEngine *engine);
gboolean lan_engine_server_is_joining (LanEngine *engine);
gint64 lan_engine_server_join_deadline (LanEngine *engine);
void lan_engine_server_join_due (LanEngine *engine);
void lan_engine_server_end_join (LanEngine *engine, GError *error);

/** (transfer full) @task: answered when what follows from the command is on disk. */
void lan_engine_server_reply_on_disk (LanEngine *engine, GTask *task);

/* --- lan-engine-server-refusal.c --- */

/** A sentence with what can be done. Returns: (transfer full). */
char *lan_server_refusal_text (guint32 refusal, guint32 retry_ms);
LanNodeError lan_server_refusal_error (guint32 refusal);

/** Returns: a static sentence for "equivocation", "rollback", "stale". */
const char *lan_server_warning_text (const char *code);

/* --- lan-engine-server-people.c --- */
void lan_engine_server_load_people (LanEngine *engine);
void lan_engine_server_on_person_action (LanEngine *engine, const LanServerClientAction *action);
void lan_engine_server_on_person_gone (LanEngine *engine, const LanServerClientAction *action);
void lan_engine_server_on_papers (LanEngine *engine, const LanServerClientAction *action);
void lan_engine_server_on_presence (LanEngine *engine, const LanServerClientAction *action);

/** A signal of this device came, or one for it could not be given. */
void lan_engine_server_note_device (LanEngine *engine, const LanDeviceId *device, gboolean here);

/** Login or its end: what was heard of presence is kept for a while. */
void lan_engine_server_on_session (LanEngine *engine, gboolean online);
void lan_engine_server_sweep (LanEngine *engine);
void lan_engine_server_forget_people (LanEngine *engine);
void lan_server_presence_free (LanServerPresence *presence);
void lan_colleague_free (LanColleague *colleague);

/* --- lan-engine-server-status.c --- */

/** Our status line for who is there, on all their devices. */
void lan_engine_server_tell_status (LanEngine *engine, const LanServerPresence *presence);
/** Theirs came. */
void lan_engine_server_on_status (LanEngine *engine, const LanAccountId *account,
                                  const LanFrame *frame);

/* --- lan-engine-server-mail.c --- */

/** Core learns whether there is a mailbox, and whether it can be reached. */
void lan_engine_server_update_mailbox (LanEngine *engine);

/** MAIL, STORED, DEPOSIT_REFUSED, BUNDLE, BUNDLE_REFUSED, PREKEYS. */
void lan_engine_server_on_mail (LanEngine *engine, const LanServerClientAction *action);

/* --- lan-engine-server-post.c --- */
void lan_engine_server_on_signal (LanEngine *engine, const LanServerClientAction *action);

/* --- lan-engine-server-relay.c --- */
void lan_engine_server_on_turn (LanEngine *engine, const LanServerClientAction *action);
void lan_engine_server_drop_relays (LanEngineServer *self);

/* --- lan-engine-server-devices.c --- */

/** The person's other devices are told which server this is. */
void lan_engine_server_tell_devices (LanEngine *engine);
/** The server shows the person's own device list. */
void lan_engine_server_on_own_papers (LanEngine *engine, const LanServerClientAction *action);

G_END_DECLS
