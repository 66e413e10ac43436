/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the public objects ask of the engine: one small value for every wish, queued from the
 * owner's context and carried out on the engine's thread in order.
 */
#pragma once

#include "lan-id.h"
#include "lan-person.h"

G_BEGIN_DECLS

/* A setting of the profile: bytes a second of all files together, 0: no limit. */
#define LAN_ENGINE_SETTING_FILE_LIMIT "app.file-limit"

typedef enum {
  LAN_COMMAND_OPEN, /* text: passphrase or NULL, name: set when a profile is to be made */
  LAN_COMMAND_CLOSE,
  LAN_COMMAND_SEND_TEXT, /* account, message, text, bytes: Content beside it, or NULL */
  LAN_COMMAND_SEND_BODY, /* account, message, kind: record's, bytes: Content, text: if it fails */
  LAN_COMMAND_READ_BODY, /* message, other: who wrote it, kind: record's, task */
  LAN_COMMAND_FORWARD_BODY, /* account, message, target and other: what is passed on, kind: record's,
                             * bytes: Content beside it, text: if it fails */
  LAN_COMMAND_STICKERS,     /* kind: LanStickerCall, text: id, bytes: Content, task */
  LAN_COMMAND_OPERATE,      /* account, message: its own id, target: the message, other: who wrote
                              * it, kind: LanOperationKind, text, number: whether, task */
  LAN_COMMAND_FIND_MESSAGE,  /* message, other: who wrote it, or zero, task */
  LAN_COMMAND_READ_PINNED,   /* account, task */
  LAN_COMMAND_READ_AROUND,   /* account, message, number: limit, task */
  LAN_COMMAND_READ_EDITS,    /* message, other: who wrote it, task */
  LAN_COMMAND_MARK_READ,     /* message, task: or NULL */
  LAN_COMMAND_SET_TYPING,    /* account, number: whether */
  LAN_COMMAND_SET_DRAFT,     /* account, text */
  LAN_COMMAND_SET_VIEWED,    /* account, number: whether a person looks at the conversation */
  LAN_COMMAND_READ_NEWER,    /* account, message: after (zero: from_ms), number: limit, task */
  LAN_COMMAND_READ_HISTORY,  /* account, message: before (zero: newest), number: limit, task */
  LAN_COMMAND_ACCEPT,        /* account */
  LAN_COMMAND_BLOCK,         /* account, number: whether */
  LAN_COMMAND_REMOVE,        /* account */
  LAN_COMMAND_VERIFY,        /* account */
  LAN_COMMAND_MERGE,         /* account: new, other: old */
  LAN_COMMAND_SET_NOTE,      /* account, text */
  LAN_COMMAND_SET_FAVOURITE, /* account, number */
  LAN_COMMAND_SET_MUTED,     /* account, number */
  LAN_COMMAND_SET_KEEP,      /* account, number: days */
  LAN_COMMAND_LINK_STATS,    /* account, task */
  LAN_COMMAND_SEND_FILE,     /* account, message, text: path, bytes: who else is offered it */
  LAN_COMMAND_ACCEPT_FILE,   /* message, text: folder, number: LanTransferConflict, list: entries */
  LAN_COMMAND_DECLINE_FILE,  /* message */
  LAN_COMMAND_CANCEL_FILE,   /* message */
  LAN_COMMAND_PAUSE_FILE,    /* message, number: whether */
  LAN_COMMAND_FILE_ENTRIES,  /* message, task */
  LAN_COMMAND_SET_PRESENCE,  /* number: LanPersonPresence, text */
  LAN_COMMAND_SET_NAME,      /* text */
  LAN_COMMAND_SET_HIDDEN,    /* number */
  LAN_COMMAND_SET_CARRYING,  /* number */
  LAN_COMMAND_ADD_ADDRESS,   /* text: numeric address, number: port */
  LAN_COMMAND_SET_SETTING,   /* name: key, text: value or NULL */
  LAN_COMMAND_DEVICE_BEGIN,  /* name: of this device */
  LAN_COMMAND_DEVICE_JOIN,   /* text: code, name: address or NULL, number: whether in full */
  LAN_COMMAND_DEVICE_CONFIRM, /* - */
  LAN_COMMAND_DEVICE_CANCEL,  /* - */
  LAN_COMMAND_DEVICE_NAME,    /* text */
  LAN_COMMAND_DEVICE_REVOKE,  /* text: hex id, task */
  LAN_COMMAND_SET_PASSPHRASE, /* name: old or NULL, text: new or NULL, task */
  LAN_COMMAND_SET_SHOWN,      /* account, number */
  LAN_COMMAND_SERVER_LOOK,    /* text: where, task */
  LAN_COMMAND_SERVER_JOIN,    /* text: where, name: login, words, secret: password, task */
  LAN_COMMAND_SERVER_CANCEL,  /* a join that is under way */
  LAN_COMMAND_SERVER_LEAVE,   /* task */
  LAN_COMMAND_SHARE_CREATE, /* conversation: its id, text: folder, name, task; the next are of it */
  LAN_COMMAND_SHARE_ACCESS, /* account, number: LanShareAccess */
  LAN_COMMAND_SHARE_ACCEPT, /* text: folder, number: whether in step */
  LAN_COMMAND_SHARE_KEEP,   /* number */
  LAN_COMMAND_SHARE_LEAVE,  /* - */
  LAN_COMMAND_SHARE_FETCH,  /* text: path */
  LAN_COMMAND_SHARE_SCAN,   /* - */
  LAN_COMMAND_SHARE_TREE,   /* task */
  LAN_COMMAND_SHARE_LOG,    /* task */
  LAN_COMMAND_GROUP,        /* kind: LanGroupCall, conversation, what that says, task */
  LAN_COMMAND_CALL_START,   /* account, message: its id, number: whether with video */
  LAN_COMMAND_CALL_ANSWER,  /* message, number: the same */
  LAN_COMMAND_CALL_END,     /* message */
  LAN_COMMAND_CALL_SET,     /* message, kind: LanCallFlags, number */
  LAN_COMMAND_CALL_AUDIO,   /* text: source, name: sink */
  LAN_COMMAND_CALL_CAMERA,  /* text: source */
  LAN_COMMAND_CALL_SHARE,   /* message, text: screen or NULL */
  LAN_COMMAND_SEARCH,       /* search, task */
  LAN_COMMAND_BACKUP,       /* backup, task */
  LAN_COMMAND_BUNDLE,       /* bundle, task */
  LAN_COMMAND_RECOVERY_CODE, /* number: whether a new one, task */
  LAN_COMMAND_READ_DAYS,     /* account, bytes: gint64s at which days begin, task */
  LAN_COMMAND_IMPORT,        /* account, items: LanChatItem, task: gets how many were new */
  LAN_COMMAND_REREAD,        /* account: what its windows show is read anew */
} LanCommandType;

typedef enum { LAN_STICKERS_LIST, LAN_STICKERS_KEEP, LAN_STICKERS_DROP } LanStickerCall;

typedef struct _LanBackupSource LanBackupSource; /* lan-engine-backup.h */
typedef struct _LanBundleJob LanBundleJob;       /* lan-engine-bundle.h */

/* What is looked for in the history: lan-store.h's query, by person. */
typedef struct {
  char *text;
  gboolean is_typing;
  gboolean has_peer;
  LanAccountId peer;
  gboolean has_author;
  LanAccountId author;
  guint kinds;
  gint64 from_ms;
  gint64 to_ms;
  gint64 before;
  guint limit;
} LanSearchWish;

typedef struct {
  LanCommandType type;
  LanAccountId account;
  LanAccountId other;
  LanMessageId message;
  LanMessageId target;
  LanConversationId conversation;
  gint64 number;
  guint kind;
  char *name; /* wiped when freed, as the next three */
  char *text;
  char *words;
  char *secret;
  GStrv list;
  GBytes *bytes;
  GPtrArray *items;
  gint64 from_ms;
  LanSearchWish *search;
  LanBackupSource *backup;
  LanBundleJob *bundle;
  guint group_kind; /* of a group to be made: LanGroupChatKind */
  gboolean open;    /* and whether newcomers see its history */
  GTask *task;      /* who waits for the answer; goes back in a REPLY event */
} LanCommand;

LanCommand *lan_command_new (LanCommandType type);
LanCommand *lan_command_new_for (LanCommandType type, const LanAccountId *account);

/** Must run in the owner's context while a task is still in it. */
void lan_command_free (LanCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanCommand, lan_command_free)

G_END_DECLS
