/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One message of a conversation as a person sees it. Made by its LanNode only. The state and its
 * times, the transfer, and what was said about it (edits, recall, reactions, pin) change.
 */
#pragma once

#include "lan-api.h"
#include "lan-person.h"
#include "lan-reaction.h"

G_BEGIN_DECLS

typedef struct _LanTransfer LanTransfer;

/**
 * LanMessageStatus:
 * @LAN_MESSAGE_STATUS_SENDING: not yet on our disk (only between the call and "queued")
 * @LAN_MESSAGE_STATUS_QUEUED: on our disk, waiting for the other side
 * @LAN_MESSAGE_STATUS_MAILBOX: left at the server
 * @LAN_MESSAGE_STATUS_DELIVERED: on the other side's disk
 * @LAN_MESSAGE_STATUS_READ: read there
 * @LAN_MESSAGE_STATUS_RECEIVED: somebody else's message, on our disk, not read
 * @LAN_MESSAGE_STATUS_SEEN: somebody else's message that we have read
 * @LAN_MESSAGE_STATUS_FAILED: our disk did not take it
 * @LAN_MESSAGE_STATUS_CARRIED: with a colleague who carries it, or in a file for them
 *
 * Append-only.
 */
typedef enum {
  LAN_MESSAGE_STATUS_SENDING = 0,
  LAN_MESSAGE_STATUS_QUEUED = 1,
  LAN_MESSAGE_STATUS_MAILBOX = 2,
  LAN_MESSAGE_STATUS_DELIVERED = 3,
  LAN_MESSAGE_STATUS_READ = 4,
  LAN_MESSAGE_STATUS_RECEIVED = 5,
  LAN_MESSAGE_STATUS_SEEN = 6,
  LAN_MESSAGE_STATUS_FAILED = 7,
  LAN_MESSAGE_STATUS_CARRIED = 8,
} LanMessageStatus;

/**
 * LanMessageKind:
 * @LAN_MESSAGE_KIND_TEXT: a text
 * @LAN_MESSAGE_KIND_FILE: a file; see lan_message_get_transfer()
 * @LAN_MESSAGE_KIND_UNKNOWN: something that needs a newer version to be shown
 * @LAN_MESSAGE_KIND_EVENT: something was done to a group; see lan_message_get_event()
 * @LAN_MESSAGE_KIND_CALL: a call that is over; see lan_message_get_call_outcome()
 * @LAN_MESSAGE_KIND_NOTE: something said; see lan_message_get_note_duration()
 * @LAN_MESSAGE_KIND_STICKER: a small picture, whose name is its text; see lan_node_read_sticker_async()
 *
 * Append-only.
 */
typedef enum {
  LAN_MESSAGE_KIND_TEXT = 0,
  LAN_MESSAGE_KIND_FILE = 1,
  LAN_MESSAGE_KIND_UNKNOWN = 2,
  LAN_MESSAGE_KIND_EVENT = 3,
  LAN_MESSAGE_KIND_CALL = 4,
  LAN_MESSAGE_KIND_NOTE = 5,
  LAN_MESSAGE_KIND_STICKER = 6,
} LanMessageKind;

/**
 * LanGroupEvent:
 * @LAN_GROUP_EVENT_NONE: nothing: the message is no event
 * @LAN_GROUP_EVENT_CREATED: the author made the group, of the people named
 * @LAN_GROUP_EVENT_ADDED: the author took the people named in
 * @LAN_GROUP_EVENT_REMOVED: the author took the people named out
 * @LAN_GROUP_EVENT_LEFT: the author left
 * @LAN_GROUP_EVENT_ROLE: the people named have another role now
 * @LAN_GROUP_EVENT_RENAMED: the text is its name now
 * @LAN_GROUP_EVENT_TOPIC: the text is its topic now
 * @LAN_GROUP_EVENT_PICTURE: it has another picture, or none
 * @LAN_GROUP_EVENT_HISTORY_OPENED: newcomers may read what was written before
 * @LAN_GROUP_EVENT_HISTORY_CLOSED: and no longer
 * @LAN_GROUP_EVENT_MADE_GROUP: a discussion or temporary chat has become a group
 * @LAN_GROUP_EVENT_ENDED: nobody can write any more
 *
 * What was done to a group. Append-only.
 */
typedef enum {
  LAN_GROUP_EVENT_NONE = 0,
  LAN_GROUP_EVENT_CREATED = 1,
  LAN_GROUP_EVENT_ADDED = 2,
  LAN_GROUP_EVENT_REMOVED = 3,
  LAN_GROUP_EVENT_LEFT = 4,
  LAN_GROUP_EVENT_ROLE = 5,
  LAN_GROUP_EVENT_RENAMED = 6,
  LAN_GROUP_EVENT_TOPIC = 7,
  LAN_GROUP_EVENT_PICTURE = 8,
  LAN_GROUP_EVENT_HISTORY_OPENED = 9,
  LAN_GROUP_EVENT_HISTORY_CLOSED = 10,
  LAN_GROUP_EVENT_MADE_GROUP = 11,
  LAN_GROUP_EVENT_ENDED = 12,
} LanGroupEvent;

/**
 * LanCallOutcome:
 * @LAN_CALL_OUTCOME_UNKNOWN: not told, or of a newer version
 * @LAN_CALL_OUTCOME_ANSWERED: the two spoke
 * @LAN_CALL_OUTCOME_NOT_ANSWERED: it rang, and nobody came
 * @LAN_CALL_OUTCOME_DECLINED: declined
 * @LAN_CALL_OUTCOME_BUSY: the other side was in another call
 * @LAN_CALL_OUTCOME_CANCELLED: who called gave up
 * @LAN_CALL_OUTCOME_UNREACHABLE: no computer of the other side could be reached
 *
 * What became of a call.
 */
typedef enum {
  LAN_CALL_OUTCOME_UNKNOWN = 0,
  LAN_CALL_OUTCOME_ANSWERED = 1,
  LAN_CALL_OUTCOME_NOT_ANSWERED = 2,
  LAN_CALL_OUTCOME_DECLINED = 3,
  LAN_CALL_OUTCOME_BUSY = 4,
  LAN_CALL_OUTCOME_CANCELLED = 5,
  LAN_CALL_OUTCOME_UNREACHABLE = 6,
} LanCallOutcome;

#define LAN_TYPE_MESSAGE (lan_message_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanMessage, lan_message, LAN, MESSAGE, GObject)

/**
 * lan_message_status_name:
 *
 * Returns: (transfer none): "sending", "queued", "mailbox", "delivered", "read", "received",
 *   "seen", "failed" or "carried".
 */
LAN_API const char *lan_message_status_name (LanMessageStatus status);

/**
 * lan_message_get_id:
 *
 * Returns: (transfer none): 32 lower-case hex digits.
 */
LAN_API const char *lan_message_get_id (LanMessage *self);

/**
 * lan_message_get_author:
 *
 * Returns: (transfer none): who wrote it; one's own person for own messages.
 */
LAN_API LanPerson *lan_message_get_author (LanMessage *self);

/**
 * lan_message_get_peer:
 *
 * Returns: (transfer none): the other person of the conversation; in a group, what stands for it.
 */
LAN_API LanPerson *lan_message_get_peer (LanMessage *self);
LAN_API gboolean lan_message_get_own (LanMessage *self);

/**
 * lan_message_get_text:
 *
 * Returns: (transfer none): the text; for a file its name; "" for kinds without text. Valid
 *   UTF-8 without control characters except line feeds and tabs; never markup.
 */
LAN_API const char *lan_message_get_text (LanMessage *self);

/**
 * lan_message_get_time:
 *
 * Returns: Unix milliseconds by its author's clock. Rows are ordered by cause first, so times
 *   need not rise from row to row.
 */
LAN_API gint64 lan_message_get_time (LanMessage *self);
LAN_API LanMessageStatus lan_message_get_status (LanMessage *self);

/**
 * lan_message_get_carrier:
 *
 * Returns: (transfer none) (nullable): while its status is %LAN_MESSAGE_STATUS_CARRIED: the name of
 *   the colleague who has it; %NULL where it was written to a file.
 */
LAN_API const char *lan_message_get_carrier (LanMessage *self);
LAN_API LanMessageKind lan_message_get_kind (LanMessage *self);

/**
 * lan_message_get_event:
 *
 * Returns: what was done to the group, of the kind %LAN_MESSAGE_KIND_EVENT.
 */
LAN_API LanGroupEvent lan_message_get_event (LanMessage *self);

/**
 * lan_message_get_event_people:
 *
 * Returns: (transfer none) (element-type LanPerson): to whom it was done; empty for other kinds.
 */
LAN_API GPtrArray *lan_message_get_event_people (LanMessage *self);

/**
 * lan_message_get_event_role:
 *
 * Returns: of %LAN_GROUP_EVENT_ROLE: a #LanGroupChatRole, what they are now.
 */
LAN_API int lan_message_get_event_role (LanMessage *self);

/**
 * lan_group_event_name:
 *
 * Returns: (transfer none): "created", "added", "removed", "left", "role", "renamed", "topic", "picture",
 *   "history-opened", "history-closed", "made-group", "ended", or "" for none.
 */
LAN_API const char *lan_group_event_name (LanGroupEvent event);

/**
 * lan_message_get_place_time:
 *
 * Returns: Unix milliseconds that its place among the rows stands for: its time, unless its author's
 *   clock contradicts what it answers.
 */
LAN_API gint64 lan_message_get_place_time (LanMessage *self);

/**
 * lan_message_get_delivered_time:
 *
 * Returns: Unix milliseconds when it was found delivered (own) or arrived here (others'); 0 when
 *   not known.
 */
LAN_API gint64 lan_message_get_delivered_time (LanMessage *self);

/**
 * lan_message_get_read_time:
 *
 * Returns: Unix milliseconds when the reader said so, 0 when not known.
 */
LAN_API gint64 lan_message_get_read_time (LanMessage *self);

/**
 * lan_message_get_sent_again:
 *
 * Returns: whether it was written again to a new key after a merge.
 */
LAN_API gboolean lan_message_get_sent_again (LanMessage *self);

/**
 * lan_message_get_request:
 *
 * Returns: whether it came while its author was a stranger.
 */
LAN_API gboolean lan_message_get_request (LanMessage *self);

/**
 * lan_message_get_edited_time:
 *
 * Returns: Unix milliseconds of the edit that is shown, by its author's clock; 0: never edited.
 */
LAN_API gint64 lan_message_get_edited_time (LanMessage *self);

/**
 * lan_message_get_recalled:
 *
 * Returns: whether its author took it back: there is no text then, and no reactions.
 */
LAN_API gboolean lan_message_get_recalled (LanMessage *self);

/**
 * lan_message_get_pinned:
 *
 * Returns: whether somebody of the conversation pinned it.
 */
LAN_API gboolean lan_message_get_pinned (LanMessage *self);

/**
 * lan_message_get_urgent:
 *
 * Returns: whether its author asks for attention now.
 */
LAN_API gboolean lan_message_get_urgent (LanMessage *self);

/**
 * lan_message_get_mentions_me:
 *
 * Returns: whether its author names oneself, or everybody.
 */
LAN_API gboolean lan_message_get_mentions_me (LanMessage *self);

/**
 * lan_message_get_reactions:
 *
 * Returns: (transfer none) (element-type LanReaction): the first to come first, at most 20.
 */
LAN_API GPtrArray *lan_message_get_reactions (LanMessage *self);

/**
 * lan_message_get_quote_id:
 *
 * Returns: (transfer none) (nullable): the id of the message that this one answers.
 */
LAN_API const char *lan_message_get_quote_id (LanMessage *self);

/**
 * lan_message_get_quote_author:
 *
 * Returns: (transfer none) (nullable): who wrote what is answered, where known.
 */
LAN_API LanPerson *lan_message_get_quote_author (LanMessage *self);

/**
 * lan_message_get_quote_text:
 *
 * Returns: (transfer none): what is answered, as the answer's author says: see whether the message
 *   itself is there. One line, never markup.
 */
LAN_API const char *lan_message_get_quote_text (LanMessage *self);

/**
 * lan_message_get_call_outcome:
 *
 * Returns: of a %LAN_MESSAGE_KIND_CALL message: what became of the call. Its author is who called.
 */
LAN_API LanCallOutcome lan_message_get_call_outcome (LanMessage *self);

/**
 * lan_call_outcome_name:
 *
 * Returns: "answered", "not-answered", "declined", "busy", "cancelled", "unreachable", "unknown".
 */
LAN_API const char *lan_call_outcome_name (LanCallOutcome outcome);

/**
 * lan_message_get_call_duration:
 *
 * Returns: milliseconds that the call lasted.
 */
LAN_API gint64 lan_message_get_call_duration (LanMessage *self);

/**
 * lan_message_get_note_duration:
 *
 * Returns: of a %LAN_MESSAGE_KIND_NOTE message: milliseconds of sound. lan_node_read_note_async() has the sound.
 */
LAN_API guint lan_message_get_note_duration (LanMessage *self);

/**
 * lan_message_get_note_peaks:
 *
 * Returns: (transfer none) (nullable): how loud it is from begin to end, 1 to 100 bytes.
 */
LAN_API GBytes *lan_message_get_note_peaks (LanMessage *self);

/**
 * lan_message_get_sticker_width:
 *
 * Returns: of a %LAN_MESSAGE_KIND_STICKER message: px, 1 to 512, as its sender says.
 */
LAN_API guint lan_message_get_sticker_width (LanMessage *self);

/**
 * lan_message_get_sticker_height:
 *
 * Returns: likewise.
 */
LAN_API guint lan_message_get_sticker_height (LanMessage *self);

/**
 * lan_message_get_sticker_set:
 *
 * Returns: (transfer none) (nullable): the set it is of.
 */
LAN_API const char *lan_message_get_sticker_set (LanMessage *self);

/**
 * lan_message_get_sticker_offered:
 *
 * Returns: whether the whole set was handed to the readers, each sticker in a message like this one.
 */
LAN_API gboolean lan_message_get_sticker_offered (LanMessage *self);

/**
 * lan_message_get_forwarded_from:
 *
 * Returns: (transfer none) (nullable): the name of its first author, as the one who passed it on
 *   says; NULL when it is no copy.
 */
LAN_API const char *lan_message_get_forwarded_from (LanMessage *self);

/**
 * lan_message_get_imported_from:
 *
 * Returns: (transfer none) (nullable): where it came out of a file: what its author was called there. Nobody
 *   has signed such a message: who wrote it, what and when is what the file said. %NULL: it did not.
 */
LAN_API const char *lan_message_get_imported_from (LanMessage *self);

/**
 * lan_message_get_transfer:
 *
 * Returns: (transfer none) (nullable): the file of a %LAN_MESSAGE_KIND_FILE message.
 */
LAN_API LanTransfer *lan_message_get_transfer (LanMessage *self);

G_END_DECLS
