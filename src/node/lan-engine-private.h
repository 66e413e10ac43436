/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The engine from inside: what its parts share. Everything here is the engine's thread's own, but
 * for the block at the top, which the lock guards. One part per file: -open (opening and closing),
 * -commands (what the owner asks), -core (carries out core's actions), -store, -links (channels and
 * sessions), -discovery, -files, -people (what is told about people).
 */
#pragma once

#include "lan-engine.h"

#include "lan-core.h"
#include "lan-deadlines.h"
#include "lan-discovery.h"
#include "lan-disk.h"
#include "lan-link.h"
#include "lan-listener.h"
#include "lan-profile.h"
#include "lan-session.h"
#include "lan-store.h"
#include "lan-transfers.h"
#include "lan-vault.h"

G_BEGIN_DECLS

typedef enum {
  LAN_ENGINE_NEW,     /* waits for OPEN */
  LAN_ENGINE_OPENING, /* keys or history on their way */
  LAN_ENGINE_OPEN,
  LAN_ENGINE_CLOSING, /* waits for the history to be closed */
  LAN_ENGINE_CLOSED,  /* the thread ends after this turn */
} LanEngineStage;

struct _LanEngine {
  /* Shared by both threads, under lock. */
  gatomicrefcount refs; /* the owner's and the thread's */
  GMutex lock;
  GPtrArray *inbox;    /* of LanCommand */
  GPtrArray *delivery; /* of LanEvent, on their way to the owner */
  gboolean delivering; /* an idle is queued in the owner's context */
  gboolean released;
  gboolean finished; /* the thread has run its last turn */
  LanEngineEvents events_func;
  gpointer events_data;
  GMainContext *owner;
  GMainContext *context;
  GThread *thread;

  /* The engine's thread's own. */
  LanEngineConfig config;
  LanEngineStage stage;
  gboolean close_asked;
  GSource *turn;
  LanTime now;
  gint64 asleep_us;   /* CLOCK_BOOTTIME ahead of CLOCK_MONOTONIC: grows over a suspend */
  gint64 deadline_us; /* of .now's clock, LAN_NO_DEADLINE: none */
  gboolean dirty;     /* a turn is due */
  GPtrArray *events;  /* of LanEvent, collected in this turn */
  GError *open_error;
  gboolean vault_busy;        /* a worker has the vault */
  guint workers;              /* others under way: closing waits for them */
  gboolean new_keys_due;      /* and then a new device is to be made */
  gint64 drain_us;            /* closing waits for the disk until then */
  gint64 farewell_us;         /* closing waits for channels until then */
  LanPersonPresence presence; /* our own */
  char *status_text;

  LanAccountId self_id; /* once keys are open */
  GHashTable *unsaved;  /* LanMessageId -> text: written, and not yet on disk */
  LanProfile *profile;
  LanVault *vault;
  LanStore *store;
  LanCore *core;
  struct _LanEngineStore *stores;
  struct _LanEngineKeep *keep;
  struct _LanEngineOperations *operations;
  struct _LanEnginePeople *people;
  struct _LanEngineLinks *links;
  struct _LanEngineDiscovery *discovery;
  struct _LanEngineFiles *files;
  struct _LanEngineShare *shares;
  struct _LanEngineCalls *calls;
  struct _LanEngineLinking *linking; /* NULL: no device is being linked */
  struct _LanEngineServer *server;   /* the company's, joined or not */
};

/** Asserts that the caller is on the engine's thread. */
void lan_engine_check_thread (LanEngine *engine);

/** Reads both clocks; called once at each entry from outside (a socket, a timer, a command). */
void lan_engine_read_clock (LanEngine *engine);

/** Something was put into a machine: its actions are carried out in the next turn. */
void lan_engine_touch (LanEngine *engine);

/** (transfer full) @event: goes out with the batch of this turn. */
void lan_engine_tell (LanEngine *engine, LanEvent *event);
void lan_engine_notice (LanEngine *engine, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** Answers @task (transfer full): without an error, or with @error (transfer full). */
void lan_engine_reply (LanEngine *engine, GTask *task, GError *error);

/** The thread ends after this turn; CLOSED is told last. */
void lan_engine_finish (LanEngine *engine);

/* --- lan-engine-open.c --- */

/** Core, links and record go on with what the vault holds now. */
void lan_engine_new_identity (LanEngine *engine, gboolean new_device);

/** Tells the owner who one is. */
void lan_engine_tell_self (LanEngine *engine);
void lan_engine_open (LanEngine *engine, const char *name, const char *passphrase);
void lan_engine_close (LanEngine *engine);

/* --- lan-engine-commands.c --- */

/** @message could not be kept: the owner gets it back, marked as failed, with its text. */
void lan_engine_give_back (LanEngine *engine, const LanAccountId *peer,
                           const LanMessageId *message);
void lan_engine_execute (LanEngine *engine, LanCommand *command);

G_END_DECLS
