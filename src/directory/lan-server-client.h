/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanServerClient: one computer's side of the rendezvous server, without I/O. It joins, logs in and
 * stays in touch, keeps a copy of the company's directory that it has verified itself, and carries
 * presence, signals, mail and prekeys. The server is believed nothing that is not signed by the
 * company's keys or by the person concerned (SERVER-PROTOCOL.md; README.md of this folder).
 *
 *   settings --load--> | LanServerClient | --COMMIT--> settings "server.…"
 *   lane ------------> |                 | --DIAL, SEND, CLOSE--> lane
 *   core, person ----> |                 | --events--> core, person
 *
 *   OFF --join--> ENROLLING --> WAITING <-> DIALING --> ONLINE --> WAITING       any --> REFUSED
 *
 * The server's being away is a state, not an error: the copy of the directory goes on working. After
 * any call, drain lan_server_client_next_action() and look at the next deadline again. One thread.
 */
#pragma once

#include "lan-attestation.h"
#include "lan-change.h"
#include "lan-deadlines.h"
#include "lan-directory-head.h"
#include "lan-identity.h"
#include "lan-invite.h"
#include "lan-random.h"
#include "lan-server-frame.h"

G_BEGIN_DECLS

#define LAN_SERVER_CLIENT_RETRY_MIN_US (1 * G_USEC_PER_SEC)
#define LAN_SERVER_CLIENT_RETRY_MAX_US (60 * G_USEC_PER_SEC)
#define LAN_SERVER_CLIENT_DEPOSITS_MAX 1024 /* not yet stored; more are refused with LIMIT */

typedef enum {
  LAN_SERVER_OFF,       /* no server is known */
  LAN_SERVER_ENROLLING, /* joining for the first time (or again, with a new key) */
  LAN_SERVER_WAITING,   /* away: the next dial waits for its time */
  LAN_SERVER_DIALING,
  LAN_SERVER_ONLINE,
  LAN_SERVER_DENIED, /* it does not want this device: .refusal says why; tried again once an hour */
  LAN_SERVER_STATE_N
} LanServerState;

/** "off", "enrolling", "waiting", "dialing", "online", "denied". */
const char *lan_server_state_name (LanServerState state);

/* What a person must be told of (SECURITY 4.1, 4.4). */
typedef enum {
  LAN_DIRECTORY_EQUIVOCATION, /* two heads for one epoch: the server shows two directories.
                                 .proved: both are signed; else .account's computer says so */
  LAN_DIRECTORY_ROLLBACK,     /* the server shows an older directory than before */
  LAN_DIRECTORY_STALE,        /* no new head for 7 days */
  LAN_DIRECTORY_FRESH,        /* no longer stale */
  LAN_DIRECTORY_FORGED,       /* an attestation or head that no key of the company signed */
  LAN_DIRECTORY_BROKEN,       /* the log does not give the root that its head states */
  LAN_DIRECTORY_DOWNGRADE, /* a new key for .account's place, attested at a lower level: not taken */
  LAN_DIRECTORY_OLD_LIST,  /* an older or contradicting device list of .account: not taken */
  LAN_DIRECTORY_CLOCK,     /* the server's clock is more than 5 minutes off ours */
  LAN_DIRECTORY_SERVER_KEY, /* it names a key for itself that the company has not signed, or an older one */
  LAN_DIRECTORY_WARNING_N
} LanDirectoryWarning;

/** A stable code: "equivocation". */
const char *lan_directory_warning_code (LanDirectoryWarning warning);

typedef enum {
  /* to do */
  LAN_SERVER_CLIENT_DIAL,   /* .dial: kind 3 */
  LAN_SERVER_CLIENT_CLOSE,  /* .lane */
  LAN_SERVER_CLIENT_SEND,   /* .lane, .bytes */
  LAN_SERVER_CLIENT_COMMIT, /* .changes: settings; no answer is needed */
  /* to tell */
  LAN_SERVER_CLIENT_STATE,          /* look with lan_server_client_get_state() */
  LAN_SERVER_CLIENT_ENROLLED,       /* .attestation may be NULL; a login follows by itself */
  LAN_SERVER_CLIENT_JOIN_FAILED,    /* .refusal, .retry_ms; NONE: not reached or key not right */
  LAN_SERVER_CLIENT_PERSON,         /* .person: new or changed in the directory; verified */
  LAN_SERVER_CLIENT_PERSON_GONE,    /* .account: the directory that began anew lacks them */
  LAN_SERVER_CLIENT_DIRECTORY,      /* up to date with the newest head */
  LAN_SERVER_CLIENT_RESTARTED,      /* .time_s: the organisation's key let the directory begin anew,
                                        from a backup; told before the people that changes */
  LAN_SERVER_CLIENT_KEY_RENEWED,    /* .time_s: the organisation's key has signed another key of the
                                        server; it is pinned from now on */
  LAN_SERVER_CLIENT_PRESENCE,       /* .account, .presence */
  LAN_SERVER_CLIENT_SIGNAL,         /* .device (who), .bytes */
  LAN_SERVER_CLIENT_SIGNAL_REFUSED, /* .device (to whom), .refusal, .retry_ms */
  LAN_SERVER_CLIENT_MAIL,           /* .mail: keep it, then lan_server_client_mail_ack() */
  LAN_SERVER_CLIENT_STORED,         /* .id: a deposit is safe at the server */
  LAN_SERVER_CLIENT_DEPOSIT_REFUSED, /* .id, .refusal, .retry_ms; it is not repeated */
  LAN_SERVER_CLIENT_BUNDLE,          /* .device, .bundle: signature not yet looked at */
  LAN_SERVER_CLIENT_BUNDLE_REFUSED,  /* .device, .refusal, .retry_ms */
  LAN_SERVER_CLIENT_PREKEYS, /* .prekeys: how many are left at the server, make new ones if few */
  LAN_SERVER_CLIENT_PAPERS,  /* .account, .papers: verified, newest known */
  LAN_SERVER_CLIENT_PAPERS_STORED, /* own list is at the server */
  LAN_SERVER_CLIENT_TURN,          /* .turn: new credentials, or .turn.life_s 0: none any more */
  LAN_SERVER_CLIENT_BLOB,          /* .blob: progress or end of an upload or download */
  LAN_SERVER_CLIENT_ANSWER,        /* .request, .refusal: of hide and set_password; NONE: done */
  LAN_SERVER_CLIENT_WARNING,       /* .warning */
} LanServerClientActionType;

typedef struct {
  LanServerClientActionType type;
  guint64 lane;
  GBytes *bytes;
  GPtrArray *changes; /* of LanChange, all LAN_CHANGE_SETTING */
  LanAccountId account;
  LanDeviceId device;
  guint8 id[LAN_SERVER_DEPOSIT_ID_BYTES];
  guint64 request;
  guint32 refusal; /* LanRefusal, or a number of a newer version */
  guint32 retry_ms;
  struct {
    gboolean enrol; /* TRUE: NK; FALSE: XK with the device's key */
    gboolean look;  /* TRUE: XX with a throw-away key, whoever answers */
    LanServerAddress address;
    guint8 server_public[LAN_KEY_BYTES];
  } dial;
  GBytes *attestation;
  gint64 time_s;
  struct {
    GBytes *attestation;  /* LAT1; decode it with lan_attestation_decode() */
    gboolean key_changed; /* the same person with another account key than before */
    LanAccountId old_account;
    guint8 old_status; /* LAN_ATTESTED_, or 255: was not known */
  } person;
  struct {
    guint state;     /* 0 offline, 1 available, 2 away, 3 busy */
    GBytes *status;  /* as the other put it there; may be NULL */
    GArray *devices; /* of LanDeviceId: connected to the server now */
  } presence;
  struct {
    guint64 id;
    GBytes *envelope;
    gint64 time_ms;
  } mail;
  struct {
    GBytes *signed_prekey; /* LSP1 */
    GBytes *one_time;      /* 36 bytes or NULL */
  } bundle;
  struct {
    guint one_time;
    gint64 signed_expires_s;
  } prekeys;
  struct {
    GBytes *list;
    GPtrArray *certs; /* of GBytes */
  } papers;
  struct {
    char *username;
    char *password;
    GPtrArray *uris; /* of char * */
    guint32 life_s;
  } turn;
  struct {
    LanHash root;
    gboolean upload;
    guint64 size;
    guint64 done;
    gboolean complete;
    GBytes *part;     /* download: the piece that ends at .done */
    gboolean wanted;  /* upload: the piece that begins at .done is to be given */
    gboolean dropped; /* it is not there any more */
  } blob;
  struct {
    LanDirectoryWarning kind;
    gboolean proved;
    guint64 epoch;
    GBytes *first; /* EQUIVOCATION: both heads where there are two, for the audit file */
    GBytes *second;
  } warning;
} LanServerClientAction;

void lan_server_client_action_clear (LanServerClientAction *action);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanServerClientAction, lan_server_client_action_clear)

/* Everything is borrowed and must stay until free or lan_server_client_set_identity(). */
typedef struct {
  const LanDeviceKeys *device;
  GBytes *list; /* own newest LDL1 */
  GBytes *cert; /* own LDC1 of @device */
  const LanRandom *random;
} LanServerClientConfig;

typedef struct _LanServerClient LanServerClient;

LanServerClient *
lan_server_client_new (const LanServerClientConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_server_client_free (LanServerClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanServerClient, lan_server_client_free)

/* ---- start ---- */

/** Keys "server.…" are used, all others ignored; in any order, before start. */
void lan_server_client_load_setting (LanServerClient *client, const char *key, GBytes *value);
void lan_server_client_start (LanServerClient *client, const LanTime *now);

/* ---- joining ---- */

typedef struct {
  LanServerAddress address;
  guint8 server_public[LAN_KEY_BYTES]; /* from the invite, or compared by its words */
  const guint8 *root_public;           /* 32 bytes; NULL: taken from Enrolled, and said so */
  const guint8 *code;                  /* 16 bytes of an invite, or NULL */
  const char *login;                   /* canonical; may be "" with an invite that names one */
  const guint8 *secret;                /* lan_password_secret(), 32 bytes, or NULL */
  const char *display;                 /* proposed name */
} LanServerJoin;

/** Leaves any server known before, then enrols. Copies. ENROLLED or JOIN_FAILED follows. */
void lan_server_client_join (LanServerClient *client, const LanServerJoin *join,
                             const LanTime *now);

/**
 * Belongs from now on to the server that another device of this account has joined: nothing is asked
 * but to be let in, which the server does once that device has shown it the list that names this one.
 * @root_public: (nullable): 32 bytes. STATE: belongs to a server already.
 */
LanStatus lan_server_client_adopt (LanServerClient *client, const LanServerAddress *address,
                                   const guint8 *server_public, const guint8 *root_public,
                                   const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The same for a profile that is about to become a device of the account: to be kept as setting
 * "server.pin", and found there at its next start. Returns: (transfer full).
 */
GBytes *lan_server_client_make_pin (const LanServerAddress *address, const guint8 *server_public,
                                    const guint8 *root_public) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets the server, the directory and everything kept of them. */
void lan_server_client_leave (LanServerClient *client, const LanTime *now);

/** Another address of the same server (its pinned key stays). */
void lan_server_client_set_address (LanServerClient *client, const LanServerAddress *address,
                                    const LanTime *now);

/** New certificate and list (rename, another device, a revocation) or new device keys. */
void lan_server_client_set_identity (LanServerClient *client, const LanServerClientConfig *config,
                                     const LanTime *now);

/**
 * Certificates of the account's other active devices, of GBytes; copies. They go with the own list, and
 * anew where the server turns out to lack one: it lets in only devices whose certificate it has.
 */
void lan_server_client_set_certs (LanServerClient *client, GPtrArray *certs, const LanTime *now);

/* ---- lane ---- */

/** @handshake_hash: 64 bytes (LAN_NOISE_HASH_BYTES), from ESTABLISHED. */
void lan_server_client_lane_up (LanServerClient *client, guint64 lane, const guint8 *handshake_hash,
                                const LanTime *now);
void lan_server_client_lane_down (LanServerClient *client, guint64 lane, const LanTime *now);
void lan_server_client_frame (LanServerClient *client, guint64 lane, const guint8 *data, gsize len,
                              const LanTime *now);
/** An interface came, went or changed, or the machine woke up: dials at once. */
void lan_server_client_network_changed (LanServerClient *client, const LanTime *now);

/* ---- directory ---- */

/** What our own HELLO says: zeros without a directory. */
void lan_server_client_get_hello (LanServerClient *client, guint64 *epoch,
                                  guint8 root_trunc[LAN_DIRECTORY_ROOT_TRUNC]);

/** What the HELLO of @account's computer said (the caller has checked that it belongs to the company). */
void lan_server_client_heard_head (LanServerClient *client, const LanAccountId *account,
                                   guint64 epoch, const guint8 root_trunc[LAN_DIRECTORY_ROOT_TRUNC],
                                   const LanTime *now);

/** A whole head that @account's computer sent: a contradiction is then proved. */
LanStatus lan_server_client_heard_whole_head (LanServerClient *client, const LanAccountId *account,
                                              const guint8 *head, gsize len, const LanTime *now);

/** The company's word on an account; FALSE: none. @out is filled. */
gboolean lan_server_client_find_person (LanServerClient *client, const LanAccountId *account,
                                        LanAttestation *out);
/** @data is given each person's LAT1, in no order; active, suspended and left ones. */
void lan_server_client_foreach_person (LanServerClient *client,
                                       void (*func) (const LanAttestation *person, gpointer data),
                                       gpointer data);
guint lan_server_client_count_people (LanServerClient *client);

/** Device list and certificates of @account: PAPERS follows when the server has them. */
void lan_server_client_want_papers (LanServerClient *client, const LanAccountId *account,
                                    const LanTime *now);

/* ---- presence ---- */

void lan_server_client_set_presence (LanServerClient *client, guint state, GBytes *status,
                                     const LanTime *now);
/** Presence and device lists of @account are wanted (or no longer). Stays through reconnects. */
void lan_server_client_watch (LanServerClient *client, const LanAccountId *account, gboolean on,
                              const LanTime *now);
/** From whom one hides: the whole list; kept by the server. Returns: the request, for ANSWER. */
guint64 lan_server_client_hide (LanServerClient *client, const LanAccountId *accounts, gsize n,
                                const LanTime *now);

/* ---- signals ---- */

/** STATE: not online; OVERSIZED. What is under way when the lane breaks is lost: the session asks again. */
LanStatus lan_server_client_signal (LanServerClient *client, const LanDeviceId *to,
                                    const guint8 *payload, gsize len,
                                    const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/* ---- mail ---- */

/**
 * Leaves an envelope; @id is random and stays with it, also over restarts of the caller. Kept and
 * repeated over reconnects until STORED or DEPOSIT_REFUSED. OK, OVERSIZED, LIMIT, STATE (no server).
 */
LanStatus lan_server_client_deposit (LanServerClient *client,
                                     const guint8 id[LAN_SERVER_DEPOSIT_ID_BYTES],
                                     const LanDeviceId *to, GBytes *envelope,
                                     const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
/** No longer wanted (it was delivered otherwise). */
void lan_server_client_cancel_deposit (LanServerClient *client,
                                       const guint8 id[LAN_SERVER_DEPOSIT_ID_BYTES]);
/** The mail is on our own disk (or will never be wanted). */
void lan_server_client_mail_ack (LanServerClient *client, guint64 mail_id, const LanTime *now);

/** @signed_prekey: LSP1 or NULL; @one_time: n times 36 bytes or NULL. Repeated until it arrived. */
void lan_server_client_publish_prekeys (LanServerClient *client, GBytes *signed_prekey,
                                        GBytes *one_time, const LanTime *now);
/** BUNDLE or BUNDLE_REFUSED follows, also over reconnects. */
void lan_server_client_want_bundle (LanServerClient *client, const LanDeviceId *device,
                                    const LanTime *now);

/* ---- relay, blobs, password ---- */

/** Credentials are wanted, and renewed before they end; TURN follows. */
void lan_server_client_want_turn (LanServerClient *client, gboolean on, const LanTime *now);

/** Uploads a sealed blob; resumes where the server stands. @root: tree hash, leaves of 32,768 bytes. */
LanStatus lan_server_client_put_blob (LanServerClient *client, const LanHash *root, GBytes *sealed,
                                      const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
/**
 * The same piece by piece: BLOB with .wanted asks for each that is missing, again after a reconnect, and
 * lan_server_client_blob_data() gives it. @size: of the whole. Again while it is under way: nothing.
 */
LanStatus lan_server_client_put_blob_pieces (LanServerClient *client, const LanHash *root,
                                             guint64 size,
                                             const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;
/** Nothing happens unless the piece at @offset is what is wanted. */
void lan_server_client_blob_data (LanServerClient *client, const LanHash *root, guint64 offset,
                                  GBytes *piece, const LanTime *now);
/** One piece; when refused, .done is @offset. Nothing happens while it is being asked for. */
void lan_server_client_get_blob_piece (LanServerClient *client, const LanHash *root, guint64 offset,
                                       const LanTime *now);
/** Nothing more is asked or told of it; what the server has of it stays there. */
void lan_server_client_stop_blob (LanServerClient *client, const LanHash *root);
/** Has one of our own deleted; BLOB with .dropped follows, after a reconnect if need be. */
void lan_server_client_drop_blob (LanServerClient *client, const LanHash *root, const LanTime *now);
/** Downloads; each piece comes as BLOB. @from: a multiple of 32,768. The caller verifies the root. */
void lan_server_client_get_blob (LanServerClient *client, const LanHash *root, guint64 from,
                                 const LanTime *now);

guint64 lan_server_client_set_password (LanServerClient *client, const guint8 *old_secret,
                                        const guint8 *secret, const LanTime *now);

/* ---- time and output ---- */

gint64 lan_server_client_next_deadline (const LanServerClient *client);
void lan_server_client_advance (LanServerClient *client, const LanTime *now);
gboolean lan_server_client_next_action (LanServerClient *client,
                                        LanServerClientAction *action) G_GNUC_WARN_UNUSED_RESULT;

/* ---- looking: borrowed until the next call ---- */

typedef struct {
  LanServerState state;
  guint32 refusal; /* DENIED: why */
  gint64 retry_us; /* WAITING: when it dials next (monotonic) */
  gint64 since_ms; /* wall time of the last change of state */
  LanServerAddress address;
  guint8 server_public[LAN_KEY_BYTES];
  guint8 root_public[LAN_KEY_BYTES]; /* zeros: not known yet */
  gboolean root_pinned;              /* came with the invite, not from the server */
  LanUserId uid;
  const char *login;
  const char *org_name;
  const char *seen_address; /* "address port", as the server sees us; may be "" */
  guint64 dir_epoch;
  guint64 dir_size;
  gint64 dir_time_s;
  gboolean stale;
  gboolean relay; /* it hands out relay credentials */
  guint deposits; /* waiting to be stored */
  guint64 blob_max;
  gint64 blob_life_ms; /* it keeps one for so long */
} LanServerClientInfo;

void lan_server_client_get_info (LanServerClient *client, LanServerClientInfo *info);
LanServerState lan_server_client_get_state (const LanServerClient *client);
/** TRUE when enrolled at a server, whether it can be reached or not. */
gboolean lan_server_client_is_joined (const LanServerClient *client);

G_END_DECLS
