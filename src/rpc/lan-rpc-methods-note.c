/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

#include <lan-voice-note.h>

/* note.*: voice notes. One that is recorded or played lasts until the call is answered. */

typedef struct {
  LanRpcCall *call;
  LanPerson *person;
  LanNoteSound *sound;
} Doing;

static void
doing_free (Doing *doing)
{
  g_clear_object (&doing->person);
  g_signal_handlers_disconnect_by_data (doing->sound, doing);
  g_clear_object (&doing->sound);
  g_free (doing);
}

static void
on_failed (LanNoteSound *sound, const char *text, Doing *doing)
{
  g_autoptr (GError) error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED, text);

  lan_rpc_call_fail (doing->call, error);
  doing_free (doing);
}

static Doing *
doing_new (LanRpcCall *call, LanNoteSound *sound)
{
  Doing *doing = g_new0 (Doing, 1);

  doing->call = call;
  doing->sound = sound;
  g_signal_connect (sound, "failed", G_CALLBACK (on_failed), doing);
  return doing;
}

/* --- send --- */

static void
on_taken (LanNoteSound *sound, LanVoiceNote *note, Doing *doing)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id =
      lan_node_send_note (doing->call->service->node, doing->person, note, &error);

  if (id != NULL)
    lan_rpc_call_succeed (doing->call, lan_rpc_one_string ("id", id));
  else
    lan_rpc_call_fail (doing->call, error);
  doing_free (doing);
}

static void
note_send (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_peer (call, "to");
  const char *path = person != NULL ? lan_rpc_need_string (call, "path") : NULL;
  g_autofree char *source = NULL;
  Doing *doing;

  if (path == NULL)
    return;
  source = g_strconcat ("file:", path, NULL);
  doing = doing_new (call, lan_node_record_note (call->service->node, source));
  doing->person = g_object_ref (person);
  g_signal_connect (doing->sound, "taken", G_CALLBACK (on_taken), doing);
}

/* --- read, play --- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanVoiceNote) note = lan_node_read_note_finish (LAN_NODE (source), result, &error);
  g_autofree char *text = NULL;
  gsize len;
  gconstpointer data;
  JsonObject *o;

  if (note == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  data = g_bytes_get_data (lan_voice_note_get_opus (note), &len);
  text = g_base64_encode (data, len);
  o = lan_rpc_one_string ("opus", text);
  json_object_set_int_member (o, "duration", lan_voice_note_get_duration (note));
  lan_rpc_call_succeed (call, o);
}

static void
read_one (LanRpcCall *call, LanMessage *message)
{
  lan_node_read_note_async (call->service->node, message, call->service->cancellable, on_read,
                            call);
}

static void
note_read (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", read_one);
}

static void
on_done (LanNoteSound *sound, Doing *doing)
{
  lan_rpc_call_succeed (doing->call, NULL);
  doing_free (doing);
}

static void
on_read_to_play (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanVoiceNote) note = lan_node_read_note_finish (LAN_NODE (source), result, &error);
  gint64 speed = 1000;
  Doing *doing;

  if (note == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  if (!lan_rpc_take_int (call, "speed", &speed))
    return;
  doing = doing_new (
      call, lan_node_play_note (LAN_NODE (source), note, 0, (guint) CLAMP (speed, 500, 3000)));
  g_signal_connect (doing->sound, "done", G_CALLBACK (on_done), doing);
}

static void
play_one (LanRpcCall *call, LanMessage *message)
{
  lan_node_read_note_async (call->service->node, message, call->service->cancellable,
                            on_read_to_play, call);
}

static void
note_play (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", play_one);
}

const LanRpcMethod lan_rpc_note_methods[] = {
  { "note.send", note_send },
  { "note.read", note_read },
  { "note.play", note_play },
  { NULL, NULL },
};
