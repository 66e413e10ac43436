/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the pure machines ask to be kept, and what the store keeps: one row type per table, and a
 * batch of changes that is carried out as one transaction or not at all. The machines above and
 * the store below know each other only by this vocabulary; node passes it on unread. Rows own what
 * they point to. Numbers marked append-only are on people's disks. Any thread, no sharing.
 */
#pragma once

#include "lan-id.h"

G_BEGIN_DECLS

/* Append-only. */
typedef enum {
  LAN_TRUST_CLAIMED = 0,
  LAN_TRUST_TOFU = 1,
  LAN_TRUST_ATTESTED = 2,
  LAN_TRUST_VERIFIED = 3,
  LAN_TRUST_CHANGED = 4,
  LAN_TRUST_REVOKED = 5,
  LAN_TRUST_N
} LanTrust;

/** "claimed", "tofu", "attested", "verified", "changed", "revoked". */
const char *lan_trust_name (LanTrust trust);

/* Append-only bits of LanPersonRow.flags. */
enum {
  LAN_PERSON_ACCEPTED = 1 << 0, /* not (or no longer) a stranger */
  LAN_PERSON_BLOCKED = 1 << 1,
  LAN_PERSON_FAVOURITE = 1 << 2,
  LAN_PERSON_MUTED = 1 << 3,
  LAN_PERSON_REMOVED = 1 << 4,   /* taken off the contact list, history stays */
  LAN_PERSON_SUSPENDED = 1 << 5, /* revoked by the directory, which may take that back */
};

/*
 * How long messages of a chat are kept: three bits of LanPersonRow.flags, of a group of LanConversationRow.flags.
 * Append-only; unknown ones keep for ever.
 */
typedef enum {
  LAN_KEEP_FOREVER = 0,
  LAN_KEEP_YEAR = 1,
  LAN_KEEP_90_DAYS = 2,
  LAN_KEEP_30_DAYS = 3,
  LAN_KEEP_7_DAYS = 4,
  LAN_KEEP_N
} LanKeep;

#define LAN_KEEP_SHIFT 8
#define LAN_KEEP_MASK  (7u << LAN_KEEP_SHIFT)

/** How long @flags say that is: days, 0 for ever. */
guint lan_keep_days (guint32 flags);

/** @flags with the rule of @days; FALSE: there is no such rule. */
gboolean lan_keep_set_days (guint32 *flags, guint days);

typedef struct {
  LanAccountId account;
  char *name; /* display name from the newest certificate */
  char *note; /* own note, may be NULL */
  LanTrust trust;
  guint32 flags;
  LanAccountId replaces;    /* zero, or the person of the same name whose place this key claims */
  LanAccountId merged_into; /* zero, or where this one's conversation went on */
  GBytes *list;             /* newest device list LDL1, may be NULL */
  GBytes *contact_secret;   /* 32 bytes or NULL (SECURITY amendment i) */
  gint64 first_seen_ms;
  gint64 last_seen_ms;
} LanPersonRow;

typedef struct {
  LanDeviceId device;
  LanAccountId account;
  GBytes *cert;       /* LDC1 */
  guint8 last_ts[12]; /* greatest HELLO timestamp seen of this device (SECURITY 1.6) */
  guint8 state;       /* of the device list: 0 active, 1 revoked */
} LanDeviceRow;

/* Append-only bits of LanConversationRow.flags. */
enum {
  LAN_CONVERSATION_REQUEST = 1 << 0, /* from a stranger, waiting for an answer */
  LAN_CONVERSATION_HELD = 1 << 1,    /* key changed: nothing leaves until a person agrees */
  LAN_CONVERSATION_LEFT = 1 << 2,    /* a group that we were removed from, as a member said */
  LAN_CONVERSATION_MUTED = 1 << 3,   /* a group that gives no notice */
};

/* LanConversationRow.kind. Append-only. */
enum {
  LAN_CONVERSATION_PAIR = 0,
  LAN_CONVERSATION_GROUP = 1,
};

typedef struct {
  LanConversationId conversation;
  LanAccountId peer; /* the other person of a 1:1 conversation, zero of a group */
  guint32 kind;      /* LAN_CONVERSATION_ */
  guint32 flags;
  char *draft;           /* may be NULL */
  guint64 own_read_hlc;  /* what we have read up to */
  guint64 peer_read_hlc; /* what the other has read up to */
} LanConversationRow;

/* Append-only bits of LanRecordRow.flags. */
enum {
  LAN_RECORD_OWN = 1 << 0,        /* written by this account */
  LAN_RECORD_SENT_AGAIN = 1 << 1, /* repeated under a new key after a merge */
  LAN_RECORD_REQUEST = 1 << 2,    /* came while its author was a stranger */
  LAN_RECORD_HIDDEN = 1 << 3, /* kept and passed on, not a row on screen (receipts and the like) */
  LAN_RECORD_WITHDRAWN = 1 << 5, /* of a group: its author was removed before it counted */
  LAN_RECORD_IMPORTED = 1 << 6,  /* out of a file: of no log, signed by nobody, given to nobody */
  LAN_RECORD_FORGOTTEN = 1 << 7, /* its time to be kept is over: what it said is gone */
};

typedef struct {
  LanConversationId conversation;
  LanDeviceId device; /* author's device */
  guint64 seq;        /* from 1 */
  LanHash hash;       /* of this record: BLAKE2b-256(signed part || signature) */
  LanMessageId message;
  LanAccountId author;
  guint64 hlc;   /* as signed by its author */
  guint64 order; /* key for the screen: causal, then hlc (core computes it) */
  guint32 kind;  /* DESIGN section 5's record kinds, as signed */
  guint32 flags;
  gint64 received_ms; /* when it reached this disk */
  GBytes *blob;       /* the whole signed record, opaque to the store */
  char *text;         /* what the screen and search show now, NULL for kinds without text */
  gint64 arrival;     /* from a search: the rows' order of arrival on this disk; else 0 */
  GBytes *opened;     /* of a sealed record: the kind and Content that were inside; may be NULL */
  /* What was said about it, of LanOperationRow: read for messages on screen, else NULL. */
  GPtrArray *operations;
} LanRecordRow;

/* Append-only. */
typedef enum {
  LAN_OPERATION_NONE = 0,
  LAN_OPERATION_RECALL = 1,
  LAN_OPERATION_PIN = 2,
  LAN_OPERATION_REACTION = 3,
  LAN_OPERATION_EDIT = 4,
} LanOperationKind;

/** "recall", "pin", "reaction", "edit"; "" for others. */
const char *lan_operation_name (LanOperationKind kind);

/*
 * Something said about a message of the same conversation. Of those with one key the greatest place
 * (order, id, hash) holds, whatever came first. The key: conversation, author, target, kind, and for
 * reactions actor and text, for edits id, so that all edits stay.
 */
typedef struct {
  LanConversationId conversation;
  LanAccountId author; /* of the message */
  LanMessageId target; /* the message */
  LanOperationKind kind;
  LanAccountId actor; /* who says it */
  guint64 order;      /* of its record, as LanRecordRow.order */
  LanMessageId id;    /* of its record */
  LanHash hash;       /* of its record */
  gint64 time_ms;     /* Unix time by its author's clock */
  gboolean on;        /* REACTION and PIN: set or taken back; else TRUE */
  char *text;         /* EDIT: the new text; REACTION: the emoji; else NULL */
} LanOperationRow;

/** Compares the places of two: below, at or above 0. */
int lan_operation_compare (const LanOperationRow *a, const LanOperationRow *b);

/** TRUE when @a and @b have one key. */
gboolean lan_operation_same_key (const LanOperationRow *a, const LanOperationRow *b);

/* Records of one log, by their places. */
typedef struct {
  LanConversationId conversation;
  LanDeviceId device;
  guint64 from_seq;
  guint64 to_seq;
  gboolean on;
} LanRangeRow;

/* Something that core keeps for a group: opaque to the store. */
typedef struct {
  LanConversationId conversation;
  guint32 kind;
  GBytes *key;
  GBytes *value; /* NULL deletes */
} LanGroupItemRow;

/* What a device is known to have on its disk: 'delivered' is read off these. */
typedef struct {
  LanConversationId conversation;
  LanDeviceId holder; /* whose vector */
  LanDeviceId author; /* whose log */
  guint64 seq;
  LanHash hash;
} LanVectorRow;

/* Append-only. */
typedef enum {
  LAN_TRANSFER_OFFERED = 0,
  LAN_TRANSFER_ACCEPTED = 1,
  LAN_TRANSFER_RUNNING = 2,
  LAN_TRANSFER_PAUSED = 3,
  LAN_TRANSFER_VERIFYING = 4,
  LAN_TRANSFER_DONE = 5,
  LAN_TRANSFER_FAILED = 6,
  LAN_TRANSFER_DECLINED = 7,
  LAN_TRANSFER_CANCELLED = 8,
  LAN_TRANSFER_N
} LanTransferState;

/** "offered", "accepted", "running", "paused", "verifying", "done", "failed", "declined", "cancelled". */
const char *lan_transfer_state_name (LanTransferState state);

typedef struct {
  LanMessageId id; /* the offer's message id */
  LanConversationId conversation;
  LanAccountId peer;
  gboolean incoming;
  LanTransferState state;
  char *name; /* cleaned file name */
  char *path; /* local: source when outgoing, chosen directory or final path when incoming */
  guint64 size;
  guint64 done;   /* verified bytes */
  LanHash root;   /* tree hash, zero until known */
  GBytes *bitmap; /* verified leaves, may be NULL */
  char *error;    /* stable code when failed, may be NULL */
  gint64 created_ms;
  GBytes *detail; /* what only the transfer machine reads: folder, choices, holders; may be NULL */
  GBytes *plan;   /* manifest and leaf hashes: loaded with open transfers, kept by TRANSFER_PLAN */
} LanTransferRow;

/* Where a device was reached before: a hint to try, nothing more. */
typedef struct {
  LanDeviceId device;
  LanAccountId account;
  char *address; /* numeric, IPv6 link-local with %scope name */
  guint16 port;
  gint64 last_ms;
} LanAddressRow;

typedef struct {
  char *key;     /* "core.hlc", "ui.width"...: module.name */
  GBytes *value; /* NULL deletes */
} LanSettingRow;

/* Something that the machine of shared folders keeps; what is in it only that machine reads. */
typedef struct {
  LanConversationId share;
  guint32 kind;
  GBytes *key;  /* at most 1,100 bytes */
  GBytes *data; /* NULL deletes */
} LanShareItemRow;

/* Mail that is carried: LanCarriedRow.kind. Append-only. */
enum {
  LAN_CARRIED_HELD = 1,   /* here, for somebody else */
  LAN_CARRIED_PARCEL = 2, /* of ours, with somebody else */
};

/* What is in .info only core reads. */
typedef struct {
  guint32 kind;
  LanMessageId id;  /* of the envelope */
  GBytes *info;     /* NULL deletes */
  GBytes *envelope; /* may be NULL; a snapshot leaves it out */
} LanCarriedRow;

typedef enum {
  LAN_CHANGE_PERSON,        /* insert or replace by account */
  LAN_CHANGE_DEVICE,        /* insert or replace by device */
  LAN_CHANGE_CONVERSATION,  /* insert or replace by id */
  LAN_CHANGE_RECORD,        /* insert; the same (conversation, device, seq) again is no error */
  LAN_CHANGE_RECORD_FLAGS,  /* set .flags of (conversation, device, seq) */
  LAN_CHANGE_VECTOR,        /* insert or replace by (conversation, holder, author) */
  LAN_CHANGE_TRANSFER,      /* insert or replace by id */
  LAN_CHANGE_ADDRESS,       /* insert or replace by (device, address, port) */
  LAN_CHANGE_SETTING,       /* insert, replace or delete by key */
  LAN_CHANGE_TRANSFER_PLAN, /* set, or delete where NULL, .plan of .id */
  LAN_CHANGE_OPERATION,     /* insert, or replace what it beats, by its key; may come before its
                             * message */
  LAN_CHANGE_RECORD_OPENED, /* set .kind, .flags, .text and .opened of (conversation, device, seq) */
  LAN_CHANGE_RECORDS_SHOWN,   /* of .range: clear or set WITHDRAWN */
  LAN_CHANGE_GROUP_ITEM,      /* insert, replace or delete by (conversation, kind, key) */
  LAN_CHANGE_TRANSFER_FORGET, /* delete .id and its plan */
  LAN_CHANGE_SHARE_ITEM,      /* insert, replace or delete by (share, kind, key) */
  LAN_CHANGE_SHARE_FORGET,    /* delete all items of .share */
  LAN_CHANGE_CARRIED,         /* insert, replace or delete by (kind, id) */
} LanChangeType;

typedef struct {
  LanChangeType type;
  union {
    LanPersonRow person;
    LanDeviceRow device;
    LanConversationRow conversation;
    LanRecordRow record; /* also RECORD_FLAGS: only the key and .flags are set */
    LanVectorRow vector;
    LanTransferRow transfer;
    LanAddressRow address;
    LanSettingRow setting;
    LanOperationRow operation;
    LanRangeRow range;
    LanGroupItemRow group_item;
    LanCarriedRow carried;
    LanShareItemRow share_item; /* also SHARE_FORGET: only .share is set */
  };
} LanChange;

/* Copies are deep; clear frees what the row points to and zeroes it. */
void lan_person_row_copy (LanPersonRow *to, const LanPersonRow *from);
void lan_person_row_clear (LanPersonRow *row);
void lan_device_row_copy (LanDeviceRow *to, const LanDeviceRow *from);
void lan_device_row_clear (LanDeviceRow *row);
void lan_conversation_row_copy (LanConversationRow *to, const LanConversationRow *from);
void lan_conversation_row_clear (LanConversationRow *row);
void lan_record_row_copy (LanRecordRow *to, const LanRecordRow *from);
void lan_record_row_clear (LanRecordRow *row);
void lan_operation_row_copy (LanOperationRow *to, const LanOperationRow *from);
void lan_operation_row_clear (LanOperationRow *row);
/** Returns: (transfer full): an array that frees its LanOperationRow. */
GPtrArray *lan_operations_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_transfer_row_copy (LanTransferRow *to, const LanTransferRow *from);
void lan_transfer_row_clear (LanTransferRow *row);
void lan_address_row_copy (LanAddressRow *to, const LanAddressRow *from);
void lan_address_row_clear (LanAddressRow *row);
void lan_setting_row_clear (LanSettingRow *row);
void lan_group_item_row_clear (LanGroupItemRow *row);
void lan_share_item_row_clear (LanShareItemRow *row);
void lan_carried_row_clear (LanCarriedRow *row);

/** Returns: (transfer full) (element-type LanChange): an empty batch that frees its changes. */
GPtrArray *lan_changes_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Appends a zeroed change of @type to @changes; the caller fills its row. Returns: (transfer none). */
LanChange *lan_changes_add (GPtrArray *changes, LanChangeType type);

void lan_change_free (LanChange *change);

G_END_DECLS
