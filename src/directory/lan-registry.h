/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanRegistry: the rendezvous server without I/O. Connections, frames, answers of the storage and the
 * time go in; frames, operations (lan-registry-op.h) and password jobs come out of a queue of
 * actions. See SERVER-PROTOCOL.md for what it says, README.md of this folder for how it is made.
 *
 *   lanes --connect, frame, writable, disconnect--> | LanRegistry | --SEND, CLOSE--> lanes
 *   storage --load, op_done-----------------------> |             | --OP--> storage
 *   workers --job_done----------------------------> |             | --JOB--> workers
 *   administrator --admin_...---------------------> |             | --ADMIN, EVENT--> administrator, log
 *
 * After any call, drain lan_registry_next_action() and look at lan_registry_next_deadline() again.
 * One thread. Nothing here blocks, and nothing a remote party sends makes it assert.
 */
#pragma once

#include "lan-deadlines.h"
#include "lan-directory-restart.h"
#include "lan-issuer.h"
#include "lan-random.h"
#include "lan-registry-op.h"
#include "lan-server-frame.h"

G_BEGIN_DECLS

/* What may be set by configuration; benchmarks raise some. */
typedef struct {
  guint login_failures;      /* 5 for each login in .. */
  gint64 login_window_us;    /* .. 15 min, then a delay that doubles up to .. */
  gint64 login_delay_max_us; /* .. 1 h */
  guint address_attempts;    /* 20 enrolments a minute for each address */
  guint password_jobs;       /* 2 for each core at once */
  guint password_queue;      /* 32, then busy */
  guint device_connections;  /* 4 */
  guint deposit_burst;       /* 5,000 for each device .. */
  guint deposit_rate;        /* .. 50 a second */
  guint signal_burst;        /* 2,000 for each device .. */
  guint signal_rate;         /* .. 200 a second */
  guint request_burst;       /* 500 for each device, everything else that asks .. */
  guint request_rate;        /* .. 20 a second */
  guint piece_burst;         /* 2,048 pieces of blobs for each device .. */
  guint piece_rate;          /* .. 256 a second */
  guint bundles_per_hour;    /* 5 for each requester and account asked for */
  guint64 mailbox_bytes;     /* 64 MiB for each device */
  gint64 mail_life_ms;       /* 30 days */
  guint64 blob_bytes;        /* 64 MiB, the largest blob */
  guint64 blob_quota;        /* 256 MiB for each account */
  gint64 blob_life_ms;       /* 30 days */
  guint subscriptions;       /* 4,096 for each connection */
  guint presence_turn;       /* 4,096 presence frames at most in one turn */
  gint64 login_deadline_us;  /* 10 s from connection to Login or Enrol */
  gint64 idle_us;            /* 90 s without a frame, then closed */
} LanRegistryLimits;

void lan_registry_limits_default (LanRegistryLimits *limits);

/* Borrowed for the registry's life where a pointer; lan_registry_set_turn() and _set_limits() change
 * these two later. */
typedef struct {
  guint8 server_public[32]; /* static key of the lanes */
  guint8 org_root[32];      /* public half of the offline key */
  const char *org_name;
  const LanIssuerKey *issuer; /* online, level 1: signs heads; NULL: no directory */
  GBytes *issuer_cert;        /* its LIK1; NULL without an issuer */
  gboolean auto_attest;       /* who enrols gets a level 1 attestation at once */
  guint64 epoch_floor;        /* no head is made below it: set when restored from a backup */
  const LanRandom *random;
  LanRegistryLimits limits;
} LanRegistryConfig;

typedef struct _LanRegistry LanRegistry;

/* One connection. Belongs to the registry; valid from connect to disconnect. */
typedef struct _LanRegistryConn LanRegistryConn;

LanRegistry *lan_registry_new (const LanRegistryConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_registry_free (LanRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanRegistry, lan_registry_free)

/* ---- start: rows in the order account, device, hidden, entry (ascending), head (ascending) ---- */

/** Borrows @row. Not OK: the database contradicts itself, do not start (SERVER-PROTOCOL.md 2). */
LanStatus lan_registry_load (LanRegistry *registry,
                             const LanRegistryRow *row) G_GNUC_WARN_UNUSED_RESULT;

/** After the last row. Not OK: log and newest head do not belong together, do not start. */
LanStatus lan_registry_start (LanRegistry *registry, const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** Says goodbye to everybody (STOPPING) and takes nothing new; operations under way still end. */
void lan_registry_stop (LanRegistry *registry, guint32 retry_ms, const LanTime *now);

/** Operations and jobs that have not come back. */
guint lan_registry_pending (const LanRegistry *registry);

void lan_registry_set_limits (LanRegistry *registry, const LanRegistryLimits *limits);

/** coturn's shared secret and the addresses to hand out; NULL secret: no relay. Copies. */
void lan_registry_set_turn (LanRegistry *registry, const char *secret, const char *const *uris,
                            guint32 life_s);

/* ---- connections ---- */

/**
 * A lane of kind 3 is established. @handle: the shell's, comes back in actions.
 * @remote_static: what XK proved (32 bytes); NULL: NK, enrolment.
 * @handshake_hash: 64 bytes, NK only (copied when NK). @address: numeric, without port, for limits and Welcome.
 * Returns: (transfer none): pass it to the calls below.
 */
LanRegistryConn *lan_registry_connect (LanRegistry *registry, guint64 handle,
                                       const guint8 *remote_static, const guint8 *handshake_hash,
                                       const char *address, guint16 port, const LanTime *now);

/** One frame of the lane. Returns: TRUE when what it caused can wait for other frames: a signal to pass on, or nothing. */
gboolean lan_registry_frame (LanRegistry *registry, LanRegistryConn *conn, const guint8 *data,
                             gsize len, const LanTime *now);

/** Asks the processor for what a frame of @conn will need. */
void lan_registry_warm (const LanRegistryConn *conn);

/** The lane's queue is above (FALSE) or again below (TRUE) its comfortable size: presence is shed. */
void lan_registry_writable (LanRegistry *registry, LanRegistryConn *conn, gboolean writable,
                            const LanTime *now);

/** The socket is gone. @conn is invalid afterwards; no action for its handle follows. */
void lan_registry_disconnect (LanRegistry *registry, LanRegistryConn *conn, const LanTime *now);

/* ---- answers ---- */

/** (transfer full) @op. */
void lan_registry_op_done (LanRegistry *registry, LanRegistryOp *op, const LanTime *now);

/*
 * A password job: about 60 ms of Argon2id, for a worker thread. The worker calls
 * lan_registry_job_run(), the loop's thread lan_registry_job_done().
 */
typedef struct _LanRegistryJob LanRegistryJob;

/** Pure; any thread, but one at a time for one job. */
void lan_registry_job_run (LanRegistryJob *job);
/** (transfer full) @job. */
void lan_registry_job_done (LanRegistry *registry, LanRegistryJob *job, const LanTime *now);
/** Only for a job that will not be given back. */
void lan_registry_job_free (LanRegistryJob *job);

/* ---- administration: each ends with an ADMIN action of the same ticket ---- */

/** Makes @row known (its hash; the 16 bytes stay with the caller). Copies. */
void lan_registry_admin_invite (LanRegistry *registry, guint64 ticket,
                                const LanRegistryInviteRow *row, const LanTime *now);
void lan_registry_admin_drop_invite (LanRegistry *registry, guint64 ticket, const guint8 hash[32],
                                     const LanTime *now);

typedef struct {
  const LanUserId *uid; /* NULL: a new account (login needed) */
  const char *login;    /* NULL: as it is; likewise below */
  const char *display;
  const char *title;
  const char *department;
  int status;                /* LanAccountStatus; -1: as it is */
  int role;                  /* LanAccountRole; -1: as it is */
  const char *password_hash; /* NULL: as it is; "": none */
  gboolean reset_key;        /* forgets account key and devices: its owner lost everything */
} LanRegistryAccountChange;

/**
 * Creates or changes an account; whoever is suspended or has left loses access at once and
 * everybody learns it. Refusals: UNKNOWN, LOGIN_TAKEN, PROTOCOL (texts), STORAGE.
 */
void lan_registry_admin_account (LanRegistry *registry, guint64 ticket,
                                 const LanRegistryAccountChange *change, const LanTime *now);

/** Revokes one device at the server without its account's key (it cannot log in any more). */
void lan_registry_admin_revoke_device (LanRegistry *registry, guint64 ticket,
                                       const LanDeviceId *device, const LanTime *now);

/**
 * Takes objects of the offline tool: issuer keys (LIK1) and attestations (LAT1) of accounts that
 * exist here. @objects: (element-type GBytes). All or nothing. Refusals: IDENTITY, UNKNOWN, STORAGE.
 */
void lan_registry_admin_import (LanRegistry *registry, guint64 ticket, GPtrArray *objects,
                                const LanTime *now);

/**
 * The online issuer was renewed: from the next head on, which comes at once, @key signs. Borrowed until
 * the registry is freed, as is the one before. Nothing changes unless the storage takes it.
 * MISMATCH: @cert is not that of @key; else what is wrong with @cert.
 */
LanStatus lan_registry_set_issuer (LanRegistry *registry, const LanIssuerKey *key, GBytes *cert,
                                   const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/**
 * LSK1 of the key that lanes are accepted with from now on; not looked at. Everybody who is connected is
 * told of it, if there was another, and whoever logs in. @cert: (nullable): there is none.
 */
void lan_registry_set_server_key (LanRegistry *registry, GBytes *cert, const LanTime *now);

/** Returns: (transfer full) (nullable): a ServerKey frame, for lanes that only ask for the key. */
GBytes *lan_registry_server_key_frame (const LanRegistry *registry);

/** Returns: (transfer none) (nullable): as it is now, until the next call. */
const LanRegistryAccountRow *lan_registry_find_login (LanRegistry *registry, const char *login);
const LanRegistryAccountRow *lan_registry_find_uid (LanRegistry *registry, const LanUserId *uid);

typedef struct {
  const LanRegistryAccountRow *row;
  guint connections;
  guint devices;
  guint level;         /* of the newest attestation, 0: none yet */
  GBytes *attestation; /* newest LAT1, may be NULL */
} LanRegistryAccountInfo;

typedef void (*LanRegistryAccountFunc) (const LanRegistryAccountInfo *info, gpointer data);
void lan_registry_foreach_account (LanRegistry *registry, LanRegistryAccountFunc func,
                                   gpointer data);

/* ---- out ---- */

typedef enum {
  LAN_REGISTRY_SEND,  /* .handle, .data, .len, .idle */
  LAN_REGISTRY_CLOSE, /* .handle: end the lane; then lan_registry_disconnect() */
  LAN_REGISTRY_OP,    /* .op (transfer full) */
  LAN_REGISTRY_JOB,   /* .job (transfer full) */
  LAN_REGISTRY_ADMIN, /* .ticket, .refusal, .uid */
  LAN_REGISTRY_EVENT, /* .event: for log and audit */
} LanRegistryActionType;

/* For the structured log; never content. */
typedef enum {
  LAN_EVENT_LOGIN,
  LAN_EVENT_LOGIN_REFUSED, /* .refusal */
  LAN_EVENT_ENROLLED,
  LAN_EVENT_ENROL_REFUSED, /* .refusal */
  LAN_EVENT_ACCOUNT_CHANGED,
  LAN_EVENT_DEVICE_REVOKED,
  LAN_EVENT_DEVICE_ADDED,
  LAN_EVENT_PROTOCOL, /* a connection broke a rule and was closed */
  LAN_EVENT_STORAGE,  /* an operation failed: .status */
  LAN_EVENT_N
} LanRegistryEventType;

const char *lan_registry_event_name (LanRegistryEventType type);

typedef struct {
  LanRegistryEventType type;
  guint64 handle; /* 0: no connection */
  LanUserId uid;  /* zero: not known */
  LanDeviceId device;
  LanRefusal refusal;
  LanRegistryOpStatus status;
} LanRegistryEvent;

typedef struct {
  LanRegistryActionType type;
  guint64 handle;
  const guint8 *data; /* borrowed until the next call into the registry other than next_action */
  gsize len;
  gboolean idle; /* presence: the first to be dropped when the lane is full */
  LanRegistryOp *op;
  LanRegistryJob *job;
  guint64 ticket;
  LanRefusal refusal; /* ADMIN: NONE when done */
  LanUserId uid;      /* ADMIN: of the account */
  LanRegistryEvent event;
} LanRegistryAction;

/** The handle of the SEND that comes after @after other actions; 0: it is none, or there are not so many. */
guint64 lan_registry_coming (const LanRegistry *registry, guint after);

/** Takes the next action; FALSE when there is none. */
gboolean lan_registry_next_action (LanRegistry *registry,
                                   LanRegistryAction *action) G_GNUC_WARN_UNUSED_RESULT;

/** Monotonic microseconds, LAN_NO_DEADLINE when nothing waits for time. */
gint64 lan_registry_next_deadline (const LanRegistry *registry);
void lan_registry_advance (LanRegistry *registry, const LanTime *now);

/* For /metrics. */
typedef struct {
  guint connections;
  guint logged_in;
  guint accounts;
  guint devices;
  guint64 logins;
  guint64 logins_refused;
  guint64 enrolments;
  guint64 enrolments_refused;
  guint64 signals;
  guint64 signals_refused;
  guint64 deposits;
  guint64 deposits_refused;
  guint64 mail_given;
  guint64 mail_acked;
  guint64 presence_sent;
  guint64 presence_shed;
  guint64 frames_refused;
  guint64 frames_unknown;
  guint64 bundles;
  guint64 turn_credentials;
  guint64 blob_bytes;
  guint64 dir_epoch;
  guint64 dir_size;
} LanRegistryCounters;

void lan_registry_get_counters (const LanRegistry *registry, LanRegistryCounters *counters);

/** What the organisation's root must sign for clients to take the log as it is now (LDR1). */
void lan_registry_get_restart (LanRegistry *registry, LanDirectoryRestart *restart,
                               const LanTime *now);

G_END_DECLS
