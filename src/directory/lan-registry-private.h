/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside the registry's files: what it holds in memory, and the calls between its parts. One
 * idle connection costs a Conn (about 100 bytes) and what it subscribed to (16 bytes each).
 */
#pragma once

#include "lan-attestation.h"
#include "lan-cert.h"
#include "lan-device-list.h"
#include "lan-directory-head.h"
#include "lan-directory-restart.h"
#include "lan-merkle.h"
#include "lan-registry.h"

G_BEGIN_DECLS

#define LAN_REGISTRY_PAGE_BYTES    60000          /* of one DirectoryPage */
#define LAN_REGISTRY_PRESENCE_US   20000          /* presence is gathered for this long */
#define LAN_REGISTRY_HEARD_US      G_USEC_PER_SEC /* the list by last frame is this coarse */
#define LAN_REGISTRY_NEWS_US       G_USEC_PER_SEC /* directory news likewise */
#define LAN_REGISTRY_HEAD_S        86400          /* a fresh head at least this often */
#define LAN_REGISTRY_STORAGE_MS    5000           /* try again after a fault of the storage */
#define LAN_REGISTRY_ENROL_TRIES   3              /* on one connection */
#define LAN_REGISTRY_ADDRESSES     16384          /* remembered for limits */
#define LAN_REGISTRY_BUNDLE_PAIRS  100000
#define LAN_REGISTRY_MAIL_OVERHEAD 128 /* what one envelope counts beside its bytes */

/* A bucket as one number: when it will be full again. */
typedef struct {
  gint64 full_us;
} Bucket;

typedef struct Account Account;
typedef struct Device Device;
typedef LanRegistryConn Conn;

/* Who watches an account, and the way back into the watcher's own list. */
typedef struct {
  Conn *conn;
  guint32 edge;
} Watcher;

typedef struct {
  Account *account;
  guint32 watcher;
} Edge;

struct Account {
  LanRegistryAccountRow row;
  GBytes *hidden;      /* sorted account keys, NULL: from nobody; asked with row.status */
  GBytes *attestation; /* newest, NULL: none yet */
  guint64 index;       /* of it in the log */
  guint64 seq;
  guint8 level;
  guint8 state;    /* shown, of all devices together */
  guint8 is_dirty; /* in the queue of presence to be told */
  GBytes *status;
  Device *devices;  /* by next */
  GArray *watchers; /* of Watcher, NULL: nobody */
};

/* What a signal needs lies in front, in one line of the cache. */
struct Device {
  LanDeviceId id;
  Account *account;
  Conn *conns; /* logged in, newest first, by sibling */
  Bucket signals;
  guint8 state;    /* as in LDL1 */
  guint8 presence; /* as set by its newest connection */
  guint8 is_seen;  /* last login to be written down */
  guint8 dh_public[32];
  Device *next;
  GBytes *cert;
  gint64 seen_s;
  guint64 mail_bytes; /* with what is being stored */
  guint32 mail_count;
  guint32 one_time;
  gint64 signed_expires_s;
  Bucket deposits;
  Bucket requests;
  Bucket pieces;
};

typedef enum {
  STAGE_NEW,       /* neither Login nor Enrol came */
  STAGE_ENROLLING, /* Enrol is being looked at */
  STAGE_ONLINE,
  STAGE_CLOSING, /* Goodbye and CLOSE went out: nothing is listened to */
  STAGE_GONE,    /* disconnected; only operations under way still know it */
} Stage;

/* What only a connection needs that has not logged in. */
typedef struct {
  char address[48];
  guint16 port;
  guint8 hash[64];
  gboolean has_hash; /* NK */
  guint8 dh_public[32];
  guint tries;
} Fresh;

/* Likewise. */
struct _LanRegistryConn {
  guint64 handle;
  Device *device;
  gint64 last_us;  /* of a frame, LAN_REGISTRY_HEARD_US coarse */
  guint16 pending; /* operations under way that name it */
  guint8 stage;
  guint8 is_writable : 1;
  guint8 is_stale : 1; /* presence was shed */
  guint8 mail_reading : 1;
  guint8 mail_behind : 1; /* there may be more in the storage */
  Conn *sibling;          /* of the same device */
  Conn *older;            /* in the list by last_us */
  Conn *newer;
  Fresh *fresh;
  GArray *edges; /* of Edge, NULL: none */
  guint64 mail_last;
  guint16 mail_window; /* 0: did not ask for mail */
  guint16 mail_out;    /* given, not acknowledged */
};

typedef struct {
  Conn *oldest;
  Conn *newest;
} ConnList;

typedef struct {
  GBytes *bytes; /* NULL: out of date */
  LanHash leaf;
} Entry;

typedef struct Mutation Mutation;

/* A change of accounts or of the directory: one WRITE at a time, built when its turn comes. */
struct Mutation {
  LanRefusal (*build) (LanRegistry *registry, Mutation *m, LanRegistryOp *op);
  void (*done) (LanRegistry *registry, Mutation *m, LanRefusal refusal);
  Conn *conn;                /* who waits, or NULL */
  guint64 number;            /* request or ticket */
  LanUserId uid;             /* of the account concerned */
  LanRegistryAccountRow row; /* the account as it will be */
  gboolean is_new;           /* a new account */
  gboolean changes_row;
  gboolean attests;       /* row goes into a new attestation, too */
  gboolean drops_devices; /* the account's devices are forgotten: another key */
  GBytes *list;           /* new device list with .certs, or NULL */
  GPtrArray *certs;       /* of GBytes */
  LanDeviceId device;     /* to be revoked, where not zero */
  LanRegistryInviteRow invite;
  gboolean uses_invite;
  gboolean drops_invite;
  char *password;     /* hash to be stored, "" deletes, NULL: as it is */
  GPtrArray *objects; /* of GBytes: import */
  GArray *entries;    /* of Entry: what goes into the log */
  GBytes *head;
  LanMerkleFrontier frontier; /* after it */
  gboolean keys_changed;
  gboolean is_switch; /* to the next signer */
  gboolean resets_key;
  int status; /* LanAccountStatus to be, -1: as it is; likewise role */
  int role;
};

/* A password being looked at. */
struct _LanRegistryJob {
  Conn *conn;
  guint64 request;
  gboolean checks; /* .stored is compared first */
  gboolean stores; /* a new hash is made of .secret */
  gboolean for_enrolment;
  char *stored; /* NULL: an unknown login */
  guint8 old_secret[32];
  guint8 secret[32];
  char made[128];
  LanStatus status;
  char *login;     /* failures are counted by it */
  Mutation *enrol; /* waits for it */
};

/* The online issuer. */
typedef struct {
  const LanIssuerKey *key; /* borrowed */
  GBytes *cert;
  LanIssuer issuer;
} Signer;

struct _LanRegistry {
  LanRegistryLimits limits;
  Signer signer;      /* key NULL: no directory, or attested offline only */
  Signer next_signer; /* takes its place with the next head; key NULL: none */
  Signer last_signer; /* while the change is on its way to the disk */
  gboolean auto_attest;
  guint8 server_public[32];
  guint8 org_root[32];
  char *org_name;
  const LanRandom *random;
  char *turn_secret;
  char **turn_uris;
  GBytes *server_key; /* LSK1, NULL: none */
  guint32 turn_life_s;
  gboolean is_stopping;
  LanTime now; /* of the call being served */

  GHashTable *uids;     /* LanUserId* in Account -> Account, owns */
  GHashTable *logins;   /* login -> Account */
  GHashTable *accounts; /* LanAccountId* -> Account */
  GHashTable *devices;  /* LanDeviceId* -> Device, owns */
  GHashTable *keys;     /* DH key -> Device */

  ConnList fresh;  /* by time of connection */
  ConnList online; /* by time of the last frame */
  guint n_conns;

  GPtrArray *issuers; /* of LanIssuer, in the log */
  GArray *entries;    /* of Entry */
  guint64 epoch_floor;
  GPtrArray *heads; /* of GBytes, epoch - 1 */
  LanMerkleTree *tree;
  LanMerkleFrontier frontier;
  guint64 told; /* entries that connections were told of */
  gint64 news_us;
  gint64 head_due_ms;

  GQueue mutations; /* of Mutation, the first one is under way */
  GQueue jobs;      /* of LanRegistryJob, waiting */
  guint jobs_out;
  guint ops_out;

  GPtrArray *dirty; /* of Account */
  gint64 presence_us;
  gint64 expire_us;
  gint64 seen_us;
  GPtrArray *seen; /* of Device */

  GHashTable *addresses; /* text -> attempts */
  GHashTable *failures;  /* login -> failures */
  GHashTable *bundles;   /* requester and device -> count in this hour */
  gint64 bundles_us;

  /* out */
  GByteArray *arena;
  GArray *queue; /* of Out */
  guint queue_pos;

  LanRegistryCounters counters;
};

/* ---- lan-registry.c ---- */

void lan_conn_list_append (ConnList *list, Conn *conn);
void lan_conn_list_remove (ConnList *list, Conn *conn);

/* ---- lan-registry-op.c ---- */

void lan_registry_account_row_clear (LanRegistryAccountRow *row);
void lan_registry_account_row_copy (LanRegistryAccountRow *to, const LanRegistryAccountRow *from);
void lan_registry_invite_row_clear (LanRegistryInviteRow *row);
void lan_registry_invite_row_copy (LanRegistryInviteRow *to, const LanRegistryInviteRow *from);

/** Returns: (transfer full): an operation of @type; a WRITE has its empty array of rows. */
LanRegistryOp *lan_registry_op_new (LanRegistryOpType type) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer none): a zeroed row of @type, until the next one is added. */
LanRegistryRow *lan_registry_op_add_row (LanRegistryOp *op, LanRegistryRowType type);

/* ---- lan-registry-out.c ---- */

void lan_registry_out_init (LanRegistry *registry);
void lan_registry_out_clear (LanRegistry *registry);
/** Room for @len bytes that lan_registry_push() can name by the offset in @at. */
guint8 *lan_registry_reserve (LanRegistry *registry, gsize len, gsize *at);
void lan_registry_push (LanRegistry *registry, Conn *conn, gsize at, gsize len, gboolean idle);
gsize lan_registry_put (LanRegistry *registry, const LanServerFrame *frame, gsize *len);
void lan_registry_send (LanRegistry *registry, Conn *conn, const LanServerFrame *frame);
void lan_registry_forget_out (LanRegistry *registry, guint64 handle);
/** (transfer full) @op; @conn (nullable) waits for it. */
void lan_registry_ask (LanRegistry *registry, LanRegistryOp *op, Conn *conn, guint64 request);
void lan_registry_push_job (LanRegistry *registry, LanRegistryJob *job);
void lan_registry_tell_admin (LanRegistry *registry, guint64 ticket, LanRefusal refusal,
                              const LanUserId *uid);
void lan_registry_event (LanRegistry *registry, LanRegistryEventType type, const Conn *conn,
                         const Account *account, LanRefusal refusal, LanRegistryOpStatus status);
void lan_registry_refuse (LanRegistry *registry, Conn *conn, guint64 request, LanRefusal code,
                          guint32 retry_ms);
void lan_registry_done (LanRegistry *registry, Conn *conn, guint64 request);
/** Goodbye, and CLOSE. */
void lan_registry_farewell (LanRegistry *registry, Conn *conn, LanRefusal code, guint32 retry_ms);
void lan_registry_push_close (LanRegistry *registry, const Conn *conn);
LanRefusal lan_registry_op_refusal (LanRegistry *registry, LanRegistryOp *op);

/* ---- lan-registry-limit.c ---- */

/** TRUE and takes one; else @retry_ms says when there is one. */
gboolean lan_bucket_take (Bucket *bucket, gint64 now_us, guint burst, guint rate,
                          guint32 *retry_ms);
gboolean lan_registry_address_try (LanRegistry *registry, const char *address, guint32 *retry_ms);
gboolean lan_registry_login_try (LanRegistry *registry, const char *login, guint32 *retry_ms);
void lan_registry_login_failed (LanRegistry *registry, const char *login);
void lan_registry_login_succeeded (LanRegistry *registry, const char *login);
gboolean lan_registry_bundle_try (LanRegistry *registry, const Account *asks, const Device *device);
void lan_registry_limit_tidy (LanRegistry *registry);

/* ---- lan-registry-accounts.c ---- */

gboolean lan_account_is_active (const Account *account);
gboolean lan_account_hides_from (const Account *account, const Account *from);
Account *lan_registry_add_account (LanRegistry *registry, const LanRegistryAccountRow *row);
void lan_registry_change_account (LanRegistry *registry, Account *account,
                                  const LanRegistryAccountRow *row);
Device *lan_registry_add_device (LanRegistry *registry, Account *account,
                                 const LanRegistryDeviceRow *row);
void lan_registry_drop_device (LanRegistry *registry, Device *device, LanRefusal reason);
void lan_account_free (gpointer account);
void lan_device_free (gpointer device);
void lan_registry_set_hidden (LanRegistry *registry, Account *account, GBytes *hidden);

/* ---- lan-registry-log.c ---- */

/** @fresh: (nullable): further ones, of LanIssuer. */
const LanIssuer *lan_registry_find_issuer (LanRegistry *registry, const LanIssuerId *id,
                                           GPtrArray *fresh);
LanStatus lan_registry_load_entry (LanRegistry *registry, guint64 index, GBytes *bytes);
LanStatus lan_registry_load_head (LanRegistry *registry, guint64 epoch, GBytes *bytes);
LanStatus lan_registry_check_log (LanRegistry *registry);
/** Adds an entry to what @m will append. */
void lan_registry_log_add (LanRegistry *registry, Mutation *m, LanRegistryOp *op, GBytes *bytes);
/** The head after them. FALSE: there is no issuer key. */
gboolean lan_registry_log_seal (LanRegistry *registry, Mutation *m, LanRegistryOp *op);
/** It is on disk: the log grows. */
void lan_registry_log_apply (LanRegistry *registry, Mutation *m);
/** Returns: (transfer full) (nullable): the next attestation of an account that looks like @row. */
GBytes *lan_registry_attest (LanRegistry *registry, const Account *account,
                             const LanRegistryAccountRow *row);
/** Of the newest head; 0: there is none. */
guint64 lan_registry_epoch (const LanRegistry *registry);
guint64 lan_registry_next_epoch (LanRegistry *registry);
GBytes *lan_registry_newest_head (LanRegistry *registry);
void lan_registry_on_directory_get (LanRegistry *registry, Conn *conn,
                                    const Lanyard__Server__DirectoryGet *m);
void lan_registry_on_head_get (LanRegistry *registry, Conn *conn,
                               const Lanyard__Server__HeadGet *m);
void lan_registry_on_person_get (LanRegistry *registry, Conn *conn,
                                 const Lanyard__Server__PersonGet *m);
void lan_registry_tell_news (LanRegistry *registry);

/* lan-registry-issuer.c */
/** A fresh head, and the own issuer key where the log lacks it. */
void lan_registry_renew_head (LanRegistry *registry);
void lan_registry_issuer_init (LanRegistry *registry, const LanIssuerKey *key, GBytes *cert);
void lan_registry_issuer_clear (LanRegistry *registry);

/* ---- lan-registry-mutation.c ---- */

Mutation *lan_mutation_new (Conn *conn, guint64 number);
void lan_mutation_free (Mutation *m);
/** (transfer full) @m: behind those that wait. */
void lan_registry_mutate (LanRegistry *registry, Mutation *m);
void lan_registry_mutated (LanRegistry *registry, LanRegistryOp *op);
/** (transfer full) @m: its list holds the keys of those from whom m->uid hides. */
void lan_registry_mutate_hidden (LanRegistry *registry, Mutation *m);
/** What most need: account row, devices, invite, password, attestation. */
LanRefusal lan_mutation_build_account (LanRegistry *registry, Mutation *m, LanRegistryOp *op);
void lan_mutation_apply_account (LanRegistry *registry, Mutation *m);

/* ---- lan-registry-login.c, lan-registry-enrol.c, lan-registry-password.c ---- */

void lan_registry_on_login (LanRegistry *registry, Conn *conn, const Lanyard__Server__Login *m);
void lan_registry_on_enrol (LanRegistry *registry, Conn *conn, const Lanyard__Server__Enrol *m);
void lan_registry_on_invite (LanRegistry *registry, LanRegistryOp *op);
void lan_registry_on_password (LanRegistry *registry, LanRegistryOp *op);
void lan_registry_enrol_checked (LanRegistry *registry, LanRegistryJob *job);
void lan_registry_enrol_refuse (LanRegistry *registry, Conn *conn, LanRefusal code,
                                guint32 retry_ms);
LanRegistryJob *lan_registry_job_new (Conn *conn, guint64 request);
/** Lets go of a connection that @conn->pending counted. */
void lan_registry_conn_unref (Conn *conn);
void lan_registry_on_password_set (LanRegistry *registry, Conn *conn,
                                   const Lanyard__Server__PasswordSet *m);
/** (transfer full) @job: at once, later, or BUSY (FALSE; @job was freed). */
gboolean lan_registry_start_job (LanRegistry *registry, LanRegistryJob *job);
void lan_registry_conn_offline (LanRegistry *registry, Conn *conn);

/* ---- lan-registry-papers.c ---- */

/** Signatures, and that no key belongs to another device. NONE, IDENTITY, LIST. @account: nullable. */
LanRefusal lan_registry_check_papers (LanRegistry *registry, const Account *account, GBytes *list,
                                      GPtrArray *certs, LanDeviceList *out);
void lan_registry_send_papers (LanRegistry *registry, Conn *conn, guint64 request,
                               const Account *account);
void lan_registry_tell_papers (LanRegistry *registry, const Account *account);
void lan_registry_on_papers_get (LanRegistry *registry, Conn *conn,
                                 const Lanyard__Server__PapersGet *m);
void lan_registry_on_papers_put (LanRegistry *registry, Conn *conn,
                                 const Lanyard__Server__PapersPut *m);

/* ---- lan-registry-presence.c ---- */

void lan_registry_on_presence_set (LanRegistry *registry, Conn *conn,
                                   const Lanyard__Server__PresenceSet *m);
void lan_registry_on_subscribe (LanRegistry *registry, Conn *conn,
                                const Lanyard__Server__Subscribe *m);
void lan_registry_on_hide (LanRegistry *registry, Conn *conn, const Lanyard__Server__Hide *m);
void lan_registry_presence_changed (LanRegistry *registry, Account *account);
void lan_registry_flush_presence (LanRegistry *registry);
void lan_registry_unwatch_all (LanRegistry *registry, Conn *conn);
void lan_registry_catch_up_presence (LanRegistry *registry, Conn *conn);

/* ---- lan-registry-mail.c ---- */

void lan_registry_on_deposit (LanRegistry *registry, Conn *conn, const Lanyard__Server__Deposit *m);
void lan_registry_on_mail_fetch (LanRegistry *registry, Conn *conn,
                                 const Lanyard__Server__MailFetch *m);
void lan_registry_on_mail_ack (LanRegistry *registry, Conn *conn,
                               const Lanyard__Server__MailAck *m);
void lan_registry_deposited (LanRegistry *registry, LanRegistryOp *op, Conn *conn);
void lan_registry_mail_read (LanRegistry *registry, LanRegistryOp *op, Conn *conn);
void lan_registry_mail_acked (LanRegistry *registry, LanRegistryOp *op);
void lan_registry_expired (LanRegistry *registry, LanRegistryOp *op);
void lan_registry_mail_pump (LanRegistry *registry, Conn *conn);

/* ---- lan-registry-services.c: prekeys, relay, blobs ---- */

void lan_registry_on_prekeys_put (LanRegistry *registry, Conn *conn,
                                  const Lanyard__Server__PrekeysPut *m);
void lan_registry_on_bundle_get (LanRegistry *registry, Conn *conn,
                                 const Lanyard__Server__BundleGet *m);
void lan_registry_prekeys_put (LanRegistry *registry, LanRegistryOp *op, Conn *conn);
void lan_registry_prekeys_taken (LanRegistry *registry, LanRegistryOp *op, Conn *conn);
void lan_registry_on_turn_get (LanRegistry *registry, Conn *conn,
                               const Lanyard__Server__TurnGet *m);
void lan_registry_on_blob_put (LanRegistry *registry, Conn *conn,
                               const Lanyard__Server__BlobPut *m);
void lan_registry_on_blob_get (LanRegistry *registry, Conn *conn,
                               const Lanyard__Server__BlobGet *m);
void lan_registry_on_blob_drop (LanRegistry *registry, Conn *conn,
                                const Lanyard__Server__BlobDrop *m);
void lan_registry_blob_done (LanRegistry *registry, LanRegistryOp *op, Conn *conn);

G_END_DECLS
