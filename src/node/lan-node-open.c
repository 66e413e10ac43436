/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanNode's way from closed to open and back: an engine is made for each opening, and is gone when
 * the node is closed again.
 */
#include "lan-harden.h"
#include "lan-node-private.h"
#include "lan-text.h"

void
lan_node_on_opened (LanNode *self, LanEvent *event)
{
  g_autoptr (GTask) task = NULL;

  if (event->error != NULL) {
    self->open_error = g_steal_pointer (&event->error);
    return;
  }
  task = g_steal_pointer (&self->opening);
  lan_node_set_tcp_port (self, (guint) event->number);
  lan_node_on_protection (self, (LanNodeProtection) event->flags);
  lan_node_load_audio (self);
  if (self->state == LAN_NODE_STATE_OPENING)
    lan_node_set_state (self, LAN_NODE_STATE_OPEN);
  lan_node_notify_self (self);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

void
lan_node_on_closed (LanNode *self)
{
  g_autoptr (GTask) opening = g_steal_pointer (&self->opening);
  g_autoptr (GTask) closing = g_steal_pointer (&self->closing);

  g_clear_pointer (&self->engine, lan_engine_release);
  lan_node_set_tcp_port (self, 0);
  lan_node_set_state (self, LAN_NODE_STATE_CLOSED);
  if (opening != NULL && self->open_error != NULL)
    g_task_return_error (opening, g_steal_pointer (&self->open_error));
  else if (opening != NULL)
    g_task_return_new_error (opening, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN,
                             "the profile was closed while it was being opened");
  g_clear_error (&self->open_error);
  if (closing != NULL)
    g_task_return_boolean (closing, TRUE);
}

static void
on_events (GPtrArray *events, gpointer data)
{
  LanNode *self = data;

  lan_node_models_apply (self->models, events);
}

/* @name is set when a profile is to be made. */
static void
start (LanNode *self, const char *name, const char *passphrase, GTask *task)
{
  g_autoptr (GError) error = NULL;
  LanEngineConfig config = {
    .profile_dir = self->profile_dir,
    .interfaces = self->interfaces,
    .mdns = self->mdns,
    .broadcast = self->broadcast,
    .port = self->port,
    .keyring = self->keyring,
    .audio_source = self->audio_source,
    .audio_sink = self->audio_sink,
    .camera = self->camera,
  };
  LanCommand *command;

  if (self->state != LAN_NODE_STATE_CLOSED) {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                             "the profile is open already");
    g_object_unref (task);
    return;
  }
  if (self->harden)
    lan_harden_process ();
  self->opening = task;
  lan_node_set_state (self, LAN_NODE_STATE_OPENING);
  self->engine = lan_engine_new (&config, on_events, self);
  command = lan_command_new (LAN_COMMAND_OPEN);
  command->name = g_strdup (name);
  command->text = g_strdup (passphrase);
  lan_engine_push (self->engine, command);
}

void
lan_node_open_async (LanNode *self, const char *passphrase, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self));
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_open_async);
  start (self, NULL, passphrase, task);
}

gboolean
lan_node_open_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
lan_node_create_async (LanNode *self, const char *name, const char *passphrase,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *clean = NULL;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && name != NULL);
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_create_async);
  clean = lan_text_clean_line (name, -1, LAN_NAME_MAX_BYTES);
  if (clean[0] == '\0') {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                             "a name needs at least one character that can be seen");
    g_object_unref (task);
    return;
  }
  start (self, clean, passphrase, task);
}

gboolean
lan_node_create_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  return lan_node_open_finish (self, result, error);
}

void
lan_node_close_async (LanNode *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self));
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_close_async);
  if (self->engine == NULL) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  if (self->closing != NULL) {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                             "the profile is being closed already");
    g_object_unref (task);
    return;
  }
  self->closing = task;
  lan_engine_push (self->engine, lan_command_new (LAN_COMMAND_CLOSE));
  lan_node_set_state (self, LAN_NODE_STATE_CLOSING);
}

gboolean
lan_node_close_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
