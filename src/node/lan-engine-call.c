/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-call.h"

#include "lan-calls.h"
#include "lan-engine-links-private.h"
#include "lan-media-packet.h"
#include "lan-media.h"

#define SILENT_US (2 * G_USEC_PER_SEC) /* then it is said */

struct _LanEngineCalls {
  LanCalls *machine;
  LanMedia *media; /* NULL: no sound now */
  LanMedia *ring;  /* NULL: it does not ring */
  LanMediaGate gate;
  LanAccountId peer; /* whom sound comes from and goes to */
  LanDeviceId device;
  LanMediaStats stats;
  LanMediaPictures pictures;
  gboolean had_video; /* either side showed something */
  guint missing;      /* LanMediaFailure */
  guint restarts;
  gint64 start_us;
  gint64 heard_us; /* when something came from the other side last */
  gint64 answered_ms;
  LanCallView told; /* as the owner knows it */
};

static void
enter (LanEngine *engine)
{
  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
}

/* The best channel to @device. NULL: none, or no link where @link_only. */
static LanEngineChannel *
find_way (LanEngine *engine, const LanAccountId *account, const LanDeviceId *device,
          gboolean link_only)
{
  LanEngineChannel *best = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->links->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanEngineChannel *c = value;
    gboolean is_link = lan_channel_kind (c->channel) == LAN_CHANNEL_LINK;

    if (!c->identified || !c->up || c->ending || (link_only && !is_link) ||
        !lan_account_id_equal (&c->account, account) || !lan_device_id_equal (&c->device, device))
      continue;
    if (lan_engine_channel_is_better (c, best))
      best = c;
  }
  return best;
}

/* --- what the owner is told --- */

static void
tell (LanEngine *engine)
{
  LanEngineCalls *self = engine->calls;
  const LanCallView *view = &self->told;
  LanEvent *event = lan_event_new (LAN_EVENT_CALL);
  LanCallInfo *info = &event->call;
  gint64 rtt_us;

  info->id = view->id;
  info->peer = view->peer;
  info->incoming = view->incoming;
  info->status = (LanCallStatus) view->state;
  info->end = lan_calls_end_name (view->end);
  info->by_us = view->by_us;
  info->missed = view->was_missed;
  info->muted = (view->ours & LAN_CALL_MUTED) != 0;
  info->held = (view->ours & LAN_CALL_HELD) != 0;
  info->other_muted = (view->theirs & LAN_CALL_MUTED) != 0;
  info->other_held = (view->theirs & LAN_CALL_HELD) != 0;
  info->answered_ms = self->answered_ms;
  info->duration_ms = view->duration_us / 1000;
  info->video = (view->ours & LAN_CALL_VIDEO) != 0;
  info->other_video = (view->theirs & LAN_CALL_VIDEO) != 0;
  info->screen = (view->ours & LAN_CALL_SCREEN) != 0;
  info->other_screen = (view->theirs & LAN_CALL_SCREEN) != 0;
  info->stats = self->stats;
  info->pictures = self->pictures;
  if (self->media != NULL && info->other_video && lan_media_get_box (self->media) != NULL)
    info->box = lan_picture_box_ref (lan_media_get_box (self->media));
  info->missing = self->missing;
  info->silent = self->media != NULL && engine->now.mono_us - self->heard_us > SILENT_US;
  info->restarts = self->restarts;
  info->start_us = self->start_us;
  lan_engine_links_describe (engine, &view->peer, &info->path, &rtt_us);
  lan_engine_tell (engine, event);
}

/* --- sound --- */

static guint8
media_flags (const LanCallView *view)
{
  return (view->ours & LAN_CALL_MUTED ? LAN_MEDIA_MUTED : 0) |
         ((view->ours | view->theirs) & LAN_CALL_HELD ? LAN_MEDIA_HELD : 0) |
         (view->ours & LAN_CALL_VIDEO ? LAN_MEDIA_VIDEO : 0);
}

/* Pictures are taken from who has said that it shows some, reports on them when we do. */
static void
agree (LanEngineCalls *self, const LanCallView *view)
{
  gboolean shows = (view->ours & (LAN_CALL_VIDEO | LAN_CALL_SCREEN)) != 0;
  gboolean sees = (view->theirs & LAN_CALL_VIDEO) != 0;
  LanPictureBox *box = self->media != NULL ? lan_media_get_box (self->media) : NULL;

  lan_media_gate_agree (&self->gate, sees, shows);
  if (!sees && box != NULL)
    lan_picture_box_clear (box);
  self->had_video |= self->media != NULL && (shows || sees);
}

static void
on_packet (const guint8 *data, gsize len, gpointer user_data)
{
  LanEngine *engine = user_data;
  LanEngineCalls *self = engine->calls;
  LanEngineChannel *c = find_way (engine, &self->peer, &self->device, TRUE);

  /* Without a link there is nothing that voice could go by: it is late soon, and dropped. */
  if (c != NULL && lan_link_send_datagram (lan_link_from_channel (c->channel),
                                           LAN_DATAGRAM_LANE_MEDIA, data, len))
    c->bytes_sent += len;
}

static void
on_stats (const LanMediaStats *stats, gpointer user_data)
{
  LanEngine *engine = user_data;
  LanEngineCalls *self = engine->calls;

  enter (engine);
  self->stats = *stats;
  self->restarts = lan_media_get_restarts (self->media);
  tell (engine);
}

/* Told with the figures of voice, which come behind. */
static void
on_pictures (const LanMediaPictures *pictures, gpointer user_data)
{
  LanEngine *engine = user_data;

  engine->calls->pictures = *pictures;
}

/* The screen cannot be shown, or is there no more. */
static void
end_share (LanEngine *engine)
{
  LanEngineCalls *self = engine->calls;
  LanStatus status =
      lan_calls_set (self->machine, &self->told.id, LAN_CALL_SCREEN, FALSE, engine->now.mono_us);

  lan_engine_notice (engine, "no-screen", "The screen or window cannot be shown (any more).");
  if (status != LAN_STATUS_OK)
    g_info ("a screen of a call that is over");
}

static void
on_missing (guint missing, const char *text, gpointer user_data)
{
  LanEngine *engine = user_data;
  guint fresh;

  enter (engine);
  g_info ("sound of a call: %s", text);
  fresh = missing & ~engine->calls->missing;
  engine->calls->missing = missing;
  if ((fresh & LAN_MEDIA_NO_SOURCE) != 0)
    lan_engine_notice (engine, "no-microphone", "There is no microphone: you can only listen.");
  if ((fresh & LAN_MEDIA_NO_SINK) != 0)
    lan_engine_notice (engine, "no-speaker", "There is no loudspeaker: you cannot hear the call.");
  if ((fresh & LAN_MEDIA_NO_CAMERA) != 0)
    lan_engine_notice (engine, "no-camera", "There is no camera: the other side does not see you.");
  if ((fresh & LAN_MEDIA_NO_SCREEN) != 0)
    end_share (engine);
  tell (engine);
}

static void
on_ready (gpointer user_data)
{
  LanEngine *engine = user_data;

  if (engine->calls->missing == 0)
    return;
  enter (engine);
  engine->calls->missing = 0;
  tell (engine);
}

static void
on_failed (const char *text, gpointer user_data)
{
  LanEngine *engine = user_data;

  enter (engine);
  lan_engine_notice (engine, "call-failed", "The call has no sound: %s.", text);
  lan_calls_failed (engine->calls->machine, engine->now.mono_us);
}

static const LanMediaEvents media_events = { .packet = on_packet,
                                             .stats = on_stats,
                                             .missing = on_missing,
                                             .failed = on_failed,
                                             .ready = on_ready,
                                             .pictures = on_pictures };

/* --- ringing --- */

static void
on_ring_packet (const guint8 *data, gsize len, gpointer user_data)
{
}

static void
on_ring_stats (const LanMediaStats *stats, gpointer user_data)
{
}

/* Who cannot hear it still sees it. */
static void
on_ring_missing (guint missing, const char *text, gpointer user_data)
{
  g_info ("the sound of ringing: %s", text);
}

static void
on_ring_failed (const char *text, gpointer user_data)
{
  LanEngine *engine = user_data;

  g_info ("the sound of ringing: %s", text);
  g_clear_pointer (&engine->calls->ring, lan_media_free);
}

static const LanMediaEvents ring_events = { on_ring_packet, on_ring_stats, on_ring_missing,
                                            on_ring_failed };

/* A file that a call is written to has no ringing in it. */
static void
ring (LanEngine *engine, const LanCallView *view)
{
  LanEngineCalls *self = engine->calls;
  gboolean wanted = (view->state == LAN_CALL_RINGING || view->state == LAN_CALL_ALERTING) &&
                    !(view->incoming && engine->presence == LAN_PERSON_PRESENCE_BUSY) &&
                    strcmp (engine->config.audio_sink, "null") != 0 &&
                    !g_str_has_prefix (engine->config.audio_sink, "file:");
  LanMediaConfig config = { .source = "none",
                            .sink = engine->config.audio_sink,
                            .flags = view->incoming ? LAN_MEDIA_RING : LAN_MEDIA_RINGBACK };

  if (!wanted)
    g_clear_pointer (&self->ring, lan_media_free);
  else if (self->ring == NULL)
    self->ring = lan_media_new (&config, &ring_events, engine);
}

static void
start_media (LanEngine *engine, const LanCallsAction *action)
{
  LanEngineCalls *self = engine->calls;
  LanCallView view;
  LanMediaConfig config = { .source = engine->config.audio_source,
                            .sink = engine->config.audio_sink,
                            .camera = engine->config.camera };

  if (!lan_calls_look (self->machine, &view))
    return;
  config.tag = lan_media_tag (view.id.b);
  config.flags = media_flags (&view);
  self->peer = action->account;
  self->device = action->device;
  self->stats = (LanMediaStats){ .rtt_us = -1 };
  self->pictures = (LanMediaPictures){ .rtt_ms = -1, .number = G_MAXUINT32 };
  self->had_video = FALSE;
  self->missing = self->restarts = 0;
  self->answered_ms = engine->now.wall_ms;
  lan_media_gate_init (&self->gate, config.tag, engine->now.mono_us);
  self->media = lan_media_new (&config, &media_events, engine);
  agree (self, &view);
  self->start_us = lan_media_get_start_us (self->media);
  self->heard_us = engine->now.mono_us;
}

void
lan_engine_call_on_datagram (LanEngine *engine, const LanAccountId *account,
                             const LanDeviceId *device, const guint8 *bytes, gsize len)
{
  LanEngineCalls *self = engine->calls;

  if (self == NULL || self->media == NULL || !lan_account_id_equal (account, &self->peer) ||
      !lan_device_id_equal (device, &self->device))
    return;
  lan_engine_read_clock (engine);
  if (!lan_media_gate_pass (&self->gate, bytes, len, engine->now.mono_us))
    return;
  self->heard_us = engine->now.mono_us;
  lan_media_take (self->media, bytes, len);
}

/* --- what the machine wants --- */

static void
record (LanEngine *engine, const LanCallView *view)
{
  Lanyard__CallRecord body = LANYARD__CALL_RECORD__INIT;
  LanStatus status;

  body.outcome = lan_calls_outcome (view);
  body.duration_ms = (guint64) (view->duration_us / 1000);
  body.video = engine->calls->had_video;
  status = lan_core_record_call (engine->core, &view->peer, &view->id, &body, &engine->now);
  if (status != LAN_STATUS_OK)
    g_info ("no record of a call: %s", lan_status_name (status));
}

static void
send_frame (LanEngine *engine, const LanCallsAction *action)
{
  LanEngineChannel *c = find_way (engine, &action->account, &action->device, FALSE);

  if (c != NULL)
    lan_engine_links_send (engine, c->id, action->frame, LAN_SEND_CHAT);
}

static void
on_changed (LanEngine *engine, const LanCallView *view)
{
  LanEngineCalls *self = engine->calls;

  if (!lan_message_id_equal (&view->id, &self->told.id)) {
    self->answered_ms = 0;
    self->start_us = 0;
    self->missing = self->restarts = 0;
    self->stats = (LanMediaStats){ .rtt_us = -1 };
    self->pictures = (LanMediaPictures){ .rtt_ms = -1, .number = G_MAXUINT32 };
    self->had_video = FALSE;
  }
  if ((self->told.ours & ~view->ours & LAN_CALL_SCREEN) != 0 && self->media != NULL)
    lan_media_share (self->media, NULL, -1);
  self->told = *view;
  ring (engine, view);
  if (self->media != NULL)
    lan_media_set_flags (self->media, media_flags (view));
  agree (self, view);
  tell (engine);
}

static void
carry_out (LanEngine *engine, const LanCallsAction *action)
{
  LanEngineCalls *self = engine->calls;

  switch (action->type) {
  case LAN_CALLS_SEND:
    send_frame (engine, action);
    break;
  case LAN_CALLS_WANT:
    lan_engine_links_want (engine, &action->account, LAN_WANT_CALL, action->on);
    break;
  case LAN_CALLS_CHANGED:
    on_changed (engine, &action->view);
    break;
  case LAN_CALLS_MEDIA:
    g_clear_pointer (&self->media, lan_media_free);
    if (action->on)
      start_media (engine, action);
    break;
  case LAN_CALLS_RECORD:
    record (engine, &action->view);
    break;
  }
}

static gint64
silence_deadline (LanEngine *engine)
{
  LanEngineCalls *self = engine->calls;

  return self->media != NULL ? self->heard_us + LAN_CALL_SILENT_US : LAN_NO_DEADLINE;
}

gboolean
lan_engine_call_run (LanEngine *engine)
{
  LanCalls *machine = engine->calls->machine;
  gboolean any = FALSE;

  if (silence_deadline (engine) <= engine->now.mono_us) {
    engine->calls->heard_us = engine->now.mono_us; /* once */
    lan_calls_silent (machine, engine->now.mono_us);
  }
  if (lan_calls_next_deadline (machine) <= engine->now.mono_us)
    lan_calls_advance (machine, engine->now.mono_us);
  for (;;) {
    g_auto (LanCallsAction) action = { 0 };

    if (!lan_calls_next_action (machine, &action))
      return any;
    any = TRUE;
    carry_out (engine, &action);
  }
}

gint64
lan_engine_call_deadline (LanEngine *engine)
{
  return MIN (lan_calls_next_deadline (engine->calls->machine), silence_deadline (engine));
}

/* --- what others say --- */

void
lan_engine_call_on_frame (LanEngine *engine, const LanCoreAction *action)
{
  lan_calls_signal (engine->calls->machine, &action->account, &action->frame.device,
                    action->frame.frame->call_signal, engine->now.mono_us);
}

void
lan_engine_call_on_channel (LanEngine *engine, const LanAccountId *account,
                            const LanDeviceId *device, gboolean is_up)
{
  if (engine->calls == NULL)
    return;
  if (is_up)
    lan_calls_device_up (engine->calls->machine, account, device, engine->now.mono_us);
  else if (find_way (engine, account, device, FALSE) == NULL)
    lan_calls_device_down (engine->calls->machine, account, device, engine->now.mono_us);
}

void
lan_engine_call_drop (LanEngine *engine, const LanAccountId *account)
{
  lan_calls_drop (engine->calls->machine, account, engine->now.mono_us);
}

/* --- commands --- */

static LanStatus
start (LanEngine *engine, LanCommand *c)
{
  LanStatus status = lan_calls_start (engine->calls->machine, &c->account, &c->message,
                                      c->number != 0, engine->now.mono_us);

  if (status == LAN_STATUS_OK)
    return status;
  /* Another call came first: the owner has the object of this one already. */
  engine->calls->told = (LanCallView){ .id = c->message,
                                       .peer = c->account,
                                       .state = LAN_CALL_ENDED,
                                       .end = LAN_CALL_END_BUSY,
                                       .by_us = TRUE };
  tell (engine);
  lan_calls_look (engine->calls->machine, &engine->calls->told);
  return LAN_STATUS_OK;
}

static LanStatus
share (LanEngine *engine, const LanCommand *c)
{
  LanEngineCalls *self = engine->calls;
  const char *screen = g_strcmp0 (c->text, "default") == 0 ? "x11" : c->text;

  if (screen != NULL &&
      (self->media == NULL || !lan_message_id_equal (&c->message, &self->told.id) ||
       !lan_media_share (self->media, screen, -1)))
    return LAN_STATUS_STATE;
  return lan_calls_set (self->machine, &c->message, LAN_CALL_SCREEN, screen != NULL,
                        engine->now.mono_us);
}

void
lan_engine_call_execute (LanEngine *engine, LanCommand *c)
{
  LanCalls *machine = engine->calls->machine;
  gint64 now_us = engine->now.mono_us;
  LanStatus status = LAN_STATUS_OK;

  switch ((guint) c->type) {
  case LAN_COMMAND_CALL_START:
    status = start (engine, c);
    break;
  case LAN_COMMAND_CALL_ANSWER:
    status = lan_calls_answer (machine, &c->message, c->number != 0, now_us);
    break;
  case LAN_COMMAND_CALL_END:
    status = lan_calls_end (machine, &c->message, now_us);
    break;
  case LAN_COMMAND_CALL_SET:
    status = lan_calls_set (machine, &c->message, (LanCallFlags) c->kind, c->number != 0, now_us);
    break;
  case LAN_COMMAND_CALL_SHARE:
    status = share (engine, c);
    break;
  case LAN_COMMAND_CALL_CAMERA:
    g_free (engine->config.camera);
    engine->config.camera = g_steal_pointer (&c->text);
    if (engine->calls->media != NULL)
      lan_media_use_camera (engine->calls->media, engine->config.camera);
    break;
  default:
    g_free (engine->config.audio_source);
    g_free (engine->config.audio_sink);
    engine->config.audio_source = g_steal_pointer (&c->text);
    engine->config.audio_sink = g_steal_pointer (&c->name);
    if (engine->calls->media != NULL)
      lan_media_use (engine->calls->media, engine->config.audio_source, engine->config.audio_sink);
    break;
  }
  if (status != LAN_STATUS_OK)
    g_info ("a call: this cannot be done now");
}

/* --- life --- */

void
lan_engine_call_open (LanEngine *engine)
{
  engine->calls = g_new0 (LanEngineCalls, 1);
  engine->calls->machine = lan_calls_new (&engine->self_id);
}

void
lan_engine_call_quit (LanEngine *engine)
{
  lan_calls_quit (engine->calls->machine, engine->now.mono_us);
}

void
lan_engine_call_free (LanEngineCalls *self)
{
  if (self == NULL)
    return;
  lan_media_free (self->media);
  lan_media_free (self->ring);
  lan_calls_free (self->machine);
  g_free (self);
}
