/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the engine tells the public objects: snapshots, made on the engine's thread and given away
 * whole, so that the two threads share nothing. A batch of events is one idle in the owner's
 * context. A REPLY brings an asynchronous call back to its caller, in order with what it caused.
 */
#pragma once

#include "lan-call.h"
#include "lan-change.h"
#include "lan-devices.h"
#include "lan-group-chat.h"
#include "lan-media-message.h"
#include "lan-message.h"
#include "lan-node.h"
#include "lan-picture-box.h"
#include "lan-server.h"
#include "lan-share.h"
#include "lan-transfer.h"

G_BEGIN_DECLS

typedef struct {
  LanAccountId account;
  LanAccountId replaces;    /* zero: nobody */
  LanAccountId merged_into; /* zero: nobody */
  char *name;               /* NULL: not known */
  char *note;               /* NULL: none */
  char *status_text;        /* NULL: none */
  LanTrust trust;
  guint32 flags; /* LAN_PERSON_ACCEPTED... of LanPersonRow */
  gboolean request;
  gboolean online;
  gboolean typing;
  LanPersonPresence presence;
  const char *path; /* static: "direct", "relayed", "" */
  gint64 rtt_us;
  gint64 last_seen_ms;
  char *login;          /* of the company's directory, as the next two; NULL: not in it */
  char *title;          /* NULL: none */
  char *department;     /* a path with '/' between; NULL: none */
  const char *standing; /* static: "suspended", "left", NULL: neither, or not in it */
  guint level;          /* 0: not in the directory; 1, 2: SECURITY 4.1 */
  gboolean mailbox;     /* what cannot be delivered now can be left for them */
} LanPersonInfo;

typedef struct {
  LanServerStatus status;
  char *name;
  char *address;
  char *login;
  char *error_code;
  char *error_text;
  char *warning_code;
  char *warning_text;
  gboolean has_relay;
} LanServerInfo;

typedef struct {
  LanMessageId id;
  LanConversationId conversation;
  LanAccountId peer;
  LanAccountId author;  /* in a group; elsewhere it is oneself or the peer */
  gboolean this_device; /* written on this device */
  gboolean own;
  LanMessageKind kind;
  LanGroupEvent event; /* kind EVENT: what was done to a group, */
  LanGroupChatRole event_role;
  GArray *event_people; /* and to whom; of LanAccountId; may be NULL */
  LanMessageStatus status;
  char *text;
  gint64 time_ms;
  guint64 order;
  guint64 seq; /* of the author's log */
  gint64 delivered_ms;
  gint64 read_ms;
  gboolean sent_again;
  gboolean request;
  gboolean imported;
  gboolean whole; /* from the disk, with all that was said about it: what follows holds */
  gboolean recalled;
  gboolean pinned;
  gint64 edited_ms;     /* 0: not */
  GPtrArray *reactions; /* of LanReaction; NULL: none */
  /* from its content, for ever the same */
  gboolean urgent;
  gboolean mentions_me;
  gboolean has_quote;
  LanAccountId quote_author;
  LanMessageId quote_id;
  char *quote_text;     /* what its writer says of it */
  char *forwarded_from; /* name; NULL: not forwarded */
  char *imported_from;  /* name of who wrote it, as a file said; NULL: not out of a file */
  LanCallOutcome call_outcome;
  gint64 call_ms;
  char *carrier; /* name of who carries it; NULL: nobody, or a file does */
  guint note_ms;
  GBytes *note_peaks;                  /* NULL: it is no voice note */
  guint sticker_width, sticker_height; /* px; 0: it is none */
  char *sticker_set;                   /* NULL: none */
  gboolean sticker_offered;
} LanMessageInfo;

typedef struct {
  gboolean on;
  guint letters; /* of others, here */
  guint64 bytes; /* of these */
} LanCarryInfo;

typedef struct {
  LanConversationId conversation;
  LanAccountId peer;
  gboolean held;
  gboolean request;
  guint unread;
  char *draft; /* NULL: none, or as before (see LAN_EVENT_CONVERSATION) */
} LanConversationInfo;

typedef struct {
  LanAccountId account;
  LanGroupChatRole role;
  char *name; /* may be NULL */
  gboolean forked;
  gboolean typing;
  guint64 delivered; /* of our own log */
  guint64 read;
} LanGroupMemberNews;

typedef struct {
  LanConversationId id;
  char *name;
  char *topic;
  GBytes *picture; /* NULL: none */
  LanGroupChatKind kind;
  LanGroupChatRole role;
  gboolean open_history;
  gboolean ended;
  gint64 ends_ms;
  gboolean invited;
  gboolean muted;
  guint keep_days;
  LanAccountId inviter; /* zero: nobody */
  guint forks;
  GPtrArray *members; /* of LanGroupMemberNews */
} LanGroupChatInfo;

typedef struct {
  LanTransferRow row;
  guint64 rate; /* bytes a second */
  gboolean is_folder;
  gboolean is_paused; /* by a person here */
  guint files;
  guint left_links; /* of a folder, not sent */
  guint left_others;
  gboolean in_group; /* offered in one: its id is that of the conversation */
  guint members;     /* of the group that it was offered to, oneself left out; 0: to one person */
  guint fetched;     /* of them have it */
  LanTransferLeft left;
  gboolean request;
  char *error_text; /* NULL: none */
} LanTransferInfo;

typedef struct {
  char *id; /* hex */
  char *name;
  gboolean self;
  gboolean active;
  gboolean online;
  gint64 since_ms;
} LanDeviceInfo;

typedef struct {
  LanDeviceLinkState state;
  char *code; /* the texts may be NULL */
  char *qr_text;
  gint64 expires_ms;
  char *other_name;
  char *person_name;
  gboolean full;
  char *error_code;
  char *error_text;
} LanDeviceLinkInfo;

typedef struct {
  LanConversationId id;
  gboolean gone; /* forgotten: nothing else is set */
  char *name;
  char *owner; /* hex */
  LanShareStatus status;
  LanShareAccess access;
  char *dir; /* NULL: none */
  gboolean keep;
  guint files;
  guint here;
  guint busy;
  guint conflicts;
  guint skipped;
  guint64 size;
  gboolean scanning;
  char *error;        /* NULL: none */
  GPtrArray *members; /* of LanSharedMember */
} LanShareInfo;

typedef struct {
  LanMessageId id;
  LanAccountId peer;
  gboolean incoming;
  LanCallStatus status;
  const char *end; /* static */
  gboolean by_us;
  gboolean missed;
  gboolean muted, held, other_muted, other_held;
  gboolean video, other_video;
  gboolean screen, other_screen;
  gint64 answered_ms;
  gint64 duration_ms;
  guint missing;   /* LanMediaFailure */
  gboolean silent; /* nothing comes from the other side just now */
  guint restarts;
  gint64 start_us;
  const char *path; /* static */
  LanMediaStats stats;
  LanMediaPictures pictures;
  LanPictureBox *box; /* the other side's pictures; NULL: there are none */
} LanCallInfo;

typedef enum {
  LAN_EVENT_OPENED,          /* number: port; text: own name; flags: LanNodeProtection; or error */
  LAN_EVENT_CLOSED,          /* the last one */
  LAN_EVENT_SELF,            /* person */
  LAN_EVENT_PERSON,          /* person: new or changed */
  LAN_EVENT_PERSON_REMOVED,  /* account: not nearby any more and no contact */
  LAN_EVENT_CONVERSATION,    /* conversation */
  LAN_EVENT_GROUP,           /* group: new or changed; before anything else of it */
  LAN_EVENT_DRAFT,           /* conversation: its draft as kept on disk */
  LAN_EVENT_PREVIEW,         /* message: the newest of its conversation, from the disk */
  LAN_EVENT_MESSAGE,         /* message: a new one, on our disk now */
  LAN_EVENT_MESSAGE_STATE,   /* message: only id, conversation, peer, status and times are valid */
  LAN_EVENT_MESSAGE_CHANGED, /* message: what it shows may have changed */
  LAN_EVENT_TRANSFER,        /* transfer: new or changed */
  LAN_EVENT_LINK_STATE,      /* account, text: state, code: path */
  LAN_EVENT_SETTING,         /* code: key, text: value; only while opening */
  LAN_EVENT_HIDDEN,          /* flags: whether hidden */
  LAN_EVENT_CARRY,           /* carry */
  LAN_EVENT_PROTECTION,      /* flags: LanNodeProtection */
  LAN_EVENT_NOTICE,          /* code, text */
  LAN_EVENT_SERVER,          /* server: all of it, changed or not */
  LAN_EVENT_DEVICES,         /* devices: all of one's own */
  LAN_EVENT_DEVICE_LINK,     /* device_link: how far the linking of a device is */
  LAN_EVENT_SHARE,           /* share: new or changed, or gone */
  LAN_EVENT_CALL,            /* call: new or changed */
  LAN_EVENT_STICKERS,        /* those that are kept have changed */
  LAN_EVENT_REREAD,          /* account: much of its chat came or went at once */
  LAN_EVENT_REPLY,           /* task, and what it asked for; text: a string */
} LanEventType;

typedef struct _LanEvent LanEvent;

struct _LanEvent {
  LanEventType type;
  LanAccountId account;
  guint flags;
  guint64 number;
  char *code;
  char *text;
  GError *error;
  union {
    LanPersonInfo person;
    LanMessageInfo message;
    LanConversationInfo conversation;
    LanTransferInfo transfer;
    LanServerInfo server;
    LanShareInfo share;
    LanGroupChatInfo group;
    LanCallInfo call;
    LanDeviceLinkInfo device_link;
    LanCarryInfo carry;
  };
  GTask *task;           /* REPLY */
  GPtrArray *devices;    /* DEVICES: of LanDeviceInfo */
  GPtrArray *messages;   /* REPLY to a history read: of LanMessageInfo, oldest first */
  GPtrArray *objects;    /* the same as objects, made by the receiver */
  LanPersonStats *stats; /* REPLY to a question for figures */
  gpointer note;         /* REPLY to a question for a voice note: LanVoiceNote */
  gpointer sticker;      /* likewise: LanSticker */
  GPtrArray *edits;      /* REPLY to a question for former texts: of LanMessageEdit */
  GPtrArray *entries; /* REPLY to a question for a folder's tree: of LanTransferEntry; of a share's
                          * tree or log: of LanSharedEntry, LanSharedRecord; of LanSticker */
};

LanEvent *lan_event_new (LanEventType type);
void lan_event_free (LanEvent *event);

/** Returns: (transfer full): an array that frees its LanMessageInfo. */
GPtrArray *lan_message_infos_new (void);
void lan_message_info_clear (LanMessageInfo *info);
void lan_message_info_free (LanMessageInfo *info);
void lan_call_info_clear (LanCallInfo *info);
void lan_person_info_clear (LanPersonInfo *info);
void lan_device_info_clear (LanDeviceInfo *info);
/** Returns: (transfer full): an array that frees its LanDeviceInfo. */
GPtrArray *lan_device_infos_new (void);
void lan_device_link_info_clear (LanDeviceLinkInfo *info);
void lan_transfer_info_clear (LanTransferInfo *info);
void lan_server_info_clear (LanServerInfo *info);
void lan_share_info_clear (LanShareInfo *info);
void lan_group_chat_info_clear (LanGroupChatInfo *info);
/** Returns: (transfer full): an array that frees its LanGroupMemberNews. */
GPtrArray *lan_group_member_news_new (void);

G_END_DECLS
