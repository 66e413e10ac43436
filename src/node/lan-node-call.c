/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Calls as a LanNode hands them out. */
#include "lan-call-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-random-system.h"

/* Of this computer alone: no other device of the person is told. */
#define SOURCE_SETTING "audio.source"
#define SINK_SETTING   "audio.sink"

LanCall *
lan_node_get_call (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return lan_node_models_call (lan_node_peek_models (self));
}

LanCall *
lan_node_start_call (LanNode *self, LanPerson *person, GError **error)
{
  LanCommand *command;
  LanCallInfo info = { .end = "", .path = "", .stats.rtt_us = -1 };
  LanCall *call;

  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person), NULL);
  if (!lan_node_require_open (self, error) || !lan_node_may_write (self, person, error))
    return NULL;
  if (!lan_person_get_accepted (person) || lan_person_get_group (person) != NULL) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "only a contact can be called");
    return NULL;
  }
  call = lan_node_models_call (lan_node_peek_models (self));
  if (call != NULL && lan_call_get_status (call) != LAN_CALL_STATUS_ENDED) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID, "there is a call already");
    return NULL;
  }
  command = lan_command_new_for (LAN_COMMAND_CALL_START, lan_person_peek_account (person));
  lan_random_message_id (lan_random_system (), g_get_real_time () / 1000, &command->message);
  info.id = command->message;
  info.peer = command->account;
  call = lan_node_models_apply_call (lan_node_peek_models (self), &info);
  lan_node_push (self, command);
  return call;
}

static void
use_audio (LanNode *self, const char *source, const char *sink)
{
  LanCommand *command = lan_command_new (LAN_COMMAND_CALL_AUDIO);

  command->text = g_strdup (source);
  command->name = g_strdup (sink);
  g_free (self->audio_source);
  g_free (self->audio_sink);
  self->audio_source = g_strdup (source);
  self->audio_sink = g_strdup (sink);
  lan_node_push (self, command);
}

void
lan_node_set_audio (LanNode *self, const char *source, const char *sink)
{
  g_return_if_fail (LAN_IS_NODE (self) && source != NULL && sink != NULL);
  self->audio_given = TRUE;
  use_audio (self, source, sink);
}

void
lan_node_choose_audio (LanNode *self, const char *source, const char *sink)
{
  g_return_if_fail (LAN_IS_NODE (self) && source != NULL && sink != NULL);
  lan_node_set_setting (self, SOURCE_SETTING, source);
  lan_node_set_setting (self, SINK_SETTING, sink);
  use_audio (self, source, sink);
}

void
lan_node_load_audio (LanNode *self)
{
  const char *source = lan_node_get_setting (self, SOURCE_SETTING);
  const char *sink = lan_node_get_setting (self, SINK_SETTING);

  if (!self->audio_given && (source != NULL || sink != NULL))
    use_audio (self, source != NULL ? source : "default", sink != NULL ? sink : "default");
}

void
lan_node_set_camera (LanNode *self, const char *source)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self) && source != NULL);
  command = lan_command_new (LAN_COMMAND_CALL_CAMERA);
  command->text = g_strdup (source);
  g_free (self->camera);
  self->camera = g_strdup (source);
  lan_node_push (self, command);
}

const char *
lan_node_get_camera (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return self->camera;
}

void
lan_node_set_screen_source (LanNode *self, const char *source)
{
  g_return_if_fail (LAN_IS_NODE (self) && source != NULL);
  g_free (self->screen);
  self->screen = g_strdup (source);
}

const char *
lan_node_get_screen_source (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return self->screen;
}

const char *
lan_node_get_audio_source (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return self->audio_source;
}

const char *
lan_node_get_audio_sink (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return self->audio_sink;
}
