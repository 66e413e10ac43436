/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the owner is told of shared folders. */
#include "lan-engine-people.h"
#include "lan-engine-share.h"

static char *
person_of (LanEngine *engine, const LanAccountId *account)
{
  LanAccountId now;

  lan_engine_people_resolve (engine, account, &now);
  return lan_account_id_to_hex (&now);
}

static void
add_members (LanEngine *engine, const LanShareView *view, GPtrArray *members)
{
  for (guint i = 0; i < view->roster->n_members; i++) {
    LanSharedMember *member = g_new0 (LanSharedMember, 1);

    member->person = person_of (engine, &view->roster->members[i].account);
    member->access = (LanShareAccess) view->roster->members[i].rights;
    member->joined = (view->joined >> i & 1) != 0;
    g_ptr_array_add (members, member);
  }
}

void
lan_engine_share_tell (LanEngine *engine, const LanConversationId *share)
{
  LanEvent *event = lan_event_new (LAN_EVENT_SHARE);
  LanShareInfo *info = &event->share;
  LanShareView view;

  info->id = *share;
  info->members = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_shared_member_free);
  if (!lan_shares_view (lan_engine_share_machine (engine->shares), share, &view)) {
    info->gone = TRUE;
  } else {
    info->name = g_strdup (view.roster->name);
    info->owner = person_of (engine, &view.roster->owner);
    info->status = (LanShareStatus) view.state;
    info->access = (LanShareAccess) view.rights;
    info->dir = g_strdup (view.dir);
    info->keep = view.keep;
    info->files = view.n_files;
    info->here = view.n_here;
    info->busy = view.n_busy;
    info->conflicts = view.n_conflicts;
    info->skipped = view.skipped;
    info->size = view.size;
    info->scanning = view.is_scanning;
    info->error = g_strdup (view.error);
    add_members (engine, &view, info->members);
  }
  lan_engine_tell (engine, event);
}

static GPtrArray *
tree_of (LanEngine *engine, const LanConversationId *share)
{
  g_autoptr (GPtrArray) views = lan_shares_tree (lan_engine_share_machine (engine->shares), share);
  GPtrArray *entries = g_ptr_array_new_full (views->len, (GDestroyNotify) lan_shared_entry_free);

  for (guint i = 0; i < views->len; i++) {
    const LanShareItemView *view = g_ptr_array_index (views, i);
    LanSharedEntry *entry = g_new0 (LanSharedEntry, 1);

    entry->path = g_strdup (view->path);
    if (view->entry != NULL) {
      entry->size = view->entry->size;
      entry->mtime_ms = view->entry->mtime_ms;
      entry->folder = view->entry->kind == LAN_SHARE_FOLDER;
    }
    entry->state = (LanSharedState) view->state;
    entry->error = g_strdup (view->error);
    g_ptr_array_add (entries, entry);
  }
  return entries;
}

static GPtrArray *
log_of (LanEngine *engine, const LanConversationId *share)
{
  g_autoptr (GPtrArray) log = lan_shares_log (lan_engine_share_machine (engine->shares), share);
  GPtrArray *records = g_ptr_array_new_full (log->len, (GDestroyNotify) lan_shared_record_free);
  static const LanAccountId nobody;

  for (guint i = 0; i < log->len; i++) {
    const LanShareLogEntry *entry = g_ptr_array_index (log, i);
    LanSharedRecord *record = g_new0 (LanSharedRecord, 1);

    record->time_ms = entry->time_ms;
    record->event = (LanSharedEvent) entry->kind;
    if (!lan_account_id_equal (&entry->who, &nobody))
      record->who = person_of (engine, &entry->who);
    record->path = g_strdup (entry->path);
    record->other = g_strdup (entry->other);
    record->number = entry->number;
    g_ptr_array_add (records, record);
  }
  return records;
}

void
lan_engine_share_answer (LanEngine *engine, LanCommand *command)
{
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);

  event->task = g_steal_pointer (&command->task);
  event->entries = command->type == LAN_COMMAND_SHARE_TREE
                       ? tree_of (engine, &command->conversation)
                       : log_of (engine, &command->conversation);
  lan_engine_tell (engine, event);
}
