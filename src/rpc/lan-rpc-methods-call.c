/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* call.* */
#include "lan-rpc-methods-private.h"

#include <string.h>

static const char *
quality_name (LanCallQuality quality)
{
  switch (quality) {
  case LAN_CALL_QUALITY_GOOD:
    return "good";
  case LAN_CALL_QUALITY_FAIR:
    return "fair";
  case LAN_CALL_QUALITY_POOR:
    return "poor";
  case LAN_CALL_QUALITY_NONE:
    return "none";
  case LAN_CALL_QUALITY_UNKNOWN:
  default:
    return "";
  }
}

JsonObject *
lan_rpc_describe_call (LanCall *call)
{
  static const struct {
    const char *name;
    gboolean (*get) (LanCall *);
  } flags[] = {
    { "incoming", lan_call_get_incoming },
    { "muted", lan_call_get_muted },
    { "held", lan_call_get_held },
    { "other_muted", lan_call_get_other_muted },
    { "other_held", lan_call_get_other_held },
    { "video", lan_call_get_video },
    { "other_video", lan_call_get_other_video },
    { "screen", lan_call_get_screen },
    { "other_screen", lan_call_get_other_screen },
    { "missed", lan_call_get_missed },
    { "no_microphone", lan_call_get_no_microphone },
    { "no_speaker", lan_call_get_no_speaker },
    { "no_camera", lan_call_get_no_camera },
  };
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_call_get_id (call));
  json_object_set_string_member (o, "peer", lan_person_get_id (lan_call_get_person (call)));
  json_object_set_string_member (o, "state", lan_call_status_name (lan_call_get_status (call)));
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    json_object_set_boolean_member (o, flags[i].name, flags[i].get (call));
  json_object_set_string_member (o, "path", lan_call_get_path (call));
  json_object_set_string_member (o, "quality", quality_name (lan_call_get_quality (call)));
  if (lan_call_get_status (call) == LAN_CALL_STATUS_ENDED) {
    json_object_set_string_member (o, "end", lan_call_get_end (call));
    json_object_set_boolean_member (o, "ended_here", lan_call_get_ended_here (call));
    json_object_set_int_member (o, "duration", lan_call_get_duration (call));
  }
  return o;
}

/* NULL once @call is answered: there is no such call, or it is over and @must_live. */
static LanCall *
need_call (LanRpcCall *call, gboolean must_live)
{
  LanCall *present = lan_node_get_call (call->service->node);
  const char *id = NULL;
  g_autoptr (GError) error = NULL;

  if (!lan_rpc_take_string (call, "id", &id))
    return NULL;
  if (present != NULL && (id == NULL || strcmp (id, lan_call_get_id (present)) == 0) &&
      (!must_live || lan_call_get_status (present) != LAN_CALL_STATUS_ENDED))
    return present;
  error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND, "There is no such call.");
  lan_rpc_call_fail (call, error);
  return NULL;
}

static void
call_start (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "person");
  g_autoptr (GError) error = NULL;
  LanCall *made;

  if (person == NULL)
    return;
  made = lan_node_start_call (call->service->node, person, &error);
  if (made == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, lan_rpc_one_string ("id", lan_call_get_id (made)));
}

static void
call_answer (LanRpcCall *call)
{
  LanCall *present = need_call (call, TRUE);
  g_autoptr (GError) error = NULL;

  if (present == NULL)
    return;
  if (lan_call_get_status (present) != LAN_CALL_STATUS_RINGING) {
    error =
        g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID, "This call does not ring.");
    lan_rpc_call_fail (call, error);
    return;
  }
  lan_call_answer (present);
  lan_rpc_call_succeed (call, NULL);
}

/* Also call.decline. */
static void
call_end (LanRpcCall *call)
{
  LanCall *present = need_call (call, TRUE);

  if (present == NULL)
    return;
  lan_call_end (present);
  lan_rpc_call_succeed (call, NULL);
}

static void
set (LanRpcCall *call, void (*setter) (LanCall *, gboolean))
{
  LanCall *present = need_call (call, TRUE);
  gboolean on = TRUE;

  if (present == NULL || !lan_rpc_take_boolean (call, "on", &on))
    return;
  setter (present, on);
  lan_rpc_call_succeed (call, NULL);
}

static void
call_mute (LanRpcCall *call)
{
  set (call, lan_call_set_muted);
}

static void
call_hold (LanRpcCall *call)
{
  set (call, lan_call_set_held);
}

static void
call_video (LanRpcCall *call)
{
  set (call, lan_call_set_video);
}

/* What is to be shown: a window by its number, a source by its name, or what the program was started with. */
static char *
take_screen (LanRpcCall *call, const char *source, gint64 window)
{
  if (window > 0)
    return g_strdup_printf ("x11:%" G_GINT64_FORMAT, window);
  return g_strdup (source != NULL ? source : lan_node_get_screen_source (call->service->node));
}

static void
call_share (LanRpcCall *call)
{
  LanCall *present = need_call (call, TRUE);
  const char *source = NULL;
  gint64 window = 0;
  gboolean on = TRUE;
  g_autofree char *screen = NULL;
  g_autoptr (GError) error = NULL;

  if (present == NULL || !lan_rpc_take_boolean (call, "on", &on) ||
      !lan_rpc_take_string (call, "source", &source) || !lan_rpc_take_int (call, "window", &window))
    return;
  if (on && lan_call_get_status (present) != LAN_CALL_STATUS_ACTIVE) {
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "Nobody is in this call yet who could see it.");
    lan_rpc_call_fail (call, error);
    return;
  }
  screen = on ? take_screen (call, source, window) : NULL;
  lan_call_share_screen (present, screen);
  lan_rpc_call_succeed (call, NULL);
}

/* As PPM, which every program that shows pictures can read. */
static gboolean
write_picture (const char *path, GBytes *picture, guint width, guint height, GError **error)
{
  g_autoptr (GString) ppm = g_string_new (NULL);
  gsize len;
  const char *rgb = g_bytes_get_data (picture, &len);

  g_string_printf (ppm, "P6\n%u %u\n255\n", width, height);
  g_string_append_len (ppm, rgb, (gssize) len);
  return g_file_set_contents_full (path, ppm->str, (gssize) ppm->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static void
call_picture (LanRpcCall *call)
{
  const char *path = lan_rpc_need_string (call, "path");
  g_autoptr (GBytes) picture = NULL;
  g_autoptr (GError) error = NULL;
  LanCall *present;
  guint width, height;
  JsonObject *o;

  if (path == NULL)
    return;
  present = need_call (call, TRUE);
  if (present == NULL)
    return;
  picture = lan_call_get_picture (present, &width, &height);
  if (picture == NULL)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                                 "The other side shows nothing now.");
  if (error != NULL || !write_picture (path, picture, width, height, &error)) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_int_member (o, "width", width);
  json_object_set_int_member (o, "height", height);
  lan_rpc_call_succeed (call, o);
}

static void
call_camera (LanRpcCall *call)
{
  const char *source = lan_rpc_need_string (call, "source");

  if (source == NULL)
    return;
  lan_node_set_camera (call->service->node, source);
  lan_rpc_call_succeed (call, NULL);
}

static void
call_stats (LanRpcCall *call)
{
  static const struct {
    const char *name;
    LanCallFigure figure;
  } figures[] = {
    { "sent", LAN_CALL_FIGURE_SENT },
    { "received", LAN_CALL_FIGURE_RECEIVED },
    { "lost", LAN_CALL_FIGURE_LOST },
    { "late", LAN_CALL_FIGURE_LATE },
    { "concealed", LAN_CALL_FIGURE_CONCEALED },
    { "recovered", LAN_CALL_FIGURE_RECOVERED },
    { "jitter_us", LAN_CALL_FIGURE_JITTER_US },
    { "wait_us", LAN_CALL_FIGURE_WAIT_US },
    { "rtt_us", LAN_CALL_FIGURE_RTT_US },
    { "loss_out", LAN_CALL_FIGURE_LOSS_OUT },
    { "loss_in", LAN_CALL_FIGURE_LOSS_IN },
    { "bitrate", LAN_CALL_FIGURE_BITRATE },
    { "first_sound_us", LAN_CALL_FIGURE_FIRST_SOUND_US },
    { "level_in", LAN_CALL_FIGURE_LEVEL_IN },
    { "level_out", LAN_CALL_FIGURE_LEVEL_OUT },
    { "restarts", LAN_CALL_FIGURE_RESTARTS },
    { "start_us", LAN_CALL_FIGURE_START_US },
    { "pictures_taken", LAN_CALL_FIGURE_PICTURES_TAKEN },
    { "pictures_sent", LAN_CALL_FIGURE_PICTURES_SENT },
    { "pictures_repeated", LAN_CALL_FIGURE_PICTURES_REPEATED },
    { "picture_keys_sent", LAN_CALL_FIGURE_PICTURE_KEYS_SENT },
    { "pictures_shown", LAN_CALL_FIGURE_PICTURES_SHOWN },
    { "pictures_left_out", LAN_CALL_FIGURE_PICTURES_LEFT_OUT },
    { "picture_packets_lost", LAN_CALL_FIGURE_PICTURE_PACKETS_LOST },
    { "picture_packets_asked", LAN_CALL_FIGURE_PICTURE_PACKETS_ASKED },
    { "picture_packets_repaired", LAN_CALL_FIGURE_PICTURE_PACKETS_REPAIRED },
    { "picture_keys_asked", LAN_CALL_FIGURE_PICTURE_KEYS_ASKED },
    { "picture_freezes", LAN_CALL_FIGURE_PICTURE_FREEZES },
    { "picture_longest_ms", LAN_CALL_FIGURE_PICTURE_LONGEST_MS },
    { "picture_wait_ms", LAN_CALL_FIGURE_PICTURE_WAIT_MS },
    { "picture_queue_ms", LAN_CALL_FIGURE_PICTURE_QUEUE_MS },
    { "picture_rate", LAN_CALL_FIGURE_PICTURE_RATE },
    { "picture_arriving", LAN_CALL_FIGURE_PICTURE_ARRIVING },
    { "picture_loss_out", LAN_CALL_FIGURE_PICTURE_LOSS_OUT },
    { "picture_number", LAN_CALL_FIGURE_PICTURE_NUMBER },
    { "picture_width_out", LAN_CALL_FIGURE_PICTURE_WIDTH_OUT },
    { "picture_height_out", LAN_CALL_FIGURE_PICTURE_HEIGHT_OUT },
    { "picture_width_in", LAN_CALL_FIGURE_PICTURE_WIDTH_IN },
    { "picture_height_in", LAN_CALL_FIGURE_PICTURE_HEIGHT_IN },
  };
  LanCall *present = need_call (call, FALSE);
  JsonObject *o;

  if (present == NULL)
    return;
  o = lan_rpc_describe_call (present);
  for (gsize i = 0; i < G_N_ELEMENTS (figures); i++)
    json_object_set_int_member (o, figures[i].name,
                                lan_call_get_figure (present, figures[i].figure));
  lan_rpc_call_succeed (call, o);
}

static void
call_audio (LanRpcCall *call)
{
  const char *source = lan_rpc_need_string (call, "source");
  const char *sink;
  gboolean keep = FALSE;

  if (source == NULL)
    return;
  sink = lan_rpc_need_string (call, "sink");
  if (sink == NULL)
    return;
  if (!lan_rpc_take_boolean (call, "keep", &keep))
    return;
  if (keep)
    lan_node_choose_audio (call->service->node, source, sink);
  else
    lan_node_set_audio (call->service->node, source, sink);
  lan_rpc_call_succeed (call, NULL);
}

/* --- devices: a helper looks, and is ended when it has --- */

static JsonArray *
describe_devices (LanSound *sound)
{
  GListModel *devices = lan_sound_get_devices (sound);
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (devices); i++) {
    g_autoptr (LanSoundDevice) device = g_list_model_get_item (devices, i);
    JsonObject *o = json_object_new ();

    json_object_set_string_member (o, "id", lan_sound_device_get_id (device));
    json_object_set_string_member (o, "name", lan_sound_device_get_label (device));
    json_object_set_string_member (
        o, "kind", lan_sound_device_get_is_microphone (device) ? "microphone" : "speaker");
    json_object_set_boolean_member (o, "default", lan_sound_device_get_is_default (device));
    json_array_add_object_element (list, o);
  }
  return list;
}

static void
on_devices (LanSound *sound, LanRpcCall *call)
{
  g_autoptr (GError) error = NULL;
  LanNode *node = call->service->node;
  JsonObject *o;

  if (*lan_sound_get_problem (sound) != '\0')
    error = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED, "The devices are not known: %s.",
                         lan_sound_get_problem (sound));
  else if (!lan_sound_get_listed (sound))
    return;
  g_signal_handlers_disconnect_by_func (sound, on_devices, call);
  if (error != NULL) {
    lan_rpc_call_fail (call, error);
  } else {
    o = json_object_new ();
    json_object_set_array_member (o, "devices", describe_devices (sound));
    json_object_set_string_member (o, "source", lan_node_get_audio_source (node));
    json_object_set_string_member (o, "sink", lan_node_get_audio_sink (node));
    lan_rpc_call_succeed (call, o);
  }
  lan_sound_stop (sound);
  g_object_unref (sound);
}

static void
call_devices (LanRpcCall *call)
{
  LanSound *sound = lan_sound_new ();

  g_signal_connect (sound, "changed", G_CALLBACK (on_devices), call);
  lan_sound_watch (sound);
}

const LanRpcMethod lan_rpc_call_methods[] = {
  { "call.start", call_start },     { "call.answer", call_answer },
  { "call.decline", call_end },     { "call.end", call_end },
  { "call.mute", call_mute },       { "call.hold", call_hold },
  { "call.stats", call_stats },     { "call.audio", call_audio },
  { "call.devices", call_devices }, { "call.video", call_video },
  { "call.share", call_share },     { "call.picture", call_picture },
  { "call.camera", call_camera },   { NULL, NULL },
};
