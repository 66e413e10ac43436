/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A chat read back out of a file that an export has written: the JSON, or the page that has it inside. Nothing
 * in such a file is signed: anybody may have written or changed it. Bytes in, messages out; a
 * damaged file ends in a status. One thread.
 *
 *   {"format": "lanyard-chat", "version": 1, "self": {"id", "name"}, "peer": {"id", "name"},
 *    "messages": [{"id", "from", "name", "time", "kind", "text", "duration"}...]}
 */
#pragma once

#include "lan-id.h"
#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_CHAT_FILE_FORMAT       "lanyard-chat"
#define LAN_CHAT_FILE_VERSION      1
#define LAN_CHAT_FILE_MARK         "id=\"lanyard-chat\"" /* of the element of a page that holds the JSON */
#define LAN_CHAT_FILE_MAX_MESSAGES 5000000

typedef enum {
  LAN_CHAT_ITEM_TEXT,
  LAN_CHAT_ITEM_FILE,
  LAN_CHAT_ITEM_CALL,
  LAN_CHAT_ITEM_NOTE,
  LAN_CHAT_ITEM_STICKER,
} LanChatItemKind;

typedef struct {
  LanMessageId id;
  LanAccountId author; /* who wrote it, as the file says */
  char *name;          /* and what they were called; clean, may be empty */
  gint64 time_ms;
  LanChatItemKind kind;
  char *text;         /* clean; of a file and a sticker its name, a sticker's may be empty */
  gint64 duration_ms; /* of calls and notes */
} LanChatItem;

void lan_chat_item_free (LanChatItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanChatItem, lan_chat_item_free)

typedef struct _LanChatFile LanChatFile;

LanChatFile *lan_chat_file_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_chat_file_free (LanChatFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanChatFile, lan_chat_file_free)

/**
 * The next bytes of the file; then take what they held. Give at most some 64 KiB at a time.
 *
 * Returns: OK; MALFORMED: no export of ours, or damaged; VERSION: of a newer program; OVERSIZED, LIMIT: more than
 *   a message, or a chat, may have. The same for ever after.
 */
LanStatus lan_chat_file_feed (LanChatFile *file, const guint8 *data,
                              gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** The next message. Returns: (transfer full) (nullable): NULL: feed more. */
LanChatItem *lan_chat_file_next (LanChatFile *file) G_GNUC_WARN_UNUSED_RESULT;

/** The file has ended. Returns: OK, or TRUNCATED where it was cut short. */
LanStatus lan_chat_file_end (LanChatFile *file) G_GNUC_WARN_UNUSED_RESULT;

/** Whom the chat was with, as the file says: clean, may be empty. */
const char *lan_chat_file_peer_name (const LanChatFile *file);

G_END_DECLS
