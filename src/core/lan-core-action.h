/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What LanCore wants done, and what it has to tell. One queue for both, so that their order holds:
 * the MESSAGE event of a record comes after its COMMIT was answered, never before. An action owns
 * what it points to until lan_core_action_clear(); a field that is stolen is set to NULL.
 */
#pragma once

#include "lan-change.h"
#include "lan-frame.h"

G_BEGIN_DECLS

/* As in the Presence frame. Append-only. */
typedef enum {
  LAN_PRESENCE_OFFLINE = 0,
  LAN_PRESENCE_AVAILABLE = 1,
  LAN_PRESENCE_AWAY = 2,
  LAN_PRESENCE_BUSY = 3,
} LanPresence;

/* What a person sees beside an own message. */
typedef enum {
  LAN_MESSAGE_QUEUED = 0,    /* on this disk */
  LAN_MESSAGE_DELIVERED = 1, /* on a disk of the other */
  LAN_MESSAGE_READ = 2,
  LAN_MESSAGE_MAILBOX = 3, /* left at the server: between QUEUED and DELIVERED, so never compare */
  LAN_MESSAGE_CARRIED = 4, /* with a colleague: likewise */
} LanMessageState;

typedef enum {
  LAN_SEND_CHAT = 0, /* control, records */
  LAN_SEND_IDLE = 1, /* presence, typing: dropped rather than queued when the channel is full */
} LanSendPriority;

typedef enum {
  /* to do */
  LAN_CORE_SEND,         /* .send */
  LAN_CORE_COMMIT,       /* .commit: answer with lan_core_committed() */
  LAN_CORE_READ,         /* .read: lan_store_read_log(); answer with lan_core_rows() */
  LAN_CORE_FIND,         /* .find: lan_store_find_message(); answer with lan_core_found() */
  LAN_CORE_WANT_CHANNEL, /* .account, .want: something waits (TRUE .on), or no longer (FALSE .on) */
  LAN_CORE_CLOSE,        /* .close: end the channel; a Close frame, if due, was a SEND before */
  LAN_CORE_NEW_KEYS,     /* own log has forked: make a new device, then lan_core_set_identity() */
  LAN_CORE_OWN_LIST,     /* .own_list: another device brought another list of this account: take it
                          * over or join both, then lan_core_set_identity() */
  /* to tell */
  LAN_CORE_IDENTIFIED,    /* .identified: the other end of a channel is this device */
  LAN_CORE_PERSON,        /* .account: new or changed; look with lan_core_get_person() */
  LAN_CORE_PERSON_GONE,   /* .account: a stranger without anything kept was forgotten */
  LAN_CORE_KEY_CLAIM,     /* .account, .claim: a new key under the name of a known person */
  LAN_CORE_CONVERSATION,  /* .conversation: new or changed row */
  LAN_CORE_MESSAGE,       /* .record: committed, own or received; not for hidden ones */
  LAN_CORE_MESSAGE_STATE, /* .state */
  LAN_CORE_OPERATION,     /* .operation: committed; what its message shows may have changed */
  LAN_CORE_SEND_FAILED,   /* .failed: could not be kept; it will not be sent */
  LAN_CORE_TYPING,        /* .account, .on */
  LAN_CORE_PRESENCE,      /* .account; look with lan_core_get_presence() */
  LAN_CORE_FRAME,         /* .frame: for transfer (file types) or session (LINK_SIGNAL) */
  LAN_CORE_CLOCK,         /* .clock: somebody's clock is more than 5 minutes ahead of ours */
  LAN_CORE_OVER_LIMIT,    /* .account: a stranger's limit is reached; told once each */
  /* to do, with a server's mailbox (lan-mail.h) */
  LAN_CORE_WANT_BUNDLE, /* .account, .bundle: answer with lan_core_bundle() or _refused() */
  LAN_CORE_WANT_PAPERS, /* .account: device list and certificates, if there are any newer */
  LAN_CORE_DEPOSIT,     /* .account, .deposit: answer with lan_core_deposit_stored()/_refused() */
  LAN_CORE_CANCEL_DEPOSIT,  /* .account, .deposit without envelope: no longer wanted, no answer */
  LAN_CORE_MAIL_ACK,        /* .mail: on disk, or never wanted: the server may delete it */
  LAN_CORE_PUBLISH_PREKEYS, /* .prekeys: either may be NULL */
  /* carried mail (lan-carry.h) */
  LAN_CORE_READ_CARRIED, /* .carried: lan_store_read_carried(); answer with lan_core_carried_read() */
  LAN_CORE_CARRIED,      /* .carried: what is held for others has changed */
  /* the account's other devices */
  LAN_CORE_OWN_SETTING, /* .setting: another own device has set it */
  LAN_CORE_DEVICES,     /* own devices: list, names or who is there changed */
  LAN_CORE_REVOKED,     /* this device is no longer one of its account's: nothing goes on */
  LAN_CORE_ACTION_N
} LanCoreActionType;

typedef struct {
  LanCoreActionType type;
  LanAccountId account; /* the person concerned, where there is one */
  gboolean on;
  union {
    struct {
      guint64 channel;
      GBytes *bytes;
      LanSendPriority priority;
    } send;
    struct {
      guint64 batch;
      GPtrArray *changes; /* of LanChange: hand it to the store unread */
    } commit;
    struct {
      guint64 request;
      LanConversationId conversation;
      LanDeviceId device;
      guint64 from_seq;
      guint64 to_seq;
      gsize max_bytes;
    } read;
    struct {
      guint64 request;
      LanMessageId message; /* of .account */
    } find;
    struct {
      LanDeviceId device; /* zero: any device of the person */
    } want;
    struct {
      char *key, *value;
    } setting;
    struct {
      GBytes *list;
      LanDeviceId from; /* whose word about itself counts, should two lists be joined */
    } own_list;
    struct {
      guint64 channel;
      LanFarewell reason;
      guint32 retry_ms;
    } close;
    struct {
      guint64 channel;
      LanDeviceId device;
    } identified;
    struct {
      LanAccountId old; /* whose place .account claims */
    } claim;
    struct {
      LanConversationId id;
    } conversation;
    LanRecordRow *record;
    LanOperationRow *operation;
    struct {
      LanConversationId conversation;
      LanMessageState state;
      GArray *messages; /* of LanMessageId */
      gint64 time_ms;
      LanAccountId carrier; /* CARRIED: who */
    } state;
    struct {
      LanMessageId message;
    } failed;
    struct {
      guint64 channel;
      LanDeviceId device;
      LanFrame *frame;
    } frame;
    struct {
      gint64 ahead_ms;
    } clock;
    struct {
      LanDeviceId device;
    } bundle;
    struct {
      LanDeviceId device; /* for whom */
      guint8 id[16];      /* stays with it, also over a restart */
      GBytes *envelope;
    } deposit;
    struct {
      guint64 id;
    } mail;
    struct {
      LanMessageId id;
      guint what; /* core's own */
    } carried;
    struct {
      GBytes *signed_prekey; /* LSP1 */
      GBytes *one_time;      /* n times 36 bytes */
    } prekeys;
  };
} LanCoreAction;

void lan_core_action_clear (LanCoreAction *action);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanCoreAction, lan_core_action_clear)

G_END_DECLS
