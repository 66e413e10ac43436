/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A folder that one person shares with others: one's own, or somebody else's. Made by its LanNode only,
 * which lists it (lan_node_get_shares()) until it is left and forgotten.
 */
#pragma once

#include "lan-api.h"
#include "lan-person.h"

G_BEGIN_DECLS

/**
 * LanShareStatus:
 * @LAN_SHARE_STATUS_OPEN: one's own
 * @LAN_SHARE_STATUS_INVITED: somebody else's, not answered yet
 * @LAN_SHARE_STATUS_JOINED: somebody else's, one takes part
 * @LAN_SHARE_STATUS_LEFT: left, its owner does not know yet
 * @LAN_SHARE_STATUS_ENDED: stopped by its owner, or one was taken out; what was fetched stays
 *
 * Append-only.
 */
typedef enum {
  LAN_SHARE_STATUS_OPEN = 0,
  LAN_SHARE_STATUS_INVITED = 1,
  LAN_SHARE_STATUS_JOINED = 2,
  LAN_SHARE_STATUS_LEFT = 3,
  LAN_SHARE_STATUS_ENDED = 4,
} LanShareStatus;

/**
 * LanShareAccess:
 * @LAN_SHARE_ACCESS_NONE: no member
 * @LAN_SHARE_ACCESS_READ: may see and fetch
 * @LAN_SHARE_ACCESS_WRITE: may change as well
 */
typedef enum {
  LAN_SHARE_ACCESS_NONE = 0,
  LAN_SHARE_ACCESS_READ = 1,
  LAN_SHARE_ACCESS_WRITE = 2,
} LanShareAccess;

/**
 * LanSharedState:
 * @LAN_SHARED_STATE_HERE: here, as everybody has it
 * @LAN_SHARED_STATE_AWAY: known, its content is not here
 * @LAN_SHARED_STATE_OLD: another version is here
 * @LAN_SHARED_STATE_FETCHING: on its way, or asked for
 * @LAN_SHARED_STATE_CHANGED: changed here, which nobody is told: one may only read
 * @LAN_SHARED_STATE_EXTRA: only here, which nobody is told: one may only read
 * @LAN_SHARED_STATE_REMOVED: removed by others, still here
 * @LAN_SHARED_STATE_CLASH: differs from another name by case only, and is not fetched
 * @LAN_SHARED_STATE_FAILED: could not be fetched or put in its place; it is tried again
 * @LAN_SHARED_STATE_SKIPPED: here, and cannot be shared: @error of the entry says why: "name", "case", "link",
 *   "special" or "unreadable"
 *
 * How it stands with one entry. Append-only.
 */
typedef enum {
  LAN_SHARED_STATE_HERE = 0,
  LAN_SHARED_STATE_AWAY = 1,
  LAN_SHARED_STATE_OLD = 2,
  LAN_SHARED_STATE_FETCHING = 3,
  LAN_SHARED_STATE_CHANGED = 4,
  LAN_SHARED_STATE_EXTRA = 5,
  LAN_SHARED_STATE_REMOVED = 6,
  LAN_SHARED_STATE_CLASH = 7,
  LAN_SHARED_STATE_FAILED = 8,
  LAN_SHARED_STATE_SKIPPED = 9,
} LanSharedState;

/**
 * LanSharedEvent:
 * @LAN_SHARED_EVENT_CREATED: the share was made
 * @LAN_SHARED_EVENT_INVITED: @who was taken in
 * @LAN_SHARED_EVENT_JOINED: @who takes part
 * @LAN_SHARED_EVENT_LEFT: @who takes part no more
 * @LAN_SHARED_EVENT_RIGHTS: @who may do something else now: @number is a #LanShareAccess
 * @LAN_SHARED_EVENT_CHANGED: @who changed or added @path
 * @LAN_SHARED_EVENT_REMOVED: @who removed @path
 * @LAN_SHARED_EVENT_FETCHED: @who fetched @path from here
 * @LAN_SHARED_EVENT_GOT: @path was fetched from @who
 * @LAN_SHARED_EVENT_CONFLICT: @path was changed on both sides; @other is the name of the other version here
 * @LAN_SHARED_EVENT_REFUSED: @who showed something forged
 * @LAN_SHARED_EVENT_MANY: @who changed @number entries at once
 * @LAN_SHARED_EVENT_SKIPPED: @path cannot be shared, @other is the reason as of %LAN_SHARED_STATE_SKIPPED
 * @LAN_SHARED_EVENT_TRIMMED: @number old versions were removed
 *
 * What the log of a share is made of. Append-only.
 */
typedef enum {
  LAN_SHARED_EVENT_CREATED = 0,
  LAN_SHARED_EVENT_INVITED = 1,
  LAN_SHARED_EVENT_JOINED = 2,
  LAN_SHARED_EVENT_LEFT = 3,
  LAN_SHARED_EVENT_RIGHTS = 4,
  LAN_SHARED_EVENT_CHANGED = 5,
  LAN_SHARED_EVENT_REMOVED = 6,
  LAN_SHARED_EVENT_FETCHED = 7,
  LAN_SHARED_EVENT_GOT = 8,
  LAN_SHARED_EVENT_CONFLICT = 9,
  LAN_SHARED_EVENT_REFUSED = 10,
  LAN_SHARED_EVENT_MANY = 11,
  LAN_SHARED_EVENT_SKIPPED = 12,
  LAN_SHARED_EVENT_TRIMMED = 13,
} LanSharedEvent;

/**
 * LanSharedEntry:
 * @path: below the folder, '/' between components
 * @size: bytes; 0 for folders
 * @mtime_ms: Unix milliseconds
 * @folder: a folder, else a file
 * @state: how it stands here
 * @error: (nullable): a stable word where it failed
 *
 * One file or folder of a share.
 */
typedef struct {
  char *path;
  guint64 size;
  gint64 mtime_ms;
  gboolean folder;
  LanSharedState state;
  char *error;
} LanSharedEntry;

/**
 * LanSharedRecord:
 * @time_ms: Unix milliseconds
 * @event: what happened
 * @who: (nullable): the id of a person, %NULL where it is not known
 * @path: the entry, or empty
 * @other: another name, or empty
 * @number: see #LanSharedEvent
 *
 * One line of a share's log.
 */
typedef struct {
  gint64 time_ms;
  LanSharedEvent event;
  char *who;
  char *path;
  char *other;
  guint64 number;
} LanSharedRecord;

/**
 * LanSharedMember:
 * @person: the id of a person
 * @access: what they may do
 * @joined: they have said that they take part
 *
 * One member of a share, its owner not counted.
 */
typedef struct {
  char *person;
  LanShareAccess access;
  gboolean joined;
} LanSharedMember;

#define LAN_TYPE_SHARED_ENTRY (lan_shared_entry_get_type ())
LAN_API GType lan_shared_entry_get_type (void) G_GNUC_CONST;
LAN_API LanSharedEntry *lan_shared_entry_copy (const LanSharedEntry *entry);
LAN_API void lan_shared_entry_free (LanSharedEntry *entry);

#define LAN_TYPE_SHARED_RECORD (lan_shared_record_get_type ())
LAN_API GType lan_shared_record_get_type (void) G_GNUC_CONST;
LAN_API LanSharedRecord *lan_shared_record_copy (const LanSharedRecord *record);
LAN_API void lan_shared_record_free (LanSharedRecord *record);

#define LAN_TYPE_SHARED_MEMBER (lan_shared_member_get_type ())
LAN_API GType lan_shared_member_get_type (void) G_GNUC_CONST;
LAN_API LanSharedMember *lan_shared_member_copy (const LanSharedMember *member);
LAN_API void lan_shared_member_free (LanSharedMember *member);

#define LAN_TYPE_SHARE (lan_share_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanShare, lan_share, LAN, SHARE, GObject)

/**
 * lan_share_get_id:
 *
 * Returns: (transfer none): 32 lower-case hex digits.
 */
LAN_API const char *lan_share_get_id (LanShare *self);

/**
 * lan_share_get_name:
 *
 * Returns: (transfer none): what its owner called it.
 */
LAN_API const char *lan_share_get_name (LanShare *self);

/**
 * lan_share_get_owner:
 *
 * Returns: (transfer none): the id of the person whose it is.
 */
LAN_API const char *lan_share_get_owner (LanShare *self);
LAN_API LanShareStatus lan_share_get_status (LanShare *self);
LAN_API LanShareAccess lan_share_get_access (LanShare *self);

/**
 * lan_share_get_dir:
 *
 * Returns: (transfer none) (nullable): the folder here; %NULL before it was accepted.
 */
LAN_API const char *lan_share_get_dir (LanShare *self);

/**
 * lan_share_get_keep:
 *
 * Returns: whether everything is kept here and in step, else it is fetched on demand.
 */
LAN_API gboolean lan_share_get_keep (LanShare *self);

/**
 * lan_share_get_files:
 *
 * Returns: how many files there are in it.
 */
LAN_API guint lan_share_get_files (LanShare *self);

/**
 * lan_share_get_here:
 *
 * Returns: how many of them are here as everybody has them.
 */
LAN_API guint lan_share_get_here (LanShare *self);

/**
 * lan_share_get_busy:
 *
 * Returns: how many are on their way, or wait for somebody who has them.
 */
LAN_API guint lan_share_get_busy (LanShare *self);

/**
 * lan_share_get_conflicts:
 *
 * Returns: how many conflicts there were since the log was last read.
 */
LAN_API guint lan_share_get_conflicts (LanShare *self);

/**
 * lan_share_get_skipped:
 *
 * Returns: how many names in the folder here cannot be shared.
 */
LAN_API guint lan_share_get_skipped (LanShare *self);

/**
 * lan_share_get_size:
 *
 * Returns: bytes of all its files.
 */
LAN_API guint64 lan_share_get_size (LanShare *self);

/**
 * lan_share_get_scanning:
 *
 * Returns: whether the folder here is being looked at.
 */
LAN_API gboolean lan_share_get_scanning (LanShare *self);

/**
 * lan_share_get_error_code:
 *
 * Returns: (transfer none) (nullable): why the folder here cannot be used: a word as of
 *   lan_transfer_get_error_code(); %NULL where it can.
 */
LAN_API const char *lan_share_get_error_code (LanShare *self);

/**
 * lan_share_get_members:
 *
 * Returns: (transfer none) (element-type LanSharedMember): all but the owner.
 */
LAN_API GPtrArray *lan_share_get_members (LanShare *self);

/**
 * lan_share_set_access:
 * @access: %LAN_SHARE_ACCESS_NONE takes @person out
 *
 * The owner says who may do what. Does nothing where one is not the owner.
 */
LAN_API void lan_share_set_access (LanShare *self, LanPerson *person, LanShareAccess access);

/**
 * lan_share_accept:
 * @dir: the folder it is to be in, made where it is missing
 * @keep: in step, else on demand
 *
 * Takes part in somebody else's share. Where the folder of a share cannot be used any more (it was lost, or the
 * profile came out of a backup on another computer): @dir takes its place, and is filled anew.
 */
LAN_API void lan_share_accept (LanShare *self, const char *dir, gboolean keep);
LAN_API void lan_share_set_keep (LanShare *self, gboolean keep);

/**
 * lan_share_leave:
 *
 * Takes part no more; the owner stops it for everybody; one that has ended is forgotten. Files stay.
 */
LAN_API void lan_share_leave (LanShare *self);

/**
 * lan_share_fetch:
 * @path: an entry; a folder stands for what is in it, "" for everything
 */
LAN_API void lan_share_fetch (LanShare *self, const char *path);

/**
 * lan_share_rescan:
 *
 * Looks at the folder now, where nothing gives notice of changes.
 */
LAN_API void lan_share_rescan (LanShare *self);

/**
 * lan_share_read_tree_async:
 *
 * Asks what is in it.
 */
LAN_API void lan_share_read_tree_async (LanShare *self, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_share_read_tree_finish:
 *
 * Returns: (transfer container) (element-type LanSharedEntry): in order of path.
 */
LAN_API GPtrArray *lan_share_read_tree_finish (LanShare *self, GAsyncResult *result,
                                               GError **error);

/**
 * lan_share_read_log_async:
 *
 * Asks what happened to it.
 */
LAN_API void lan_share_read_log_async (LanShare *self, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_share_read_log_finish:
 *
 * Returns: (transfer container) (element-type LanSharedRecord): oldest first.
 */
LAN_API GPtrArray *lan_share_read_log_finish (LanShare *self, GAsyncResult *result, GError **error);

/**
 * lan_share_status_name:
 *
 * Returns: (transfer none): "open", "invited", "joined", "left" or "ended".
 */
LAN_API const char *lan_share_status_name (LanShareStatus status);

/**
 * lan_share_access_name:
 *
 * Returns: (transfer none): "none", "read" or "write".
 */
LAN_API const char *lan_share_access_name (LanShareAccess access);

/**
 * lan_shared_state_name:
 *
 * Returns: (transfer none): "here", "away", "old", "fetching", "changed", "extra", "removed", "clash",
 *   "failed" or "skipped".
 */
LAN_API const char *lan_shared_state_name (LanSharedState state);

/**
 * lan_shared_event_name:
 *
 * Returns: (transfer none): "created", "invited", "joined", "left", "rights", "changed", "removed", "fetched",
 *   "got", "conflict", "refused", "many", "skipped" or "trimmed".
 */
LAN_API const char *lan_shared_event_name (LanSharedEvent event);

G_END_DECLS
