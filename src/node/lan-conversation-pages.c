/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The paged window of a LanConversation. Pages are read by the engine; one that arrives is merged
 * with what came in the meantime, so that the order of events does not matter. One page at a time.
 */
#include "lan-conversation-private.h"
#include "lan-message-private.h"
#include "lan-node-private.h"

typedef enum { PAGE_NEWEST, PAGE_OLDER, PAGE_NEWER, PAGE_AROUND } PageWhere;

typedef struct {
  LanConversation *self;
  GTask *task;  /* NULL for the newest page */
  char *anchor; /* AROUND: the message's id */
  PageWhere where;
  guint generation;
} Page;

static void
page_free (Page *page)
{
  g_clear_object (&page->task);
  g_free (page->anchor);
  g_object_unref (page->self);
  g_free (page);
}

/* One row more than a page was asked for: it only tells that there is more. */
static gboolean
take_witness (GPtrArray *messages, PageWhere where)
{
  if (messages->len <= LAN_WINDOW_PAGE)
    return FALSE;
  g_ptr_array_remove_index (messages, where == PAGE_NEWER ? messages->len - 1 : 0);
  return TRUE;
}

static void
take_page (LanConversation *self, GPtrArray *messages, PageWhere where)
{
  gboolean more = take_witness (messages, where);

  if (where == PAGE_NEWER)
    lan_conversation_set_has_newer (self, more || self->missed);
  else
    lan_conversation_set_has_older (self, more);
  if (where == PAGE_OLDER) {
    if (lan_message_window_add (self->window, messages, LAN_WINDOW_CUT_NEWEST))
      lan_conversation_set_has_newer (self, TRUE);
  } else if (lan_message_window_add (self->window, messages, LAN_WINDOW_CUT_OLDEST)) {
    lan_conversation_set_has_older (self, TRUE);
  }
  lan_conversation_set_loaded (self, TRUE);
}

/* The window stands elsewhere from now on; whether it is at an end is not known before it is paged. */
static gboolean
take_around (LanConversation *self, GPtrArray *messages, const char *anchor)
{
  gboolean found = FALSE;

  for (guint i = 0; i < messages->len && !found; i++)
    found = g_ascii_strcasecmp (lan_message_get_id (messages->pdata[i]), anchor) == 0;
  if (!found)
    return FALSE;
  lan_message_window_clear (self->window);
  lan_message_window_add (self->window, messages, LAN_WINDOW_CUT_NEWEST);
  lan_conversation_set_has_older (self, TRUE);
  lan_conversation_set_has_newer (self, self->last == NULL ||
                                            lan_message_window_last (self->window) != self->last);
  lan_conversation_set_loaded (self, TRUE);
  return TRUE;
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Page *page = user_data;
  LanConversation *self = page->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_read_history_finish (LAN_NODE (source), result, &error);
  gboolean is_current = page->generation == self->generation, added = FALSE;

  if (is_current)
    self->loading = FALSE;
  if (messages != NULL && is_current && self->viewed) {
    added = messages->len > 0;
    if (page->where == PAGE_AROUND)
      added = take_around (self, messages, page->anchor);
    else
      take_page (self, messages, page->where);
  }
  if (page->task != NULL) {
    if (error != NULL)
      g_task_return_error (page->task, g_steal_pointer (&error));
    else
      g_task_return_boolean (page->task, added);
  }
  page_free (page);
}

static LanCommandType
command_for (PageWhere where)
{
  switch (where) {
  case PAGE_NEWER:
    return LAN_COMMAND_READ_NEWER;
  case PAGE_AROUND:
    return LAN_COMMAND_READ_AROUND;
  case PAGE_NEWEST:
  case PAGE_OLDER:
    break;
  }
  return LAN_COMMAND_READ_HISTORY;
}

static void
ask_page (LanConversation *self, PageWhere where, const char *anchor, GTask *task)
{
  Page *page = g_new0 (Page, 1);

  page->self = g_object_ref (self);
  page->task = task;
  page->where = where;
  page->anchor = g_strdup (anchor);
  page->generation = self->generation;
  self->loading = TRUE;
  self->missed = FALSE;
  lan_node_read_page_async (self->node, self->person, command_for (where), anchor,
                            where == PAGE_AROUND ? 2 * LAN_WINDOW_PAGE : LAN_WINDOW_PAGE + 1, NULL,
                            on_page, page);
}

GListModel *
lan_conversation_get_messages (LanConversation *self)
{
  g_return_val_if_fail (LAN_IS_CONVERSATION (self), NULL);
  if (!self->viewed && self->node != NULL) {
    self->viewed = TRUE;
    lan_node_push_view (self->node, self->person, TRUE);
    ask_page (self, PAGE_NEWEST, NULL, NULL);
  }
  return G_LIST_MODEL (self->window);
}

/* (transfer full) @task */
static void
load (LanConversation *self, PageWhere where, GTask *task)
{
  LanMessage *anchor = where == PAGE_OLDER ? lan_message_window_first (self->window)
                                           : lan_message_window_last (self->window);
  gboolean is_more = where == PAGE_OLDER ? self->has_older : self->has_newer;

  if (self->loading || !is_more || anchor == NULL || self->node == NULL) {
    g_task_return_boolean (task, FALSE);
    g_object_unref (task);
    return;
  }
  ask_page (self, where, lan_message_get_id (anchor), task);
}

void
lan_conversation_load_older_async (LanConversation *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (LAN_IS_CONVERSATION (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_conversation_load_older_async);
  load (self, PAGE_OLDER, task);
}

gboolean
lan_conversation_load_older_finish (LanConversation *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
lan_conversation_load_newer_async (LanConversation *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (LAN_IS_CONVERSATION (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_conversation_load_newer_async);
  load (self, PAGE_NEWER, task);
}

gboolean
lan_conversation_load_newer_finish (LanConversation *self, GAsyncResult *result, GError **error)
{
  return lan_conversation_load_older_finish (self, result, error);
}

void
lan_conversation_load_around_async (LanConversation *self, const char *message_id,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task;

  g_return_if_fail (LAN_IS_CONVERSATION (self) && message_id != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_conversation_load_around_async);
  if (self->node == NULL) {
    g_task_return_boolean (task, FALSE);
    g_object_unref (task);
    return;
  }
  if (!self->viewed) {
    self->viewed = TRUE;
    lan_node_push_view (self->node, self->person, TRUE);
  }
  self->generation++; /* a page under way is for another place */
  ask_page (self, PAGE_AROUND, message_id, task);
}

gboolean
lan_conversation_load_around_finish (LanConversation *self, GAsyncResult *result, GError **error)
{
  return lan_conversation_load_older_finish (self, result, error);
}

void
lan_conversation_reload (LanConversation *self)
{
  if (!self->viewed || self->node == NULL)
    return;
  self->generation++;
  lan_message_window_clear (self->window);
  lan_conversation_set_has_newer (self, FALSE);
  ask_page (self, PAGE_NEWEST, NULL, NULL);
}

void
lan_conversation_load_newest (LanConversation *self)
{
  g_return_if_fail (LAN_IS_CONVERSATION (self));
  if (self->has_newer)
    lan_conversation_reload (self);
}

void
lan_conversation_close (LanConversation *self)
{
  g_return_if_fail (LAN_IS_CONVERSATION (self));
  if (!self->viewed)
    return;
  self->viewed = FALSE;
  self->generation++;
  self->loading = FALSE;
  lan_message_window_clear (self->window);
  lan_conversation_set_loaded (self, FALSE);
  lan_conversation_set_has_older (self, FALSE);
  lan_conversation_set_has_newer (self, FALSE);
  if (self->node != NULL)
    lan_node_push_view (self->node, self->person, FALSE);
}
