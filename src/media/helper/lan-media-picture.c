/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-picture.h"

#include "lan-media-camera.h"
#include "lan-media-screen.h"
#include "lan-media-thread.h"
#include "lan-picture-send.h"

#include <string.h>
#include <unistd.h>

#define TICK_US 5000 /* while pictures come or go */
#define IDLE_US (2 * G_USEC_PER_SEC)

struct _LanMediaPicture {
  LanMediaStart start;
  LanMediaPictureEvents events;
  gpointer data;
  LanPictureBox *box;
  LanPictureSender *sender; /* NULL: none are sent */
  LanMediaCamera *camera;   /* likewise */
  char *name;               /* of the camera, or screen */
  gboolean is_screen;
  guint8 stream;
  guint since_base;    /* pictures put since the last one that others need, itself as well */
  gboolean awaits_key; /* one that others need was not put */
  guint width, height; /* of the last one put */
  guint64 keys_sent;
  LanPictureReceiver *receiver;
  LanMediaScreen *screen;
  gint64 came_us; /* a picture's packet */
  gint64 rtt_us;
  GSource *tick;
};

/* ---- what goes ---- */

static void
send_due (LanMediaPicture *p, gint64 now_us)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  gsize len;

  while (p->sender != NULL && (len = lan_picture_sender_next (p->sender, now_us, out)) > 0)
    p->events.packet (out, len, p->data);
}

static void
order (LanMediaPicture *p, gint64 now_us)
{
  LanMediaCameraOrder o;

  if (p->camera == NULL)
    return;
  o.rate = lan_picture_sender_rate (p->sender, now_us);
  o.wants_key = lan_picture_sender_wants_key (p->sender) || p->awaits_key;
  o.is_behind = lan_picture_sender_is_behind (p->sender);
  lan_media_camera_order (p->camera, &o);
}

static void
on_coded (const LanPictureCoded *coded, gpointer data)
{
  LanMediaPicture *p = data;
  gint64 now_us = g_get_monotonic_time ();
  guint back = coded->is_key ? 0 : p->since_base;

  if (p->awaits_key && !coded->is_key)
    return;
  if (!lan_picture_sender_put (p->sender, coded->bytes, coded->width, coded->height, back,
                               coded->at_us, now_us)) {
    p->awaits_key |= !coded->is_leaf;
    return;
  }
  p->awaits_key = FALSE;
  p->since_base = coded->is_leaf ? p->since_base + 1 : 1;
  p->keys_sent += coded->is_key;
  p->width = coded->width;
  p->height = coded->height;
  send_due (p, now_us);
  order (p, now_us);
  g_source_set_ready_time (p->tick, now_us);
}

static void
on_camera_failed (gpointer data)
{
  LanMediaPicture *p = data;

  p->events.missing (p->is_screen ? LAN_MEDIA_NO_SCREEN : LAN_MEDIA_NO_CAMERA, p->data);
}

static const LanMediaCameraEvents camera_events = { on_coded, on_camera_failed };

static void
stop (LanMediaPicture *p)
{
  g_clear_pointer (&p->camera, lan_media_camera_free);
  g_clear_pointer (&p->sender, lan_picture_sender_free);
  g_clear_pointer (&p->name, g_free);
  p->width = p->height = 0;
}

void
lan_media_picture_set (LanMediaPicture *p, gboolean is_on, guint8 stream, const char *name,
                       gboolean is_screen, int fd)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean goes_on = p->sender != NULL && is_on && stream == p->stream &&
                     is_screen == p->is_screen && strcmp (name, p->name) == 0;
  gboolean is_none = is_on && !is_screen && strcmp (name, "none") == 0;

  if (goes_on || (!is_on && p->sender == NULL))
    return;
  stop (p);
  p->is_screen = is_screen;
  p->events.missing (is_none ? LAN_MEDIA_NO_CAMERA : 0, p->data);
  if (!is_on)
    return;
  p->stream = stream;
  p->name = g_strdup (name);
  p->sender = lan_picture_sender_new (p->start.tag, stream, p->start.start_us, now_us);
  if (is_screen)
    lan_picture_sender_set_screen (p->sender);
  p->since_base = 0;
  p->awaits_key = FALSE;
  if (is_screen)
    p->camera = lan_media_camera_new_for_screen (name, fd >= 0 ? dup (fd) : -1, &camera_events, p);
  else if (!is_none)
    p->camera = lan_media_camera_new (name, &camera_events, p);
  order (p, now_us);
  g_source_set_ready_time (p->tick, now_us);
}

/* ---- what comes ---- */

static void
on_broken (gpointer data)
{
  LanMediaPicture *p = data;

  lan_picture_receiver_broken (p->receiver);
}

static void
show_due (LanMediaPicture *p, gint64 now_us)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanPictureOut picture;
  gsize len;

  while (lan_picture_receiver_next (p->receiver, now_us, &picture)) {
    if (!lan_media_screen_put (p->screen, &picture))
      lan_picture_receiver_broken (p->receiver);
  }
  len = now_us - p->came_us < IDLE_US
            ? lan_picture_receiver_report (p->receiver, p->stream, now_us, out)
            : 0;
  if (len > 0)
    p->events.packet (out, len, p->data);
}

static gboolean
on_tick (gpointer data)
{
  LanMediaPicture *p = data;
  gint64 now_us = g_get_monotonic_time ();
  gboolean is_busy = p->sender != NULL || now_us - p->came_us < IDLE_US;

  show_due (p, now_us);
  send_due (p, now_us);
  order (p, now_us);
  g_source_set_ready_time (p->tick, is_busy ? now_us + TICK_US : -1);
  return G_SOURCE_CONTINUE;
}

gboolean
lan_media_picture_take (LanMediaPicture *p, const guint8 *data, gsize len)
{
  gint64 now_us = g_get_monotonic_time ();
  LanMediaPacket packet;

  if (len == 0 || (data[0] != LAN_MEDIA_PICTURE && data[0] != LAN_MEDIA_PICTURE_REPORT))
    return FALSE;
  if (lan_media_packet_decode (data, len, &packet) != LAN_STATUS_OK || packet.tag != p->start.tag)
    return TRUE;
  if (packet.kind == LAN_MEDIA_PICTURE) {
    p->came_us = now_us;
    lan_picture_receiver_take (p->receiver, &packet, now_us);
    if (g_source_get_ready_time (p->tick) < 0)
      g_source_set_ready_time (p->tick, now_us);
  } else if (p->sender != NULL) {
    lan_picture_sender_report (p->sender, &packet.picture_report, now_us);
    order (p, now_us);
    send_due (p, now_us);
  }
  return TRUE;
}

/* ---- */

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs tick_funcs = { .dispatch = dispatch };

LanMediaPicture *
lan_media_picture_new (const LanMediaStart *start, int box_fd, const LanMediaPictureEvents *events,
                       gpointer data)
{
  LanPictureBox *box = lan_picture_box_open (box_fd);
  LanMediaPicture *p;

  if (box == NULL)
    return NULL;
  p = g_new0 (LanMediaPicture, 1);
  p->start = *start;
  p->events = *events;
  p->data = data;
  p->box = box;
  p->rtt_us = -1;
  p->came_us = -IDLE_US;
  p->receiver = lan_picture_receiver_new (start->tag, start->start_us);
  p->screen = lan_media_screen_new (box, on_broken, p);
  p->tick = g_source_new (&tick_funcs, sizeof (GSource));
  g_source_set_callback (p->tick, on_tick, p, NULL);
  g_source_attach (p->tick, NULL);
  return p;
}

void
lan_media_picture_free (LanMediaPicture *p)
{
  if (p == NULL)
    return;
  stop (p);
  g_source_destroy (p->tick);
  g_source_unref (p->tick);
  lan_media_screen_free (p->screen);
  lan_picture_receiver_free (p->receiver);
  lan_picture_box_unref (p->box);
  g_free (p);
}

void
lan_media_picture_get (LanMediaPicture *p, gint64 rtt_us, LanMediaPictures *out)
{
  LanPictureSendStats sent = { .rtt_us = -1 };
  LanPictureReceiveStats r;

  if (p->sender != NULL)
    lan_picture_sender_get_stats (p->sender, &sent);
  p->rtt_us = rtt_us >= 0 ? rtt_us : sent.rtt_us;
  lan_picture_receiver_set_rtt (p->receiver, p->rtt_us);
  lan_picture_receiver_get_stats (p->receiver, &r);
  *out = (LanMediaPictures){
    .taken = p->camera != NULL ? lan_media_camera_taken (p->camera) : 0,
    .sent = sent.pictures,
    .repeats = sent.repeats,
    .keys_sent = p->keys_sent,
    .shown = r.shown,
    .left_out = r.left_out,
    .lost = r.lost,
    .asked = r.asked,
    .repaired = r.repaired,
    .keys_asked = r.keys_asked,
    .freezes = r.freezes,
    .longest_ms = (guint32) (r.longest_us / 1000),
    .wait_ms = (guint32) (r.wait_us / 1000),
    .queue_ms = (guint32) (r.queue_us / 1000),
    .rate = p->camera != NULL ? sent.rate : 0,
    .arriving = g_get_monotonic_time () - p->came_us < IDLE_US ? r.arriving : 0,
    .loss_out = sent.loss,
    .rtt_ms = p->rtt_us >= 0 ? (gint32) (p->rtt_us / 1000) : -1,
    .number = lan_media_screen_number (p->screen),
    .width_out = (guint16) p->width,
    .height_out = (guint16) p->height,
    .width_in = (guint16) r.width,
    .height_in = (guint16) r.height,
  };
}
