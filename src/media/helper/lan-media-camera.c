/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-camera.h"

#include "lan-media-grab.h"
#include "lan-media-thread.h"
#include "lan-picture-pattern.h"
#include "lan-picture-screen.h"
#include "lan-picture-steps.h"
#include "lan-rate.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <string.h>

#define WIDTH      640
#define HEIGHT     480
#define CAPS       "video/x-raw,format=I420,width=640,height=480,pixel-aspect-ratio=1/1"
#define PICTURE_MS 33 /* of the test source */
#define PATIENCE   (3 * GST_SECOND)
#define BEHIND_US  100000 /* later than that: what was missed is not made up for */

struct _LanMediaCamera {
  LanMediaCameraEvents events;
  gpointer data;
  char *name;
  gboolean is_screen;
  int fd; /* of a screen, until it is opened; -1: none */
  GThread *thread;
  LanMediaPull *pull;
  GMutex lock;
  GCond wake;
  LanMediaCameraOrder order; /* under the lock, as what follows */
  gboolean is_stopped, has_failed;
  gboolean needs_key; /* what came out last was of no use */
  GQueue coded;       /* of LanPictureCoded */
  guint64 taken;
  /* the thread's */
  GstElement *pipeline, *sink;
  guint8 *frame, *small;
};

static void
coded_free (gpointer coded)
{
  g_bytes_unref (((LanPictureCoded *) coded)->bytes);
  g_free (coded);
}

/* ---- the thread ---- */

static GstElement *
make (GstElement *pipeline, const char *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element != NULL)
    gst_bin_add (GST_BIN (pipeline), element);
  return element;
}

static gboolean
open_device (LanMediaCamera *c)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (CAPS);
  GstElement *source, *convert, *scale;

  c->pipeline = gst_pipeline_new (NULL);
  source = make (c->pipeline, "v4l2src");
  convert = make (c->pipeline, "videoconvert");
  scale = make (c->pipeline, "videoscale");
  c->sink = make (c->pipeline, "appsink");
  if (source == NULL || convert == NULL || scale == NULL || c->sink == NULL)
    return FALSE;
  if (strcmp (c->name, "default") != 0)
    g_object_set (source, "device", c->name, NULL);
  g_object_set (c->sink, "caps", caps, "max-buffers", 1, "drop", TRUE, "sync", FALSE, NULL);
  return gst_element_link_many (source, convert, scale, c->sink, NULL) &&
         gst_element_set_state (c->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

static gboolean
pull_device (LanMediaCamera *c)
{
  GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (c->sink), PATIENCE);
  gsize size = lan_picture_image_bytes (WIDTH, HEIGHT);
  gboolean is_good = FALSE;
  GstMapInfo map;

  if (sample == NULL)
    return FALSE;
  if (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ)) {
    is_good = map.size >= size;
    if (is_good)
      memcpy (c->frame, map.data, size);
    gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  }
  gst_sample_unref (sample);
  return is_good;
}

/* The numbers of the pattern are those of time: what was left out is missing in them. */
static void
draw (LanMediaCamera *c, gint64 at_us)
{
  LanPictureImage image;

  lan_picture_image_init (&image, c->frame, WIDTH, HEIGHT);
  lan_picture_pattern_draw ((guint32) (at_us / 1000 / PICTURE_MS), &image);
}

static gboolean
take (LanMediaCamera *c, gint64 at_us)
{
  if (c->pipeline != NULL)
    return pull_device (c);
  draw (c, at_us);
  return TRUE;
}

/* FALSE: it is over. */
static gboolean
wait_until (LanMediaCamera *c, gint64 at_us, LanMediaCameraOrder *order)
{
  gboolean goes_on;

  g_mutex_lock (&c->lock);
  while (!c->is_stopped && g_cond_wait_until (&c->wake, &c->lock, at_us))
    ;
  *order = c->order;
  order->wants_key |= c->needs_key;
  goes_on = !c->is_stopped;
  g_mutex_unlock (&c->lock);
  return goes_on;
}

static void
hand_over (LanMediaCamera *c, LanPictureCoded *coded)
{
  g_mutex_lock (&c->lock);
  c->taken++;
  if (coded->bytes != NULL) {
    if (coded->is_key)
      c->order.wants_key = c->needs_key = FALSE;
    g_queue_push_tail (&c->coded, g_memdup2 (coded, sizeof *coded));
  }
  g_mutex_unlock (&c->lock);
  if (coded->bytes != NULL)
    lan_media_pull_wake (c->pull);
}

static void
run_one (LanMediaCamera *c, LanPictureEncoder *encoder, const LanMediaCameraOrder *order,
         const LanPictureShape *shape, gint64 at_us)
{
  LanPictureCoded coded = { 0 };
  LanPictureImage whole, small;

  if (!order->is_behind) {
    lan_picture_image_init (&whole, c->frame, WIDTH, HEIGHT);
    lan_picture_image_init (&small, c->small, shape->width, shape->height);
    lan_picture_image_shrink (&whole, &small);
    lan_picture_encoder_put (encoder, &small, order->rate, shape->interval_ms, order->wants_key,
                             at_us, &coded);
  }
  hand_over (c, &coded);
}

static void
fail (LanMediaCamera *c)
{
  g_mutex_lock (&c->lock);
  c->has_failed = TRUE;
  g_mutex_unlock (&c->lock);
  lan_media_pull_wake (c->pull);
}

static gpointer
run (gpointer data)
{
  LanMediaCamera *c = data;
  g_autoptr (LanPictureEncoder) encoder = lan_picture_encoder_new ();
  gint64 next_us = g_get_monotonic_time ();
  LanMediaCameraOrder order;
  LanPictureSteps steps;
  LanPictureShape shape;

  lan_media_thread_be_nice ();
  lan_picture_steps_init (&steps, FALSE);
  if (strcmp (c->name, "test") != 0 && !open_device (c))
    fail (c);
  while (!c->has_failed && wait_until (c, next_us, &order)) {
    gint64 now_us = g_get_monotonic_time ();

    lan_picture_steps_choose (&steps, order.rate, WIDTH, HEIGHT, now_us);
    lan_picture_steps_shape (&steps, WIDTH, HEIGHT, &shape);
    next_us = MAX (next_us, now_us - BEHIND_US) + shape.interval_ms * 1000;
    if (!take (c, now_us))
      fail (c);
    else
      run_one (c, encoder, &order, &shape, now_us);
  }
  if (c->pipeline != NULL)
    gst_element_set_state (c->pipeline, GST_STATE_NULL);
  return NULL;
}

/* ---- the thread of a screen ---- */

static void
run_one_of_screen (LanMediaCamera *c, LanPictureScreen *screen, const LanPictureOrder *order,
                   const LanPictureImage *image, gboolean has_changed, gint64 at_us)
{
  LanPictureCoded coded;
  LanPictureScreenResult result =
      lan_picture_screen_put (screen, image, has_changed, order, at_us, &coded);

  if (result == LAN_PICTURE_SCREEN_SAME)
    return;
  hand_over (c, &coded);
  if (result != LAN_PICTURE_SCREEN_FAILED)
    return;
  g_mutex_lock (&c->lock);
  c->needs_key = TRUE;
  g_mutex_unlock (&c->lock);
}

static gpointer
run_screen (gpointer data)
{
  LanMediaCamera *c = data;
  g_autoptr (LanPictureScreen) screen = lan_picture_screen_new ();
  LanMediaGrab *grab = lan_media_grab_new (c->name, c->fd);
  gint64 next_us = g_get_monotonic_time ();
  LanMediaCameraOrder order;
  LanPictureImage image;
  gboolean has_changed;

  lan_media_thread_be_nice ();
  while (wait_until (c, next_us, &order)) {
    gint64 now_us = g_get_monotonic_time ();

    if (grab == NULL || !lan_media_grab_next (grab, now_us, &image, &has_changed)) {
      fail (c);
      break;
    }
    run_one_of_screen (c, screen, &order, &image, has_changed, now_us);
    next_us = MAX (next_us, now_us - BEHIND_US) + lan_picture_screen_interval_ms (screen) * 1000;
  }
  lan_media_grab_free (grab);
  return NULL;
}

/* ---- the main context ---- */

static void
on_pull (gpointer data)
{
  LanMediaCamera *c = data;
  GQueue coded;
  gboolean has_failed;

  g_mutex_lock (&c->lock);
  coded = c->coded;
  g_queue_init (&c->coded);
  has_failed = c->has_failed;
  g_mutex_unlock (&c->lock);
  for (GList *l = coded.head; l != NULL; l = l->next)
    c->events.coded (l->data, c->data);
  g_queue_clear_full (&coded, coded_free);
  if (has_failed)
    c->events.failed (c->data);
}

static LanMediaCamera *
make_camera (const char *name, const LanMediaCameraEvents *events, gpointer data)
{
  LanMediaCamera *c = g_new0 (LanMediaCamera, 1);

  c->events = *events;
  c->data = data;
  c->name = g_strdup (name);
  c->fd = -1;
  c->order.rate = LAN_RATE_START;
  g_mutex_init (&c->lock);
  g_cond_init (&c->wake);
  g_queue_init (&c->coded);
  c->pull = lan_media_pull_new (on_pull, c);
  return c;
}

LanMediaCamera *
lan_media_camera_new (const char *name, const LanMediaCameraEvents *events, gpointer data)
{
  LanMediaCamera *c = make_camera (name, events, data);

  c->frame = g_malloc0 (lan_picture_image_bytes (WIDTH, HEIGHT));
  c->small = g_malloc0 (lan_picture_image_bytes (WIDTH, HEIGHT));
  if (strcmp (name, "test") != 0)
    gst_init (NULL, NULL);
  c->thread = g_thread_new ("camera", run, c);
  return c;
}

LanMediaCamera *
lan_media_camera_new_for_screen (const char *name, int fd, const LanMediaCameraEvents *events,
                                 gpointer data)
{
  LanMediaCamera *c = make_camera (name, events, data);

  c->fd = fd;
  c->thread = g_thread_new ("share", run_screen, c);
  return c;
}

void
lan_media_camera_free (LanMediaCamera *c)
{
  if (c == NULL)
    return;
  g_mutex_lock (&c->lock);
  c->is_stopped = TRUE;
  g_cond_signal (&c->wake);
  g_mutex_unlock (&c->lock);
  g_thread_join (c->thread);
  lan_media_pull_free (c->pull);
  g_clear_pointer (&c->pipeline, gst_object_unref);
  g_queue_clear_full (&c->coded, coded_free);
  g_mutex_clear (&c->lock);
  g_cond_clear (&c->wake);
  g_free (c->frame);
  g_free (c->small);
  g_free (c->name);
  g_free (c);
}

void
lan_media_camera_order (LanMediaCamera *c, const LanMediaCameraOrder *order)
{
  g_mutex_lock (&c->lock);
  c->order = *order;
  g_mutex_unlock (&c->lock);
}

guint64
lan_media_camera_taken (LanMediaCamera *c)
{
  guint64 taken;

  g_mutex_lock (&c->lock);
  taken = c->taken;
  g_mutex_unlock (&c->lock);
  return taken;
}
