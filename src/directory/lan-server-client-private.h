/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside the client's files.
 */
#pragma once

#include "lan-bytes.h"
#include "lan-cert.h"
#include "lan-device-list.h"
#include "lan-directory-restart.h"
#include "lan-merkle.h"
#include "lan-server-client.h"

G_BEGIN_DECLS

#define CLIENT_WELCOME_US   (20 * (gint64) G_USEC_PER_SEC) /* from the dial to Welcome */
#define CLIENT_DENIED_US    (60 * 60 * (gint64) G_USEC_PER_SEC)
#define CLIENT_STEADY_US    (60 * (gint64) G_USEC_PER_SEC) /* online this long: back-off starts anew */
#define CLIENT_PROBE_US     (5 * (gint64) G_USEC_PER_SEC)
#define CLIENT_ACK_US       (20 * 1000)
#define CLIENT_CLOCK_MS     (5 * 60 * 1000)
#define CLIENT_WITHHELD_US  (10 * 60 * (gint64) G_USEC_PER_SEC)
#define CLIENT_MAIL_WINDOW  64
#define CLIENT_DEPOSITS_OUT 64
#define CLIENT_ASKS_MAX     4096
#define CLIENT_ENTRIES_MAX  500000
#define CLIENT_HEADS_MAX    512
#define CLIENT_CLAIMS_MAX   64
#define CLIENT_WATCH_MAX    4096
#define CLIENT_BLOBS_OUT    4

/* A person of the directory. */
typedef struct {
  LanUserId uid;
  LanAccountId account;
  guint8 status;
  GBytes *attestation;
} Person;

typedef struct {
  guint64 epoch;
  guint8 root[LAN_DIRECTORY_ROOT_TRUNC];
} PastHead;

/* What a colleague's computer said of an epoch that we cannot judge yet. */
typedef struct {
  PastHead head;
  LanAccountId account;
  gint64 since_us;
} Claim;

/* The directory while pages of it come in: nothing of it is believed before its head. */
typedef struct {
  LanMerkleFrontier frontier;
  GPtrArray *entries; /* of GBytes: those that came with their bytes */
  gboolean is_open;
  gboolean is_asked; /* a DirectoryGet is out */
  /* From the first entry on, because what the server has does not follow from what we hold: does it
     begin anew with the word of the organisation's key? */
  gboolean is_whole;
  gboolean is_restarted;       /* such a word was found, and holds */
  LanDirectoryRestart restart; /* the newest one */
  LanDirectoryWarning suspect; /* what it is if there is none */
} Staging;

typedef enum {
  ASK_BUNDLE,
  ASK_PAPERS,
  ASK_HIDE,
  ASK_PASSWORD,
  ASK_PREKEYS,
  ASK_PAPERS_PUT,
  ASK_TURN,
  ASK_DIRECTORY,
  ASK_HEAD,
  ASK_BLOB_PUT,
  ASK_BLOB_GET,
  ASK_BLOB_DROP,
} AskType;

/* A question that is repeated over reconnects until it is answered. */
typedef struct {
  AskType type;
  guint64 request;
  gboolean is_sent;
  gint64 again_us; /* refused for a while: not before */
  LanDeviceId device;
  LanAccountId account;
  LanHash root;
  guint64 number; /* epoch, or offset of a blob */
  guint64 size;
  GBytes *first; /* keys, signed prekey, old secret, blob */
  GBytes *second;
  gboolean knows_state; /* ASK_BLOB_PUT: the server has said how far it is */
  gboolean
      is_piecewise; /* ASK_BLOB_PUT: .first is the piece at .number, or waited for; ASK_BLOB_GET: that piece only */
} Ask;

typedef struct {
  guint8 id[LAN_SERVER_DEPOSIT_ID_BYTES];
  LanDeviceId to;
  GBytes *envelope;
  gboolean is_sent;
} Deposit;

typedef struct {
  LanAccountId account;
  guint state;
} Watched;

struct _LanServerClient {
  LanServerClientConfig config;
  GPtrArray *certs; /* of GBytes: of the account's other devices */
  LanTime now;

  /* the server, kept */
  gboolean is_known;
  gboolean is_enrolled;
  LanServerAddress address;
  guint8 server_public[LAN_KEY_BYTES];
  guint8 root_public[LAN_KEY_BYTES];
  gboolean has_root;
  gboolean root_pinned;
  gboolean is_adopted; /* by another device, and not yet let in */
  guint64 key_seq;     /* of the newest LSK1; 0: none is known */
  LanUserId uid;
  char *login;
  char *org_name;

  /* joining */
  gboolean has_code;
  guint8 code[LAN_SERVER_INVITE_BYTES];
  gboolean has_secret;
  guint8 secret[LAN_SERVER_SECRET_BYTES];
  char *display;

  LanServerState state;
  guint32 refusal;
  gint64 since_ms;
  guint64 lane; /* 0: none */
  guint64 next_lane;
  gboolean is_welcome;
  gboolean has_switched; /* this lane is still the old device's */
  gboolean is_looking;   /* this lane only asks for the server's key */
  guint attempts;
  gint64 due_us;    /* of the state: next dial, end of patience */
  gint64 online_us; /* since */
  gint64 ping_us;
  gint64 heard_us; /* patience until the other is heard again */
  guint32 idle_ms;
  char *seen_address;
  gboolean has_relay;
  guint64 blob_max;
  gint64 blob_life_ms;
  guint32 farewell_ms; /* Goodbye's retry time */

  /* directory */
  LanMerkleFrontier frontier;
  GBytes *head;
  LanDirectoryHead head_fields;
  GPtrArray *issuers;     /* of LanIssuer */
  GByteArray *issuer_log; /* their LIK1, one behind the other */
  GHashTable *people;     /* LanUserId* -> Person, owns */
  GHashTable *before;     /* the same, while a directory that began anew is taken in */
  GHashTable *accounts;   /* LanAccountId* -> Person */
  GArray *past;           /* of PastHead, ascending */
  GArray *claims;         /* of Claim */
  Staging staging;
  gboolean is_stale;
  gboolean is_started;
  gint64 stale_us;       /* when to look again */
  guint64 restart_epoch; /* the log began anew with it; older ones are of no interest */
  guint64 newest_epoch;  /* that the server spoke of when we logged in */
  guint64 whole_epoch;   /* for this head of the server the whole log was asked for */

  /* people */
  GHashTable *watched; /* LanAccountId* -> Watched, owns */
  GHashTable *lists;   /* LanAccountId* (own copy) -> GBytes LDL1 */
  guint presence;
  GBytes *status;

  /* mail */
  GQueue deposits; /* of Deposit, oldest first */
  GHashTable *deposit_ids;
  guint deposits_out;
  GArray *acks; /* of guint64 */
  gint64 ack_us;

  GQueue asks; /* of Ask */
  guint64 next_request;

  gboolean wants_turn;
  gint64 turn_us; /* renew at */

  GPtrArray *changes; /* of LanChange: gathered, one COMMIT */
  GQueue actions;
};

/* ---- lan-server-client.c ---- */

/** 0 where the own list does not decode. */
guint32 lan_client_own_list_seq (LanServerClient *client);

/* ---- lan-server-client-own.c ---- */

/** As another device of the account has joined it. */
void lan_client_take_server (LanServerClient *client, const LanServerAddress *address,
                             const guint8 *server_public, const guint8 *root_public);
/** Logged in: what the server holds of this account is the list of number @seq. */
void lan_client_own_welcome (LanServerClient *client, guint32 seq);
/** The server has shown the own list: puts the papers where a certificate is missing. */
void lan_client_own_papers (LanServerClient *client, GBytes *list, GPtrArray *certs);
/** The directory names somebody: under which login, if it is oneself. */
void lan_client_own_start (LanServerClient *client);
void lan_client_own_person (LanServerClient *client, const LanAttestation *person);

/* ---- lan-server-client-state.c ---- */

/** Tells of it when it is another one; @due_us ends it. */
void lan_client_set_state (LanServerClient *client, LanServerState state, gint64 due_us);
/** Until the next dial: as long as backing off says, and @at_least_us. */
void lan_client_wait (LanServerClient *client, gint64 at_least_us);
void lan_client_dial (LanServerClient *client, gboolean enrol);
/** Not with the pinned key: who is there, and what does the company say of their key? */
void lan_client_look (LanServerClient *client);
/** Closes the lane, if there is one; the state stays. */
void lan_client_cut (LanServerClient *client);
void lan_client_join_failed (LanServerClient *client, guint32 refusal, guint32 retry_ms);
/** The lane is gone: dials again later. */
void lan_client_lost (LanServerClient *client);
/** The old device has said who comes after it: a lane with the new one's key. */
void lan_client_switched (LanServerClient *client);

/* ---- lan-server-client-out.c ---- */

LanServerClientAction *lan_client_add (LanServerClient *client, LanServerClientActionType type);
void lan_client_send (LanServerClient *client, const LanServerFrame *frame);
void lan_client_warn (LanServerClient *client, LanDirectoryWarning kind,
                      const LanAccountId *account, gboolean proved, guint64 epoch, GBytes *first,
                      GBytes *second);
/** @value: (nullable): NULL deletes. */
void lan_client_keep (LanServerClient *client, const char *key, GBytes *value);
ProtobufCBinaryData lan_client_field (GBytes *bytes);

/* ---- lan-server-client-keep.c ---- */

void lan_client_keep_pin (LanServerClient *client);
GBytes *lan_client_encode_pin (const LanServerClient *client);
void lan_client_keep_directory (LanServerClient *client);
void lan_client_keep_person (LanServerClient *client, const Person *person);
void lan_client_keep_list (LanServerClient *client, const LanAccountId *account, GBytes *list);
void lan_client_forget_all (LanServerClient *client);
void lan_client_add_person (LanServerClient *client, const LanAttestation *a, GBytes *bytes);
void lan_client_add_issuer (LanServerClient *client, const LanIssuer *issuer, const guint8 *data);
void lan_client_note_past (LanServerClient *client, guint64 epoch, const LanHash *root);

/* ---- lan-server-client-directory.c ---- */

void lan_client_directory_init (LanServerClient *client);
void lan_client_directory_clear (LanServerClient *client);
void lan_client_person_free (gpointer person);
/** What Welcome says the newest head is. */
void lan_client_on_newest_head (LanServerClient *client, const ProtobufCBinaryData *head);
void lan_client_on_page (LanServerClient *client, const Lanyard__Server__DirectoryPage *page);
void lan_client_directory_offline (LanServerClient *client);
void lan_client_check_stale (LanServerClient *client);
const LanIssuer *lan_client_find_issuer (LanServerClient *client, const LanIssuerId *id);

/** The server has fewer entries than we hold. */
void lan_client_directory_gone (LanServerClient *client);
void lan_client_take_person (LanServerClient *client, GBytes *bytes);

/* ---- lan-server-client-restart.c ---- */

/** An LDR1 in the pages, behind @frontier: notes it where the organisation's key signed it for this place. */
void lan_client_stage_restart (LanServerClient *client, const LanMerkleFrontier *frontier,
                               const guint8 *data, gsize len);
/** TRUE: what is staged may take the place of what we hold. */
gboolean lan_client_may_restart (const LanServerClient *client, const LanDirectoryHead *head);
/** What we hold gives way; whom @entries do not name is told to be gone. */
void lan_client_restart (LanServerClient *client, GPtrArray *entries);

/* ---- lan-server-client-key.c ---- */

/** The pinned key has not answered for a while, and another would be known for what it is. */
gboolean lan_client_should_look (const LanServerClient *client);
void lan_client_load_server_key (LanServerClient *client, const guint8 *data, gsize len);
/** LSK1, as Welcome, ServerKey or a look brought it; empty: none. */
void lan_client_on_server_key (LanServerClient *client, const ProtobufCBinaryData *field);

/* ---- lan-server-client-gossip.c ---- */

void lan_client_on_head (LanServerClient *client, const Ask *ask, const Lanyard__Server__Head *m);
void lan_client_judge_claims (LanServerClient *client);
void lan_client_withheld (LanServerClient *client);

/* ---- lan-server-client-ask.c ---- */

/** Returns: (transfer none) (nullable): NULL when too many wait. */
Ask *lan_client_ask (LanServerClient *client, AskType type);
Ask *lan_client_find_ask (LanServerClient *client, guint64 request, AskType type);
void lan_client_send_asks (LanServerClient *client);
void lan_client_end_ask (LanServerClient *client, Ask *ask);
void lan_client_asks_offline (LanServerClient *client);
void lan_client_asks_clear (LanServerClient *client);
gint64 lan_client_asks_due (const LanServerClient *client);
void lan_client_renew_turn (LanServerClient *client);
void lan_client_put_papers (LanServerClient *client);

/* ---- lan-server-client-ask-send.c ---- */

void lan_client_send_ask (LanServerClient *client, Ask *ask);

/* ---- lan-server-client-answer.c ---- */

void lan_client_ask_refused (LanServerClient *client, const Lanyard__Server__Refused *m);
void lan_client_ask_done (LanServerClient *client, guint64 request);
/** TRUE: the frame was the answer to an ask. */
gboolean lan_client_on_answer (LanServerClient *client, const LanServerFrame *frame);

/* ---- lan-server-client-people.c ---- */

void lan_client_subscribe_all (LanServerClient *client);
void lan_client_send_presence (LanServerClient *client);
void lan_client_on_presence (LanServerClient *client, const Lanyard__Server__Presence *m);
void lan_client_on_papers (LanServerClient *client, const Lanyard__Server__Papers *m);
void lan_client_people_offline (LanServerClient *client);

/* ---- lan-server-client-mail.c ---- */

void lan_client_mail_online (LanServerClient *client);
void lan_client_mail_offline (LanServerClient *client);
void lan_client_mail_clear (LanServerClient *client);
void lan_client_flush_acks (LanServerClient *client);
void lan_client_on_mail (LanServerClient *client, const Lanyard__Server__Mail *m);
void lan_client_on_stored (LanServerClient *client, const Lanyard__Server__Stored *m);
void lan_client_deposit_refused (LanServerClient *client, const Lanyard__Server__Refused *m);

G_END_DECLS
