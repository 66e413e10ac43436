/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* LanShare: a snapshot of a shared folder, and what can be asked of it. */
#include "lan-share-private.h"

#include "lan-node-private.h"
#include "lan-person-private.h"

struct _LanShare {
  GObject parent_instance;

  LanNode *node; /* not owned; NULL once the node is gone */
  char *id;
  LanConversationId key;
  LanShareInfo info;
};

G_DEFINE_BOXED_TYPE (LanSharedEntry, lan_shared_entry, lan_shared_entry_copy, lan_shared_entry_free)
G_DEFINE_BOXED_TYPE (LanSharedRecord, lan_shared_record, lan_shared_record_copy,
                     lan_shared_record_free)
G_DEFINE_BOXED_TYPE (LanSharedMember, lan_shared_member, lan_shared_member_copy,
                     lan_shared_member_free)
G_DEFINE_FINAL_TYPE (LanShare, lan_share, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

LanSharedEntry *
lan_shared_entry_copy (const LanSharedEntry *entry)
{
  LanSharedEntry *copy = g_memdup2 (entry, sizeof *entry);

  copy->path = g_strdup (entry->path);
  copy->error = g_strdup (entry->error);
  return copy;
}

void
lan_shared_entry_free (LanSharedEntry *entry)
{
  g_free (entry->path);
  g_free (entry->error);
  g_free (entry);
}

LanSharedRecord *
lan_shared_record_copy (const LanSharedRecord *record)
{
  LanSharedRecord *copy = g_memdup2 (record, sizeof *record);

  copy->who = g_strdup (record->who);
  copy->path = g_strdup (record->path);
  copy->other = g_strdup (record->other);
  return copy;
}

void
lan_shared_record_free (LanSharedRecord *record)
{
  g_free (record->who);
  g_free (record->path);
  g_free (record->other);
  g_free (record);
}

LanSharedMember *
lan_shared_member_copy (const LanSharedMember *member)
{
  LanSharedMember *copy = g_memdup2 (member, sizeof *member);

  copy->person = g_strdup (member->person);
  return copy;
}

void
lan_shared_member_free (LanSharedMember *member)
{
  g_free (member->person);
  g_free (member);
}

static void
lan_share_finalize (GObject *object)
{
  LanShare *self = LAN_SHARE (object);

  lan_share_info_clear (&self->info);
  g_free (self->id);
  G_OBJECT_CLASS (lan_share_parent_class)->finalize (object);
}

static void
lan_share_class_init (LanShareClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lan_share_finalize;

  /**
   * LanShare::changed:
   *
   * Anything about it, or in it, may have changed.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lan_share_init (LanShare *self)
{
  self->info.members = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_shared_member_free);
}

LanShare *
lan_share_new (LanNode *node, const LanConversationId *id)
{
  LanShare *self = g_object_new (LAN_TYPE_SHARE, NULL);

  self->node = node;
  self->key = *id;
  self->id = lan_conversation_id_to_hex (id);
  return self;
}

void
lan_share_orphan (LanShare *self)
{
  self->node = NULL;
}

void
lan_share_apply (LanShare *self, LanShareInfo *info)
{
  lan_share_info_clear (&self->info);
  self->info = *info;
  *info = (LanShareInfo){ 0 };
  g_signal_emit (self, signals[CHANGED], 0);
}

const LanConversationId *
lan_share_peek_id (LanShare *self)
{
  return &self->key;
}

const char *
lan_share_get_id (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), NULL);
  return self->id;
}

const char *
lan_share_get_name (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), NULL);
  return self->info.name;
}

const char *
lan_share_get_owner (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), NULL);
  return self->info.owner;
}

LanShareStatus
lan_share_get_status (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), (LanShareStatus) 0);
  return self->info.status;
}

LanShareAccess
lan_share_get_access (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), (LanShareAccess) 0);
  return self->info.access;
}

const char *
lan_share_get_dir (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), NULL);
  return self->info.dir;
}

gboolean
lan_share_get_keep (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), FALSE);
  return self->info.keep;
}

guint
lan_share_get_files (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), 0);
  return self->info.files;
}

guint
lan_share_get_here (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), 0);
  return self->info.here;
}

guint
lan_share_get_busy (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), 0);
  return self->info.busy;
}

guint
lan_share_get_conflicts (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), 0);
  return self->info.conflicts;
}

guint
lan_share_get_skipped (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), 0);
  return self->info.skipped;
}

guint64
lan_share_get_size (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), 0);
  return self->info.size;
}

gboolean
lan_share_get_scanning (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), FALSE);
  return self->info.scanning;
}

const char *
lan_share_get_error_code (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), NULL);
  return self->info.error;
}

GPtrArray *
lan_share_get_members (LanShare *self)
{
  g_return_val_if_fail (LAN_IS_SHARE (self), NULL);
  return self->info.members;
}

/* Returns: (transfer full) (nullable). */
static LanCommand *
command_for (LanShare *self, LanCommandType type)
{
  LanCommand *command;

  if (self->node == NULL)
    return NULL;
  command = lan_command_new (type);
  command->conversation = self->key;
  return command;
}

static void
push (LanShare *self, LanCommandType type, const char *text, gint64 number)
{
  LanCommand *command = command_for (self, type);

  if (command == NULL)
    return;
  command->text = g_strdup (text);
  command->number = number;
  lan_node_push (self->node, command);
}

void
lan_share_set_access (LanShare *self, LanPerson *person, LanShareAccess access)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_SHARE (self) && LAN_IS_PERSON (person));
  command = command_for (self, LAN_COMMAND_SHARE_ACCESS);
  if (command == NULL)
    return;
  command->account = *lan_person_peek_account (person);
  command->number = (gint64) access;
  lan_node_push (self->node, command);
}

void
lan_share_accept (LanShare *self, const char *dir, gboolean keep)
{
  g_autofree char *full = NULL;

  g_return_if_fail (LAN_IS_SHARE (self) && dir != NULL);
  full = g_canonicalize_filename (dir, NULL);
  push (self, LAN_COMMAND_SHARE_ACCEPT, full, keep);
}

void
lan_share_set_keep (LanShare *self, gboolean keep)
{
  g_return_if_fail (LAN_IS_SHARE (self));
  push (self, LAN_COMMAND_SHARE_KEEP, NULL, keep);
}

void
lan_share_leave (LanShare *self)
{
  g_return_if_fail (LAN_IS_SHARE (self));
  push (self, LAN_COMMAND_SHARE_LEAVE, NULL, 0);
}

void
lan_share_fetch (LanShare *self, const char *path)
{
  g_return_if_fail (LAN_IS_SHARE (self) && path != NULL);
  push (self, LAN_COMMAND_SHARE_FETCH, path, 0);
}

void
lan_share_rescan (LanShare *self)
{
  g_return_if_fail (LAN_IS_SHARE (self));
  push (self, LAN_COMMAND_SHARE_SCAN, NULL, 0);
}

static void
ask (LanShare *self, LanCommandType type, GTask *task)
{
  LanCommand *command = command_for (self, type);

  if (command == NULL) {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN,
                             "the profile is not open");
    g_object_unref (task);
    return;
  }
  command->task = task;
  lan_node_ask (self->node, command);
}

void
lan_share_read_tree_async (LanShare *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (LAN_IS_SHARE (self));
  ask (self, LAN_COMMAND_SHARE_TREE, g_task_new (self, cancellable, callback, user_data));
}

GPtrArray *
lan_share_read_tree_finish (LanShare *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
lan_share_read_log_async (LanShare *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (LAN_IS_SHARE (self));
  ask (self, LAN_COMMAND_SHARE_LOG, g_task_new (self, cancellable, callback, user_data));
}

GPtrArray *
lan_share_read_log_finish (LanShare *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* -- names -- */

static const char *
pick (const char *const *names, guint n, guint value)
{
  return value < n ? names[value] : "";
}

const char *
lan_share_status_name (LanShareStatus status)
{
  static const char *const names[] = { "open", "invited", "joined", "left", "ended" };

  return pick (names, G_N_ELEMENTS (names), status);
}

const char *
lan_share_access_name (LanShareAccess access)
{
  static const char *const names[] = { "none", "read", "write" };

  return pick (names, G_N_ELEMENTS (names), access);
}

const char *
lan_shared_state_name (LanSharedState state)
{
  static const char *const names[] = { "here",  "away",    "old",   "fetching", "changed",
                                       "extra", "removed", "clash", "failed",   "skipped" };

  return pick (names, G_N_ELEMENTS (names), state);
}

const char *
lan_shared_event_name (LanSharedEvent event)
{
  static const char *const names[] = { "created", "invited", "joined",  "left",   "rights",
                                       "changed", "removed", "fetched", "got",    "conflict",
                                       "refused", "many",    "skipped", "trimmed" };

  return pick (names, G_N_ELEMENTS (names), event);
}
