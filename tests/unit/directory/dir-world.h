/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A company in one process: one or two servers (the second shows another directory under the same
 * keys), client machines, lanes that deliver in order, virtual time. A test may hold the server down,
 * change what it says, and look at what each client was told.
 */
#pragma once

#include "dir-store.h"
#include "lan-org-key.h"
#include "lan-server-client.h"

G_BEGIN_DECLS

#define DIR_VIEWS 2

typedef struct _DirWorld DirWorld;
typedef struct _DirClient DirClient;

/* May change what a server sends to @client. Returns: (transfer full) (nullable): NULL: lost. */
typedef GBytes *(*DirTamper) (DirClient *client, GBytes *frame, gpointer data);

typedef struct {
  LanRegistry *registry;
  DirStore *store;
} DirServer;

struct _DirWorld {
  LanSeededRandom random;
  LanTime now;
  LanOrgKey *root;
  LanIssuerKey *issuer_key;
  GBytes *issuer_cert;
  LanIssuerKey *offline_key; /* level 2 */
  LanIssuer offline;
  GBytes *offline_cert;
  guint8 server_public[32];
  GBytes *server_cert; /* LSK1 of it, from dir_world_renew_key() on */
  LanRegistryLimits limits;
  gboolean auto_attest;
  guint64 epoch_floor; /* of servers that are started from now on */
  DirServer servers[DIR_VIEWS];
  gboolean is_down;
  gboolean holds_jobs; /* password jobs wait for dir_world_run_jobs() */
  GQueue jobs;
  gboolean holds_ops; /* answers of the storage wait for dir_world_release() */
  GQueue ops[DIR_VIEWS];
  GPtrArray *clients;
  GArray *events; /* of LanRegistryEvent */
  guint64 next_handle;
  LanRefusal admin_refusal; /* of the last ADMIN action */
  LanUserId admin_uid;
  guint admin_answers;
};

struct _DirClient {
  DirWorld *world;
  char *name;
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *cert;
  GBytes *list;
  LanServerClient *machine;
  GHashTable *settings; /* what it keeps */
  guint view;
  guint64 lane;   /* the client's handle of its present lane, 0: none */
  guint64 handle; /* the server's */
  LanRegistryConn *conn;
  guint conn_view;
  GQueue inbox;    /* of GBytes */
  GPtrArray *told; /* of LanServerClientAction */
  DirTamper tamper;
  DirTamper tamper_up; /* the same for what it sends */
  gpointer tamper_data;
  guint dials;
  gboolean is_cut_off; /* its dials fail */
};

DirWorld *dir_world_new (guint64 seed);
void dir_world_free (DirWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DirWorld, dir_world_free)

/** Starts server @view with what its store holds. */
LanStatus dir_world_start (DirWorld *world, guint view);
/** The server process is gone (its store stays); every lane breaks. */
void dir_world_kill (DirWorld *world, guint view);

/**
 * The lanes have another key from now on, which @root, or the company's where it is NULL, has signed under
 * number @seq; open lanes stay, and hear of it if @tells.
 */
void dir_world_renew_key (DirWorld *world, const LanOrgKey *root, guint64 seq, gboolean tells);

DirClient *dir_world_add (DirWorld *world, const char *name);
/** A second device of @of's account, in a new list of both; not yet enrolled. */
DirClient *dir_world_add_device (DirWorld *world, DirClient *of, const char *name);
/** The program of @client starts anew with what it kept. */
void dir_client_restart (DirClient *client);
/** A new list and certificate of its device. */
void dir_client_reissue (DirClient *client, const char *name, gboolean revoke_self);

/** Until nothing moves. */
void dir_world_run (DirWorld *world);
/** In steps of at most 100 ms of virtual time. */
void dir_world_pass (DirWorld *world, gint64 ms);
void dir_world_release (DirWorld *world);
void dir_world_run_jobs (DirWorld *world);

/** Makes an invite at server @view. @login may be "". */
void dir_world_invite (DirWorld *world, guint view, const char *login, guint8 code[16]);
/** Enrols by an invite for @login and runs until it is online. */
void dir_client_join (DirClient *client, const char *login);
void dir_client_join_with (DirClient *client, const char *login, const guint8 *code,
                           const guint8 *secret);
void dir_world_change (DirWorld *world, guint view, const LanRegistryAccountChange *change);
/** A LAT1 of the offline tool for @client. */
GBytes *dir_world_attest (DirWorld *world, DirClient *client, const char *login, guint64 seq,
                          gboolean with_wrong_key);

/** A head that the server's key signs over its log and @entry, whatever that is. */
GBytes *dir_world_next_head (DirWorld *world, guint view, GBytes *entry);

/** A frame from nowhere, as if the server had sent it. */
void dir_client_inject (DirClient *client, const LanServerFrame *frame);
/** Cuts its lane. */
void dir_client_break (DirClient *client);

/** Returns: (transfer none) (nullable): what it was told of @type, the @nth from 0. */
const LanServerClientAction *dir_client_told (DirClient *client, LanServerClientActionType type,
                                              guint nth);
guint dir_client_count (DirClient *client, LanServerClientActionType type);
guint dir_client_warned (DirClient *client, LanDirectoryWarning kind);
void dir_client_forget (DirClient *client);
LanUserId dir_client_uid (DirClient *client);

G_END_DECLS
