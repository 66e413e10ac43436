/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the registry asks its storage to do: named operations, each one object that holds request
 * and answer. The registry makes it and gives it away with an action; the storage fills `status`
 * and the fields marked `out`, and gives it back by lan_registry_op_done(). In between it belongs
 * to the storage, also on another thread. Operations are carried out, and come back, in the order in which they
 * were asked for; one that changes something comes back after its COMMIT, never before. Nothing here knows SQL.
 */
#pragma once

#include "lan-id.h"

G_BEGIN_DECLS

/* ---- rows: what a WRITE puts down, and what is loaded at start ---- */

/* Same numbers as in LAT1. Append-only. */
typedef enum {
  LAN_ACCOUNT_ACTIVE = 0,
  LAN_ACCOUNT_SUSPENDED = 1,
  LAN_ACCOUNT_LEFT = 2,
  LAN_ACCOUNT_STATUS_N
} LanAccountStatus;

/* Append-only. */
typedef enum { LAN_ROLE_MEMBER = 0, LAN_ROLE_ADMIN = 1, LAN_ROLE_N } LanAccountRole;

typedef struct {
  LanUserId uid;        /* key */
  LanAccountId account; /* zero until somebody enrolled; unique where not zero */
  char *login;          /* unique, lower case */
  char *display;
  char *title;      /* may be "" */
  char *department; /* path, "Sales/North"; may be "" */
  guint8 status;    /* LanAccountStatus */
  guint8 role;      /* LanAccountRole */
  GBytes *list;     /* newest LDL1; NULL until enrolled */
  gint64 created_s;
} LanRegistryAccountRow;

typedef struct {
  LanDeviceId device; /* key */
  LanUserId uid;
  guint8 dh_public[32];
  guint8 state;  /* as in LDL1: 0 active, 1 revoked */
  GBytes *cert;  /* LDC1 */
  gint64 seen_s; /* last login, for administrators */
  /* Only when loaded, from the other tables; a WRITE ignores them. */
  guint64 mail_bytes;
  guint32 mail_count;
  guint32 one_time;        /* one-time prekeys left */
  gint64 signed_expires_s; /* of the signed prekey, 0 for none */
} LanRegistryDeviceRow;

typedef struct {
  guint8 hash[32];  /* key: BLAKE2b-256 of the 16 bytes */
  char *login;      /* "": who enrols chooses */
  char *display;    /* "": who enrols chooses */
  char *title;      /* may be "" */
  char *department; /* may be "" */
  guint8 role;
  gint64 expires_s;
  gint64 used_s; /* 0: not used */
  LanUserId
      uid; /* used: by whom. Not used and not zero: for this account only (a new key for it) */
} LanRegistryInviteRow;

typedef enum {
  LAN_ROW_ACCOUNT,    /* insert or replace by uid */
  LAN_ROW_DEVICE,     /* insert or replace by device */
  LAN_ROW_PASSWORD,   /* .password: insert or replace by uid; hash NULL deletes */
  LAN_ROW_HIDDEN,     /* .hidden: insert or replace by uid */
  LAN_ROW_ENTRY,      /* .entry: insert by index; an index that is there is a CONFLICT */
  LAN_ROW_HEAD,       /* .head: insert by epoch; an epoch that is there is a CONFLICT */
  LAN_ROW_INVITE,     /* insert or replace by hash */
  LAN_ROW_INVITE_USE, /* .invite: hash, uid, used_s; without an unused row of this hash a CONFLICT */
  LAN_ROW_INVITE_DROP,  /* .invite: hash; deletes */
  LAN_ROW_MAILBOX_DROP, /* .device.device: deletes mail and prekeys of a device that was revoked */
  LAN_ROW_N
} LanRegistryRowType;

typedef struct {
  LanRegistryRowType type;
  union {
    LanRegistryAccountRow account;
    LanRegistryDeviceRow device;
    LanRegistryInviteRow invite;
    struct {
      LanUserId uid;
      char *hash; /* of lan_password_hash(): text */
    } password;
    struct {
      LanUserId uid;
      GBytes *accounts; /* n times 32 bytes */
    } hidden;
    struct {
      guint64 index; /* from 0, without gaps */
      GBytes *bytes; /* LAT1 or LIK1 */
    } entry;
    struct {
      guint64 epoch; /* from 1, without gaps */
      GBytes *bytes; /* LDH1 */
    } head;
  };
} LanRegistryRow;

/** Frees what @row points to and zeroes it. */
void lan_registry_row_clear (LanRegistryRow *row);
/** A deep copy (bytes are shared by reference). */
void lan_registry_row_copy (LanRegistryRow *to, const LanRegistryRow *from);

/* ---- operations ---- */

typedef enum {
  LAN_OP_WRITE,         /* all rows in one transaction, or none */
  LAN_OP_FIND_INVITE,   /* the invite of a hash */
  LAN_OP_FIND_PASSWORD, /* the password hash of an account */
  LAN_OP_DEPOSIT,       /* one envelope */
  LAN_OP_MAIL_READ,     /* a page of a mailbox, by growing id */
  LAN_OP_MAIL_ACK,      /* deletes */
  LAN_OP_EXPIRE,        /* deletes what is too old */
  LAN_OP_PREKEYS_PUT,
  LAN_OP_PREKEYS_TAKE, /* the signed prekey, and one one-time prekey, which is deleted */
  LAN_OP_BLOB_PUT,     /* appends one piece to a blob in the making */
  LAN_OP_BLOB_STAT,
  LAN_OP_BLOB_LEAVES, /* leaf hashes of a blob in the making */
  LAN_OP_BLOB_SEAL,   /* makes it complete, or drops it */
  LAN_OP_BLOB_READ,   /* a piece of a complete blob */
  LAN_OP_N
} LanRegistryOpType;

typedef enum {
  LAN_OP_OK = 0,
  LAN_OP_NOT_FOUND,
  LAN_OP_CONFLICT, /* somebody else was first; nothing was changed */
  LAN_OP_QUOTA,    /* BLOB_PUT: the owner has no room; nothing was changed */
  LAN_OP_FULL,     /* the disk is full; nothing was changed */
  LAN_OP_FAILED,   /* any other fault of the storage; nothing was changed */
} LanRegistryOpStatus;

typedef struct {
  guint64 id; /* grows with every deposit of the whole server, never used again */
  gint64 time_ms;
  GBytes *envelope;
} LanRegistryMail;

void lan_registry_mail_clear (gpointer mail);

typedef struct {
  LanDeviceId device;
  guint64 bytes;
  guint32 count;
} LanRegistryFreed;

typedef struct {
  LanRegistryOpType type;
  LanRegistryOpStatus status; /* out */
  union {
    struct {
      GArray *rows; /* of LanRegistryRow; has a clear function */
    } write;
    struct {
      guint8 hash[32];
      gboolean found;              /* out */
      LanRegistryInviteRow invite; /* out: filled where found */
    } find_invite;
    struct {
      LanUserId uid;
      char *hash; /* out: NULL: none */
    } find_password;
    struct {
      LanDeviceId from;
      guint8 id[16]; /* with .from: the same again stores nothing (remembered for two days at
                        least, also when the envelope has gone) */
      LanDeviceId to;
      GBytes *envelope;
      gint64 time_ms;
      gint64 expires_ms;
      guint64 mail_id;    /* out */
      gboolean duplicate; /* out: was there already */
    } deposit;
    struct {
      LanDeviceId device;
      guint64 after;
      guint max_count;
      gsize max_bytes; /* the first one is given in any case */
      GArray *mail;    /* out: of LanRegistryMail; the storage makes it (lan_registry_mails_new) */
    } mail_read;
    struct {
      LanDeviceId device;
      GArray *ids;         /* of guint64 */
      guint64 freed_bytes; /* out */
      guint32 freed_count; /* out */
    } mail_ack;
    struct {
      gint64 now_ms;
      GArray *freed; /* out: of LanRegistryFreed, may stay NULL */
    } expire;
    struct {
      LanDeviceId device;
      GBytes *signed_prekey; /* NULL: keep the present one. A new one keeps the one-time ones */
      gint64 signed_expires_s;
      GBytes *one_time; /* n times 36 bytes, added; an id that is there is replaced. May be NULL */
      guint max_one_time; /* of more than this many the oldest are dropped */
      guint32 left;       /* out: one-time ones now */
    } prekeys_put;
    struct {
      LanDeviceId device;
      gboolean with_one_time; /* FALSE: only the signed one, nothing is deleted */
      GBytes *signed_prekey;  /* out: NULL: none */
      GBytes *one_time;       /* out: 36 bytes or NULL */
      guint32 left;           /* out */
    } prekeys_take;
    struct {
      LanUserId uid; /* owner */
      LanHash root;
      guint64 size;   /* of the whole */
      guint64 offset; /* where this piece begins: exactly what is there already, else CONFLICT */
      GBytes *data;
      LanHash leaf;
      guint64 quota; /* all blobs of the owner together, by their whole sizes */
      gint64 expires_ms;
      guint64 have; /* out, also on CONFLICT: bytes there now */
    } blob_put;
    struct {
      LanUserId uid;
      LanHash root;
      guint64 size;      /* out */
      guint64 have;      /* out */
      gboolean complete; /* out */
    } blob_stat;
    struct {
      LanUserId uid;
      LanHash root;
      guint64 size;   /* out */
      GBytes *leaves; /* out: n times 32 bytes */
    } blob_leaves;
    struct {
      LanUserId uid;
      LanHash root;
      gboolean keep;    /* TRUE: complete from now on; FALSE: delete */
      gboolean is_drop; /* the registry's own: its owner asked for that */
    } blob_seal;
    struct {
      LanHash root; /* whoever knows it may have it */
      guint64 offset;
      guint64 size; /* out: of the whole */
      GBytes *data; /* out: the piece that begins at offset */
    } blob_read;
  };

  /* The registry's own: the storage leaves these alone. */
  guint64 ticket;
  gpointer registry_data;
  struct _LanRegistryJob *registry_job;
} LanRegistryOp;

/** For the storage: an empty array of LanRegistryMail with its clear function. */
GArray *lan_registry_mails_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** The operation's name for logs: "deposit". */
const char *lan_registry_op_name (LanRegistryOpType type);

/** Only for an operation that will not be given back (the program ends). */
void lan_registry_op_free (LanRegistryOp *op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanRegistryOp, lan_registry_op_free)

G_END_DECLS
