/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What a LanNode is asked about its whole history. */
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-search-private.h"

void
lan_node_search_async (LanNode *self, LanSearch *search, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_SEARCH (search));
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_search_async);
  g_task_set_task_data (task, g_object_ref (search), g_object_unref);
  command = lan_command_new (LAN_COMMAND_SEARCH);
  command->search = lan_search_make_wish (search);
  command->task = task;
  lan_node_ask (self, command);
}

GPtrArray *
lan_node_search_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
lan_node_note_searched (GTask *task, const LanEvent *event)
{
  if (g_task_get_source_tag (task) == lan_node_search_async)
    lan_search_set_result (g_task_get_task_data (task), (gint64) event->number, event->flags);
}

void
lan_node_read_around_async (LanNode *self, LanPerson *person, const char *message_id, guint limit,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && message_id != NULL);
  lan_node_read_page_async (self, person, LAN_COMMAND_READ_AROUND, message_id, limit, cancellable,
                            callback, user_data);
}

/* The local midnights of a month, and the one after it. NULL: there is no such month. */
static GBytes *
days_of_month (int year, int month)
{
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (year < 1970 || year > 9998 || month < 1 || month > 12)
    return NULL;
  for (int day = 1; day <= g_date_get_days_in_month ((GDateMonth) month, (GDateYear) year) + 1;
       day++) {
    g_autoptr (GDateTime) first = g_date_time_new_local (year, month, 1, 0, 0, 0);
    g_autoptr (GDateTime) at = g_date_time_add_days (first, day - 1);
    gint64 ms = g_date_time_to_unix (at) * 1000;

    g_array_append_val (days, ms);
  }
  return g_bytes_new (days->data, days->len * sizeof (gint64));
}

void
lan_node_list_days_async (LanNode *self, LanPerson *person, int year, int month,
                          GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person));
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_list_days_async);
  command = lan_command_new_for (LAN_COMMAND_READ_DAYS, lan_person_peek_account (person));
  command->bytes = days_of_month (year, month);
  command->task = task;
  if (command->bytes == NULL) {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                             "there is no such month");
    lan_command_free (command);
    return;
  }
  lan_node_ask (self, command);
}

GPtrArray *
lan_node_list_days_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
